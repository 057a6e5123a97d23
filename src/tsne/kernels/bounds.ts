import {at} from "./vector";

/**
 * Lower bounds of distances, in whole numbers. The columns of a row are split into the leading ones and the rest. The
 * squared distance |a − b|² is at least that of the leading columns plus (|a₂| − |b₂|)², where a₂ and b₂ are the rests.
 * The leading columns and the length of the rest are rounded to whole multiples of one unit, in which a row is at most
 * 2¹⁴ long. So one instruction computes two products, and every sum is exact: |qa − qb| is off by at most √21 units. A
 * pair that passes is bounded once more, by all its columns, which are rounded likewise.
 */

/** How many columns lead. With the length of the rest and one zero, a row has PAIRS pairs of numbers. */
const LEADING: i32 = 20;
export const PAIRS: i32 = 11;
/** The most by which |qa − qb| is off, in units: √21, and what the rounding of the rest's length can add. */
export const OFF: f64 = 4.7;
/**
 * With all columns, |qa − qb| is off by √columns times this factor. It is above 1 because the product of a number and
 * the unit has only single precision.
 */
export const SPARE: f64 = 1.03;
/** No bound is larger: with this reach, everything passes. */
export const WHOLE: i32 = 1 << 30;

/** Returns how many rounded numbers a row of all columns has. Eight of them fill a vector. */
// @ts-ignore: decorator
@inline
export function wholeStride(stride: i32): i32 {
  return (stride + 7) & ~7;
}

/**
 * Puts the rows into a new order, in which `order[place]` is the row. `leading` has the numbers of the leading columns;
 * panels and norms are as in distances.ts. Writes x [8 · panels][stride], filled up with zeros; placeNorms; bounds
 * [panels][PAIRS][8][2] i16; whole [8 · panels][wholeStride] i16 with all columns; and boundNorms [2][8 · panels] i32
 * with the squares of both. The squares at places after the last are so large that no pair passes. A task has 32
 * panels.
 */
export function packBounds(
  task: i32, thread: i32, panels: usize, norms: usize, rows: i32, columns: i32, order: usize, leading: usize, unit: f32,
  x: usize, stride: i32, placeNorms: usize, bounds: usize, whole: usize, boundNorms: usize,
): void {
  const room = (rows + 7) & ~7, last = min(room, (task + 1) * 256), wholeRow = <usize>wholeStride(stride) << 1;
  for (let place = task * 256; place < last; place++) {
    const out = at(x, place * stride), rounded = whole + <usize>place * wholeRow;
    const bound = bounds + <usize>((place >> 3) * PAIRS * 32 + (place & 7) * 4);
    memory.fill(out, 0, <usize>stride << 2);
    memory.fill(rounded, 0, wholeRow);
    for (let p = 0; p < PAIRS; p++) store<i32>(bound + (<usize>p << 5), 0);
    if (place >= rows) {
      store<f32>(at(placeNorms, place), 1e30);
      store<i32>(at(boundNorms, place), i32.MAX_VALUE);
      store<i32>(at(boundNorms, room + place), i32.MAX_VALUE);
      continue;
    }
    const row = load<i32>(at(order, place));
    const from = panels + (<usize>((row >> 3) * columns * 8 + (row & 7)) << 2);
    let rest: f64 = 0, square = 0;
    for (let c = 0; c < columns; c++) {
      const v = load<f32>(from + (<usize>c << 5)), q = <i32>nearest(v * unit);
      store<f32>(at(out, c), v);
      store<i16>(rounded + (<usize>c << 1), <i16>q);
      rest += <f64>v * <f64>v;
      square += q * q;
    }
    store<i32>(at(boundNorms, room + place), square);
    square = 0;
    for (let l = 0; l < LEADING; l++) {
      const v = load<f32>(at(out, load<i32>(at(leading, l))));
      rest -= <f64>v * <f64>v; // the squares are exact; the sum is off by 1e-16, the length by 1e-8
      square += storeBound(bound, l, v * unit);
    }
    square += storeBound(bound, LEADING, <f32>Math.sqrt(max<f64>(0, rest)) * unit);
    store<f32>(at(placeNorms, place), load<f32>(at(norms, row)));
    store<i32>(at(boundNorms, place), square);
  }
}

function storeBound(bound: usize, l: i32, value: f32): i32 {
  const q = <i32>nearest(value);
  store<i16>(bound + (<usize>(l >> 1) << 5) + (<usize>(l & 1) << 1), <i16>q);
  return q * q;
}

/**
 * Compares four rows with the eight places of a panel. Returns a bit for each pair, eight bits for each row from the
 * lowest bit on. A bit is set if the bound is within the reach of one of the two: if 2 qa·qb − |qb|² is above the row's
 * limit, |qa|² − reach², or 2 qa·qb − |qa|² is above the place's limit.
 */
// @ts-ignore: decorator
@inline
export function pairsWithin(a: usize, aNorms: usize, aLimits: usize, b: usize, bNorms: usize, bLimits: usize): u32 {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  for (let c: usize = 0; c < <usize>PAIRS * 32; c += 32) {
    const u = v128.load(b + c), v = v128.load(b + c, 16);
    let w = v128.load32_splat(a + c);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(u, w)); t0 = i32x4.add(t0, i32x4.dot_i16x8_s(v, w));
    w = v128.load32_splat(a + c, 4);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(u, w)); t1 = i32x4.add(t1, i32x4.dot_i16x8_s(v, w));
    w = v128.load32_splat(a + c, 8);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(u, w)); t2 = i32x4.add(t2, i32x4.dot_i16x8_s(v, w));
    w = v128.load32_splat(a + c, 12);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(u, w)); t3 = i32x4.add(t3, i32x4.dot_i16x8_s(v, w));
  }
  const m = v128.load(bNorms), n = v128.load(bNorms, 16), l = v128.load(bLimits), h = v128.load(bLimits, 16);
  return (
    <u32>within(s0, t0, m, n, l, h, aNorms, aLimits) |
    (<u32>within(s1, t1, m, n, l, h, aNorms + 4, aLimits + 4) << 8) |
    (<u32>within(s2, t2, m, n, l, h, aNorms + 8, aLimits + 8) << 16) |
    (<u32>within(s3, t3, m, n, l, h, aNorms + 12, aLimits + 12) << 24)
  );
}

// @ts-ignore: decorator
@inline
function within(s: v128, t: v128, m: v128, n: v128, l: v128, h: v128, aNorm: usize, aLimit: usize): i32 {
  const norm = v128.load32_splat(aNorm), limit = v128.load32_splat(aLimit), s2 = i32x4.add(s, s), t2 = i32x4.add(t, t);
  const low = v128.or(i32x4.gt_s(i32x4.sub(s2, m), limit), i32x4.gt_s(i32x4.sub(s2, norm), l));
  const high = v128.or(i32x4.gt_s(i32x4.sub(t2, n), limit), i32x4.gt_s(i32x4.sub(t2, norm), h));
  return i32x4.bitmask(low) | (i32x4.bitmask(high) << 4);
}

/**
 * Compares a row with the four places of `list` by all their columns, in whole numbers. Returns a bit for each of the
 * four, set as in `pairsWithin`.
 */
// @ts-ignore: decorator
@inline
export function placesWithin(whole: usize, row: usize, norms: usize, limits: usize, place: i32, list: usize): i32 {
  const p0 = load<i32>(list), p1 = load<i32>(list, 4), p2 = load<i32>(list, 8), p3 = load<i32>(list, 12);
  let a = whole + <usize>place * row;
  const end = a + row;
  let b0 = whole + <usize>p0 * row, b1 = whole + <usize>p1 * row;
  let b2 = whole + <usize>p2 * row, b3 = whole + <usize>p3 * row;
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  while (a < end) {
    const w = v128.load(a);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(w, v128.load(b0)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(w, v128.load(b1)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(w, v128.load(b2)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(w, v128.load(b3)));
    a += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16;
  }
  const u = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 1, 4, 5), v128.shuffle<i32>(s0, s1, 2, 3, 6, 7));
  const v = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 1, 4, 5), v128.shuffle<i32>(s2, s3, 2, 3, 6, 7));
  const s = i32x4.add(v128.shuffle<i32>(u, v, 0, 2, 4, 6), v128.shuffle<i32>(u, v, 1, 3, 5, 7));
  const twice = i32x4.add(s, s);
  const n = i32x4(load<i32>(at(norms, p0)), load<i32>(at(norms, p1)), load<i32>(at(norms, p2)), load<i32>(at(norms, p3)));
  const l = i32x4(load<i32>(at(limits, p0)), load<i32>(at(limits, p1)), load<i32>(at(limits, p2)), load<i32>(at(limits, p3)));
  const own = i32x4.gt_s(i32x4.sub(twice, n), v128.load32_splat(at(limits, place)));
  return i32x4.bitmask(v128.or(own, i32x4.gt_s(i32x4.sub(twice, v128.load32_splat(at(norms, place))), l)));
}
