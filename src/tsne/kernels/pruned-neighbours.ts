import {keepNearest} from "./neighbours";
import {at} from "./vector";

/**
 * Neighbours by the same arithmetic as neighbours.ts, bit for bit, but of most pairs only a bound is computed. A row is
 * cut in its leading columns and the rest; |a − b|² is at least the squared distance of the leading columns and of the
 * rests' lengths, (|a₂| − |b₂|)². These numbers are rounded to whole multiples of one unit, at most 2¹⁴ together, so that
 * two products are one instruction's and every sum is exact: |qa − qb| is off by at most √21 units.
 */

/** Leading columns, the rests' length, and one zero: in pairs. */
const LEADING: i32 = 20;
const PAIRS: i32 = 11;
/** √21 and what rounding a length can add. */
const OFF: f64 = 4.7;
/** No bound is larger: everything passes. */
const WHOLE: i32 = 1 << 30;
const ROWS: i32 = 32;
/** Panels between two looks at the distances of what passed: a mask's bytes are two words. */
const TILE: i32 = 16;
/** Distances are computed of so many at a time: one alone would wait for each of its additions. */
const GROUP: i32 = 8;
const LIMIT: f32 = 1e29;

/**
 * Task: 32 panels. Rows in a new order: `order[place]` is the row. Of leading: the leading columns' numbers; panels and
 * norms as distances.ts has them. Out: x [8 · panels][stride], zeros filling up; placeNorms; bounds
 * [panels][PAIRS][8][2] i16; boundNorms [8 · panels] i32, the whole numbers' squares (places past the last: so large that
 * none passes).
 */
export function packBounds(
  task: i32, thread: i32, panels: usize, norms: usize, rows: i32, columns: i32, order: usize, leading: usize, unit: f32,
  x: usize, stride: i32, placeNorms: usize, bounds: usize, boundNorms: usize,
): void {
  const last = min((rows + 7) & ~7, (task + 1) * 256);
  for (let place = task * 256; place < last; place++) {
    const out = at(x, place * stride);
    const bound = bounds + <usize>((place >> 3) * PAIRS * 32 + (place & 7) * 4);
    memory.fill(out, 0, <usize>stride << 2);
    for (let p = 0; p < PAIRS; p++) store<i32>(bound + (<usize>p << 5), 0);
    if (place >= rows) {
      store<f32>(at(placeNorms, place), 1e30);
      store<i32>(at(boundNorms, place), i32.MAX_VALUE);
      continue;
    }
    const row = load<i32>(at(order, place));
    const from = panels + (<usize>((row >> 3) * columns * 8 + (row & 7)) << 2);
    let rest: f64 = 0;
    for (let c = 0; c < columns; c++) {
      const v = load<f32>(from + (<usize>c << 5));
      store<f32>(at(out, c), v);
      rest += <f64>v * <f64>v;
    }
    let square = 0;
    for (let l = 0; l < LEADING; l++) {
      const v = load<f32>(at(out, load<i32>(at(leading, l))));
      rest -= <f64>v * <f64>v; // exact squares, off by 1e-16 of the largest: a length off by 1e-8 of it
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
 * Task: 32 places. The k nearest other rows of each, with squared distances, by rising row; of equal distances the lower
 * row. Out: [rows][k] each, by row. `error`: how far a computed distance may be from the true one, as a share of the sum
 * of the row's norm and `largest`, the greatest. Scratch of a thread: 32 · (capacity · 8 + (TILE + 1) · 32) +
 * capacity · 4 + 640 bytes; capacity ≥ 2 k + 64.
 *
 * A tile is panels evenly apart in the order, so a fair sample of all rows. When 1, 2, 4, … tiles have been looked at, the
 * threshold becomes the distance that is likely, by their number, to have k rows within it. If at the end it has not,
 * the row is compared with all others.
 */
export function findPruned(
  task: i32, thread: i32, bounds: usize, boundNorms: usize, x: usize, stride: i32, placeNorms: usize, order: usize,
  rows: i32, k: i32, capacity: i32, unit: f32, error: f32, largest: f32, distances: usize, indices: usize,
  scratch: usize, scratchSize: i32,
): void {
  const candidates = scratch + <usize>thread * <usize>scratchSize;
  const row8 = <usize>capacity << 3, pendingRow = <usize>((TILE + 1) * 8) << 2;
  const pending = candidates + <usize>ROWS * row8, counts = pending + <usize>ROWS * pendingRow;
  const waiting = counts + 128, thresholds = waiting + 128, limits = thresholds + 128, masks = limits + 128;
  const spare = masks + 128;
  const panelCount = (rows + 7) >> 3, tileCount = (panelCount + TILE - 1) / TILE;
  const from = task * ROWS, to = min(rows, from + ROWS);
  for (let r = 0; r < ROWS; r++) {
    store<i32>(at(counts, r), 0);
    store<i32>(at(waiting, r), 0);
    store<f32>(at(thresholds, r), LIMIT);
    // past the last row nothing passes, before the first threshold everything
    store<i32>(at(limits, r), from + r < to ? load<i32>(at(boundNorms, from + r)) - WHOLE - 1 : i32.MAX_VALUE);
  }
  for (let tile = 0; tile < tileCount; tile++) {
    const expected = <f64>k * <f64>(tile + 1) / <f64>tileCount;
    // two and a half standard deviations more, if they were counts of chance: some rows in a thousand have it wrong
    const likely = min(k, <i32>(expected + 2.5 * Math.sqrt(expected) + 2));
    const looks = (tile & (tile + 1)) == 0;
    for (let first = from; first < to; first += 4) {
      const r0 = first - from;
      pass(bounds, boundNorms, first, tile, tileCount, panelCount, at(limits, r0), masks);
      for (let r = r0; r < min(r0 + 4, to - from); r++) {
        const list = pending + <usize>r * pendingRow, own = candidates + <usize>r * row8;
        collect(masks + (<usize>(r - r0) << 4), tile, tileCount, list, at(waiting, r));
        const count = load<i32>(at(waiting, r)), whole = count & ~(GROUP - 1);
        const before = load<f32>(at(thresholds, r));
        for (let g = 0; g < whole; g += GROUP) {
          take(
            x, stride, placeNorms, order, from + r, at(list, g), GROUP, own, capacity, k, at(counts, r),
            at(thresholds, r), spare,
          );
        }
        for (let e = whole; e < count && whole > 0; e++) store<i32>(at(list, e - whole), load<i32>(at(list, e)));
        store<i32>(at(waiting, r), count - whole);
        const held = load<i32>(at(counts, r));
        if (looks && held > likely) {
          store<f32>(at(thresholds, r), keepNearest(own, own + (<usize>capacity << 2), held, likely, spare));
          store<i32>(at(counts, r), likely);
        }
        const threshold = load<f32>(at(thresholds, r));
        if (threshold == before) continue;
        const norm = load<f32>(at(placeNorms, from + r));
        const reach = Math.sqrt(threshold + error * (norm + largest)) * unit + OFF;
        store<i32>(at(limits, r), load<i32>(at(boundNorms, from + r)) - <i32>min<f64>(WHOLE, reach * reach) - 1);
      }
    }
  }
  for (let r = 0; r < to - from; r++) {
    const place = from + r, list = pending + <usize>r * pendingRow, own = candidates + <usize>r * row8;
    const ids = own + (<usize>capacity << 2), held = at(counts, r), threshold = at(thresholds, r);
    const left = load<i32>(at(waiting, r));
    for (let e = left; e < GROUP; e++) store<i32>(at(list, e), place);
    if (left) take(x, stride, placeNorms, order, place, list, left, own, capacity, k, held, threshold, spare);
    let within = 0;
    for (let e = 0; e < load<i32>(held); e++) within += i32(load<f32>(at(own, e)) <= load<f32>(threshold));
    if (within < k) {
      store<i32>(held, 0);
      store<f32>(threshold, LIMIT);
      for (let other = 0; other < rows; other += GROUP) {
        for (let e = 0; e < GROUP; e++) store<i32>(at(list, e), min(other + e, rows - 1));
        take(
          x, stride, placeNorms, order, place, list, min(GROUP, rows - other), own, capacity, k, held, threshold, spare,
        );
      }
    }
    if (load<i32>(held) > k) keepNearest(own, ids, load<i32>(held), k, spare);
    sortByIndex(own, ids, k);
    const row = load<i32>(at(order, place));
    memory.copy(at(distances, row * k), own, <usize>k << 2);
    memory.copy(at(indices, row * k), ids, <usize>k << 2);
  }
}

/**
 * Four rows and the panels `tile`, `tile + step`, …: a byte a panel with a bit for each place whose bound is within the
 * limit, 2 qa·qb − |qb|² above |qa|² − reach². Out: masks [4][TILE] bytes.
 */
// @ts-ignore: decorator
@inline
function pass(
  bounds: usize, boundNorms: usize, first: i32, tile: i32, step: i32, panelCount: i32, limits: usize, masks: usize,
): void {
  const a = bounds + <usize>((first >> 3) * PAIRS * 32 + (first & 4) * 4);
  const l0 = v128.load32_splat(limits), l1 = v128.load32_splat(limits, 4);
  const l2 = v128.load32_splat(limits, 8), l3 = v128.load32_splat(limits, 12);
  memory.fill(masks, 0, 4 * TILE);
  let mask = masks;
  for (let p = tile; p < panelCount; p += step, mask++) {
    const b = bounds + <usize>(p * PAIRS * 32);
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
    const m = v128.load(at(boundNorms, p * 8)), n = v128.load(at(boundNorms, p * 8), 16);
    store<u8>(mask, passing(s0, t0, m, n, l0));
    store<u8>(mask, passing(s1, t1, m, n, l1), TILE);
    store<u8>(mask, passing(s2, t2, m, n, l2), 2 * TILE);
    store<u8>(mask, passing(s3, t3, m, n, l3), 3 * TILE);
  }
}

// @ts-ignore: decorator
@inline
function passing(s: v128, t: v128, m: v128, n: v128, limit: v128): u8 {
  const low = i32x4.gt_s(i32x4.sub(i32x4.add(s, s), m), limit), high = i32x4.gt_s(i32x4.sub(i32x4.add(t, t), n), limit);
  return <u8>(i32x4.bitmask(low) | (i32x4.bitmask(high) << 4));
}

/** Adds the places that a row's sixteen bytes stand for to its list. */
// @ts-ignore: decorator
@inline
function collect(masks: usize, tile: i32, step: i32, list: usize, waiting: usize): void {
  let count = load<i32>(waiting);
  for (let half = 0; half < TILE; half += 8) {
    for (let bits = load<u64>(masks + <usize>half); bits; bits &= bits - 1) {
      const bit = <i32>ctz(bits);
      store<i32>(at(list, count++), (tile + (half + (bit >> 3)) * step) * 8 + (bit & 7));
    }
  }
  store<i32>(waiting, count);
}

/** Computes the distances of eight places and keeps those of the first `count` that are no farther than the threshold. */
function take(
  x: usize, stride: i32, placeNorms: usize, order: usize, place: i32, list: usize, count: i32, own: usize,
  capacity: i32, k: i32, held: usize, threshold: usize, spare: usize,
): void {
  const row = <usize>stride << 2, norm = v128.load32_splat(at(placeNorms, place));
  const p0 = load<i32>(list), p1 = load<i32>(list, 4), p2 = load<i32>(list, 8), p3 = load<i32>(list, 12);
  const p4 = load<i32>(list, 16), p5 = load<i32>(list, 20), p6 = load<i32>(list, 24), p7 = load<i32>(list, 28);
  let a = x + <usize>place * row;
  const end = a + row;
  let b0 = x + <usize>p0 * row, b1 = x + <usize>p1 * row, b2 = x + <usize>p2 * row, b3 = x + <usize>p3 * row;
  let b4 = x + <usize>p4 * row, b5 = x + <usize>p5 * row, b6 = x + <usize>p6 * row, b7 = x + <usize>p7 * row;
  let s = f32x4.splat(0), t = s;
  while (a < end) { // sums run over the columns one by one, as in blockDistances: the same bits
    let u0 = v128.load(b0), u1 = v128.load(b1), u2 = v128.load(b2), u3 = v128.load(b3);
    let v0 = v128.load(b4), v1 = v128.load(b5), v2 = v128.load(b6), v3 = v128.load(b7);
    let q0 = v128.shuffle<f32>(u0, u1, 0, 4, 1, 5), q1 = v128.shuffle<f32>(u2, u3, 0, 4, 1, 5);
    let r0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), r1 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
    let w = v128.load32_splat(a);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 0, 2), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 0, 2), w));
    w = v128.load32_splat(a, 4);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 1, 3), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 1, 3), w));
    q0 = v128.shuffle<f32>(u0, u1, 2, 6, 3, 7); q1 = v128.shuffle<f32>(u2, u3, 2, 6, 3, 7);
    r0 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7); r1 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
    w = v128.load32_splat(a, 8);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 0, 2), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 0, 2), w));
    w = v128.load32_splat(a, 12);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 1, 3), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 1, 3), w));
    a += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16; b4 += 16; b5 += 16; b6 += 16; b7 += 16;
  }
  const m = f32x4(load<f32>(at(placeNorms, p0)), load<f32>(at(placeNorms, p1)), load<f32>(at(placeNorms, p2)), load<f32>(at(placeNorms, p3)));
  const n = f32x4(load<f32>(at(placeNorms, p4)), load<f32>(at(placeNorms, p5)), load<f32>(at(placeNorms, p6)), load<f32>(at(placeNorms, p7)));
  const zero = f32x4.splat(0), two = f32x4.splat(-2), ids = own + (<usize>capacity << 2);
  v128.store(spare, f32x4.max(zero, f32x4.add(f32x4.add(norm, m), f32x4.mul(two, s))));
  v128.store(spare, f32x4.max(zero, f32x4.add(f32x4.add(norm, n), f32x4.mul(two, t))), 16);
  const limit = v128.load32_splat(threshold);
  let near = i32x4.bitmask(f32x4.le(v128.load(spare), limit)) | (i32x4.bitmask(f32x4.le(v128.load(spare, 16), limit)) << 4);
  let kept = load<i32>(held);
  for (near &= (1 << count) - 1; near; near &= near - 1) {
    const l = ctz(near), other = load<i32>(at(list, l));
    if (other == place) continue;
    store<f32>(at(own, kept), load<f32>(at(spare, l)));
    store<i32>(at(ids, kept), load<i32>(at(order, other)));
    kept++;
  }
  if (kept > capacity - GROUP) {
    store<f32>(threshold, min(load<f32>(threshold), keepNearest(own, ids, kept, k, spare)));
    kept = k;
  }
  store<i32>(held, kept);
}

/** Both lists by rising index (Shell 1959, with Ciura's gaps). */
function sortByIndex(list: usize, ids: usize, count: i32): void {
  for (let gap = 57; gap > 0; gap = gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : gap == 4 ? 1 : 0) {
    for (let e = gap; e < count; e++) {
      const id = load<i32>(at(ids, e)), d = load<f32>(at(list, e));
      let place = e;
      for (; place >= gap && load<i32>(at(ids, place - gap)) > id; place -= gap) {
        store<i32>(at(ids, place), load<i32>(at(ids, place - gap)));
        store<f32>(at(list, place), load<f32>(at(list, place - gap)));
      }
      store<i32>(at(ids, place), id);
      store<f32>(at(list, place), d);
    }
  }
}
