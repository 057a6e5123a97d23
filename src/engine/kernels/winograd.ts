import {greater, madd, sumsOfLanes} from "./simd";
import {multiplyRow1, multiplyRow2, multiplyRow3, multiplyRow4} from "./tiles";

/**
 * @file 3 x 3 convolutions in steps of 1 by a quarter of the multiplications: F(4 x 4, 3 x 3) of Winograd's minimal filtering
 * (Lavin & Gray 2016, section 4.1). Squares of 6 x 6 inputs, 4 apart, are transformed; at each of their 36 places outputs are
 * sums over channels alone; a transform back gives 4 x 4 outputs each.
 *
 * The polynomials behind it are evaluated at 0, ±√½, ±√2 and ∞. At 0, ±1, ±2 and ∞, as usual, rounding is five times as
 * great (Barabasz et al. 2020, "Error analysis and improving the accuracy of Winograd convolution"): here it is about
 * three times that of the direct sum.
 *
 * Transforms go by strips, a row of squares of one channel: down the columns first, into `strip`, then along the rows.
 * Columns that two squares share are so transformed once.
 */

/** √½, the smaller point. √2 is twice it; their squares are 1/2 and 2. */
const ROOT: f32 = 0.70710678118654752;

/** Bytes from a place to the next: an odd number of cache lines, or all places would fall into the same few sets. */
// @ts-ignore: decorator
@inline
function placeStride(bytes: usize): usize {
  return ((bytes + 63) & ~63) | 64;
}

/**
 * A convolution, or the gradient with respect to its input. Some strips at a time, so that what lies between the transforms
 * stays in the cache.
 *
 * Reads 4 · ⌈height / 4⌉ + 2 rows from `x` on, and as many columns; what lies beyond the convolution's own input must be 0.
 *
 * @param u Transformed weights by `winogradWeights`.
 * @param capacity Squares that the scratch memory holds: a whole number of rows.
 * @param v Scratch, [36][inputs][capacity][4], places `vPlace` bytes apart. @param m Scratch, [36][outputs][capacity][4].
 * @param strip Scratch, [6][4 · across + 2][4].
 * @param epilogue As in `convolve`; with relu's derivative the bias, of which a gradient has none, is left out.
 */
export function winogradConvolve(
  x: usize, row: usize, plane: usize, inputs: i32, u: usize, bias: usize, outputs: i32,
  out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
  mask: usize, mRow: usize, mPlane: usize, epilogue: i32,
  capacity: i32, v: usize, vPlace: usize, m: usize, strip: usize,
): void {
  const across = (width + 3) >> 2, down = (height + 3) >> 2;
  const rows = capacity / across;
  const channel = <usize>capacity << 4;
  const mPlace = placeStride(channel * outputs);
  const uPlace = placeStride(<usize>(inputs * outputs) << 2);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let c = 0; c < inputs; c++) {
      for (let ty = 0; ty < here; ty++) {
        const p = x + <usize>c * plane + <usize>(4 * (first + ty)) * row;
        transformInput(p, row, across, strip, v + <usize>c * channel + (<usize>(ty * across) << 4), vPlace);
      }
    }
    const squares = here * across;
    for (let place = 0; place < 36; place++) {
      const vp = v + <usize>place * vPlace;
      let wp = u + <usize>place * uPlace, mp = m + <usize>place * mPlace;
      for (let k = 0; k < outputs; k += 4) {
        switch (outputs - k) {
          case 1: multiplyRow1(vp, channel, inputs, wp, mp, channel, squares); break;
          case 2: multiplyRow2(vp, channel, inputs, wp, mp, channel, squares); break;
          case 3: multiplyRow3(vp, channel, inputs, wp, mp, channel, squares); break;
          default: multiplyRow4(vp, channel, inputs, wp, mp, channel, squares);
        }
        wp += <usize>inputs << 4;
        mp += channel << 2;
      }
    }
    for (let k = 0; k < outputs; k++) {
      const b = bias + (<usize>k << 2);
      for (let ty = 0; ty < here; ty++) {
        const y = 4 * (first + ty);
        const q = m + <usize>k * channel + (<usize>(ty * across) << 4);
        const op = out + <usize>k * oPlane + <usize>y * oRow, mp = mask + <usize>k * mPlane + <usize>y * mRow;
        transformOutput(q, mPlace, across, strip, b, op, oRow, mp, mRow, epilogue, min(4, height - y), width);
      }
    }
  }
}

/** Bᵀ d B of a strip's squares: each its 36 numbers, `place` bytes apart. */
function transformInput(p: usize, row: usize, across: i32, strip: usize, q: usize, place: usize): void {
  const stripRow = (<usize>across << 6) + 32;
  const p1 = p + row, p2 = p1 + row, p3 = p2 + row, p4 = p3 + row, p5 = p4 + row;
  const s1 = strip + stripRow, s2 = s1 + stripRow, s3 = s2 + stripRow, s4 = s3 + stripRow, s5 = s4 + stripRow;
  for (let i: usize = 0; i < stripRow; i += 16) {
    inputPoints(
      v128.load(p + i), v128.load(p1 + i), v128.load(p2 + i), v128.load(p3 + i), v128.load(p4 + i), v128.load(p5 + i),
      strip + i, s1 + i, s2 + i, s3 + i, s4 + i, s5 + i,
    );
  }
  const end = <usize>across << 4;
  for (let i = 0; i < 6; i++) {
    const q1 = q + place, q2 = q1 + place, q3 = q2 + place, q4 = q3 + place, q5 = q4 + place;
    let s = strip;
    for (let t: usize = 0; t < end; t += 16, s += 64) {
      inputPoints(
        v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48), v128.load(s, 64), v128.load(s, 80),
        q + t, q1 + t, q2 + t, q3 + t, q4 + t, q5 + t,
      );
    }
    q = q5 + place;
    strip += stripRow;
  }
}

/** Bᵀ d: six inputs as a polynomial's coefficients, less every point but one in turn. */
// @ts-ignore: decorator
@inline
function inputPoints(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128,
  q0: usize, q1: usize, q2: usize, q3: usize, q4: usize, q5: usize,
): void {
  const outer = f32x4.splat(2.5), half = f32x4.splat(0.5), two = f32x4.splat(2);
  v128.store(q0, f32x4.add(f32x4.sub(d0, f32x4.mul(outer, d2)), d4));
  const even = f32x4.sub(d4, f32x4.mul(two, d2)), odd = f32x4.mul(f32x4.splat(ROOT), f32x4.sub(d3, f32x4.mul(two, d1)));
  v128.store(q1, f32x4.add(even, odd));
  v128.store(q2, f32x4.sub(even, odd));
  const far = f32x4.sub(d4, f32x4.mul(half, d2));
  const farOdd = f32x4.mul(f32x4.splat(2 * ROOT), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(q3, f32x4.add(far, farOdd));
  v128.store(q4, f32x4.sub(far, farOdd));
  v128.store(q5, f32x4.add(f32x4.sub(d1, f32x4.mul(outer, d3)), d5));
}

/** Aᵀ m A + bias of a strip's squares, and the epilogue, for those outputs that are there: `rows` by `width`. */
function transformOutput(
  q: usize, place: usize, across: i32, strip: usize, bias: usize, out: usize, oRow: usize, mask: usize, mRow: usize,
  epilogue: i32, rows: i32, width: i32,
): void {
  const end = <usize>across << 4;
  const stripRow = end * 6;
  const down = place * 6;
  const q1 = q + down, q2 = q1 + down, q3 = q2 + down, q4 = q3 + down, q5 = q4 + down;
  for (let j: usize = 0; j < 6; j++) {
    let s = strip + (j << 4), t = j * place;
    for (const last = t + end; t < last; t += 16, s += 96) {
      const m1 = v128.load(q1 + t), m2 = v128.load(q2 + t), m3 = v128.load(q3 + t), m4 = v128.load(q4 + t);
      const near = f32x4.add(m1, m2), far = f32x4.add(m3, m4), odd = f32x4.sub(m1, m2), farOdd = f32x4.sub(m3, m4);
      v128.store(s, f32x4.add(f32x4.add(v128.load(q + t), near), far));
      v128.store(s + stripRow, value1(odd, farOdd));
      v128.store(s + 2 * stripRow, value2(near, far));
      v128.store(s + 3 * stripRow, f32x4.add(value3(odd, farOdd), v128.load(q5 + t)));
    }
  }
  const b = v128.load32_splat(bias);
  for (let y = 0; y < rows; y++) {
    // Three copies of one loop: each does without a choice for every number.
    if (epilogue == 0) outputRow(strip, b, out, mask, width, 0);
    else if (epilogue == 1) outputRow(strip, b, out, mask, width, 1);
    else outputRow(strip, b, out, mask, width, 2);
    strip += stripRow;
    out += oRow;
    mask += mRow;
  }
}

// @ts-ignore: decorator
@inline
function outputRow(s: usize, b: v128, out: usize, mask: usize, width: i32, epilogue: i32): void {
  for (; width > 0; width -= 4) {
    const m1 = v128.load(s, 16), m2 = v128.load(s, 32), m3 = v128.load(s, 48), m4 = v128.load(s, 64);
    const near = f32x4.add(m1, m2), far = f32x4.add(m3, m4), odd = f32x4.sub(m1, m2), farOdd = f32x4.sub(m3, m4);
    storeOutput(f32x4.add(f32x4.add(v128.load(s), near), far), b, out, mask, epilogue);
    const second = value1(odd, farOdd), third = value2(near, far);
    if (width >= 4) {
      const fourth = f32x4.add(value3(odd, farOdd), v128.load(s, 80));
      storeOutput(second, b, out + 16, mask + 16, epilogue);
      storeOutput(third, b, out + 32, mask + 32, epilogue);
      storeOutput(fourth, b, out + 48, mask + 48, epilogue);
    } else {
      if (width > 1) storeOutput(second, b, out + 16, mask + 16, epilogue);
      if (width > 2) storeOutput(third, b, out + 32, mask + 32, epilogue);
    }
    s += 96;
    out += 64;
    mask += 64;
  }
}

/** Aᵀ, its second to fourth rows: sums and differences at ±√½ and ±√2 times the points' first to third powers. */
// @ts-ignore: decorator
@inline
function value1(odd: v128, farOdd: v128): v128 {
  return f32x4.mul(f32x4.splat(ROOT), f32x4.add(odd, f32x4.mul(f32x4.splat(2), farOdd)));
}

// @ts-ignore: decorator
@inline
function value2(near: v128, far: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(0.5), near), f32x4.mul(f32x4.splat(2), far));
}

// @ts-ignore: decorator
@inline
function value3(odd: v128, farOdd: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(0.5 * ROOT), odd), f32x4.mul(f32x4.splat(4 * ROOT), farOdd));
}

// @ts-ignore: decorator
@inline
function storeOutput(value: v128, bias: v128, out: usize, mask: usize, epilogue: i32): void {
  const zero = f32x4.splat(0);
  if (epilogue == 2) v128.store(out, v128.and(value, f32x4.gt(v128.load(mask), zero)));
  else if (epilogue == 1) v128.store(out, greater(f32x4.add(value, bias), zero));
  else v128.store(out, f32x4.add(value, bias));
}

/**
 * Transforms weights, G g Gᵀ: `forward` as they are, `back` turned by half a circle and from outputs to inputs, as the
 * input's gradient needs them. Both f32 [36], each packed as the weights of a 1 x 1 convolution.
 */
export function winogradWeights(
  w: usize, inputs: i32, outputs: i32, forward: usize, back: usize, part: i32, parts: i32, job: usize,
): void {
  const place = placeStride(<usize>(inputs * outputs) << 2);
  for (let k = part << 2; k < outputs; k += parts << 2) {
    const lanes = min(4, outputs - k);
    for (let c = 0; c < inputs; c++) {
      const tap = <usize>lanes << 2;
      const p = w + (<usize>(k * inputs * 9 + c * 9 * lanes) << 2);
      transformWeights(
        v128.load(p), v128.load(p + tap), v128.load(p + 2 * tap),
        v128.load(p + 3 * tap), v128.load(p + 4 * tap), v128.load(p + 5 * tap),
        v128.load(p + 6 * tap), v128.load(p + 7 * tap), v128.load(p + 8 * tap),
        forward + (<usize>(k * inputs + c * lanes) << 2), place, lanes,
      );
    }
  }
  const whole = outputs & ~3;
  for (let c = part << 2; c < inputs; c += parts << 2) {
    const lanes = min(4, inputs - c);
    for (let k = 0; k < outputs; k++) {
      const width = k < whole ? 4 : outputs - whole;
      const tap = <usize>width << 2;
      const p = w + (<usize>((k & ~3) * inputs * 9 + c * 9 * width + (k & 3)) << 2);
      const next = tap * 9;
      transformWeights(
        column(p + 8 * tap, next, lanes), column(p + 7 * tap, next, lanes), column(p + 6 * tap, next, lanes),
        column(p + 5 * tap, next, lanes), column(p + 4 * tap, next, lanes), column(p + 3 * tap, next, lanes),
        column(p + 2 * tap, next, lanes), column(p + tap, next, lanes), column(p, next, lanes),
        back + (<usize>(c * outputs + k * lanes) << 2), place, lanes,
      );
    }
  }
}

/** The same tap of up to four inputs. */
// @ts-ignore: decorator
@inline
function column(p: usize, next: usize, lanes: i32): v128 {
  let v = v128.load32_zero(p);
  if (lanes > 1) v = v128.load_lane<f32>(p + next, v, 1);
  if (lanes > 2) v = v128.load_lane<f32>(p + 2 * next, v, 2);
  if (lanes > 3) v = v128.load_lane<f32>(p + 3 * next, v, 3);
  return v;
}

/** G g Gᵀ of up to four kernels. */
function transformWeights(
  g0: v128, g1: v128, g2: v128, g3: v128, g4: v128, g5: v128, g6: v128, g7: v128, g8: v128,
  q: usize, place: usize, lanes: i32,
): void {
  weightRow(g0, g1, g2, q, place, lanes);
  const six = place * 6;
  for (let i = 0; i < 2; i++) {
    // At ±√½ and at ±√2: e · (g₀ + r² g₂ ± r g₁).
    const square = f32x4.splat(i == 0 ? 0.5 : 2), r = f32x4.splat(i == 0 ? ROOT : 2 * ROOT);
    const e = f32x4.splat(i == 0 ? <f32>(-2.0 / 3.0) : <f32>(1.0 / 6.0));
    const a0 = f32x4.mul(e, f32x4.add(g0, f32x4.mul(square, g6))), b0 = f32x4.mul(e, f32x4.mul(r, g3));
    const a1 = f32x4.mul(e, f32x4.add(g1, f32x4.mul(square, g7))), b1 = f32x4.mul(e, f32x4.mul(r, g4));
    const a2 = f32x4.mul(e, f32x4.add(g2, f32x4.mul(square, g8))), b2 = f32x4.mul(e, f32x4.mul(r, g5));
    weightRow(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), (q += six), place, lanes);
    weightRow(f32x4.sub(a0, b0), f32x4.sub(a1, b1), f32x4.sub(a2, b2), (q += six), place, lanes);
  }
  weightRow(g6, g7, g8, q + six, place, lanes);
}

function weightRow(r0: v128, r1: v128, r2: v128, q: usize, place: usize, lanes: i32): void {
  storeLanes(r0, q, lanes);
  const near = f32x4.splat(<f32>(-2.0 / 3.0)), far = f32x4.splat(<f32>(1.0 / 6.0));
  let even = f32x4.mul(near, f32x4.add(r0, f32x4.mul(f32x4.splat(0.5), r2)));
  let odd = f32x4.mul(near, f32x4.mul(f32x4.splat(ROOT), r1));
  storeLanes(f32x4.add(even, odd), (q += place), lanes);
  storeLanes(f32x4.sub(even, odd), (q += place), lanes);
  even = f32x4.mul(far, f32x4.add(r0, f32x4.add(r2, r2)));
  odd = f32x4.mul(far, f32x4.mul(f32x4.splat(2 * ROOT), r1));
  storeLanes(f32x4.add(even, odd), (q += place), lanes);
  storeLanes(f32x4.sub(even, odd), (q += place), lanes);
  storeLanes(r2, q + place, lanes);
}

// @ts-ignore: decorator
@inline
function storeLanes(v: v128, q: usize, lanes: i32): void {
  if (lanes == 4) v128.store(q, v);
  else storeTap(v, q, 4, lanes);
}

/**
 * Adds this group's gradient with respect to transformed weights to its slot: at each of the 36 places,
 * p[k][c] += Σ_squares (A dy Aᵀ)[k] · (Bᵀ x B)[c], lanes summed. `winogradFinish` makes the weights' gradient of it.
 * Reads 4 · ⌈height / 4⌉ rows of `dy`, and as many columns: what lies behind it must be 0.
 *
 * @param p f32 [slot][36][outputs, in twos][inputs, in fours], places `placeStride` apart.
 * @param v Scratch, [36][inputs, in fours][capacity][4], spare channels 0. @param d Likewise, outputs in twos.
 * @param strip As in `winogradConvolve`.
 * @param ready Whether `winogradConvolve` left the transformed input in `v`.
 */
export function winogradWeightGradient(
  x: usize, row: usize, plane: usize, inputs: i32, dy: usize, dRow: usize, dPlane: usize, outputs: i32,
  height: i32, width: i32, p: usize, slots: i32, slotStride: usize, capacity: i32, v: usize, d: usize, strip: usize, ready: i32,
  group: i32, groups: i32, job: usize,
): void {
  p += <usize>(group % slots) * slotStride;
  const across = (width + 3) >> 2, down = (height + 3) >> 2;
  const rows = capacity / across;
  const fours = (inputs + 3) & ~3, twos = (outputs + 1) & ~1;
  const channel = <usize>capacity << 4;
  const vPlace = placeStride(channel * fours), dPlace = placeStride(channel * twos);
  const pPlace = placeStride(<usize>(fours * twos) << 2);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let ty = 0; ty < here; ty++) {
      const at = <usize>(ty * across) << 4;
      const y = <usize>(4 * (first + ty));
      for (let c = 0; c < inputs && !ready; c++) {
        transformInput(x + <usize>c * plane + y * row, row, across, strip, v + <usize>c * channel + at, vPlace);
      }
      for (let k = 0; k < outputs; k++) {
        transformGradient(dy + <usize>k * dPlane + y * dRow, dRow, across, strip, d + <usize>k * channel + at, dPlace);
      }
    }
    for (let place = 0; place < 36; place++) {
      addPlace(
        v + <usize>place * vPlace, d + <usize>place * dPlace, channel, <usize>(here * across) << 4,
        p + <usize>place * pPlace, inputs, twos,
      );
    }
  }
}

/** Tiles of 2 outputs by 4 inputs; of 4 by 2 where one or two inputs are left. */
function addPlace(v: usize, d: usize, channel: usize, length: usize, p: usize, inputs: i32, outputs: i32): void {
  const row = (<usize>(inputs + 3) & ~3) << 2;
  const narrow = (inputs & 3) == 1 || (inputs & 3) == 2;
  const wide = narrow ? inputs & ~3 : inputs;
  for (let k = 0; k < outputs; k += 2) {
    let vc = v, q = p + <usize>k * row;
    for (let c = 0; c < wide; c += 4) {
      addProducts2x4(vc, d + <usize>k * channel, channel, length, q, row);
      vc += channel << 2;
      q += 16;
    }
  }
  if (!narrow) return;
  v += <usize>wide * channel;
  p += <usize>wide << 2;
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    addProducts4x2(v, d + <usize>k * channel, channel, length, p + <usize>k * row, row);
  }
  if (k < outputs) addProducts2x4(v, d + <usize>k * channel, channel, length, p + <usize>k * row, row);
}

// @ts-ignore: decorator
@inline
function addProducts4x2(v: usize, d: usize, channel: usize, length: usize, p: usize, row: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const two = channel << 1, three = channel * 3;
  for (const end = v + length; v < end; v += 16, d += 16) {
    const x = v128.load(v), y = v128.load(v + channel);
    let e = v128.load(d);
    a0 = madd(a0, x, e);
    a1 = madd(a1, y, e);
    e = v128.load(d + channel);
    b0 = madd(b0, x, e);
    b1 = madd(b1, y, e);
    e = v128.load(d + two);
    c0 = madd(c0, x, e);
    c1 = madd(c1, y, e);
    e = v128.load(d + three);
    d0 = madd(d0, x, e);
    d1 = madd(d1, y, e);
  }
  addPairs(sumsOfLanes(a0, a1, b0, b1), p, row);
  addPairs(sumsOfLanes(c0, c1, d0, d1), p + 2 * row, row);
}

/** Two rows' two numbers. */
// @ts-ignore: decorator
@inline
function addPairs(v: v128, p: usize, row: usize): void {
  const sums = f32x4.add(v128.load_lane<u64>(p + row, v128.load64_zero(p), 1), v);
  v128.store_lane<u64>(p, sums, 0);
  v128.store_lane<u64>(p + row, sums, 1);
}

/** Two outputs by four inputs, over all squares. */
// @ts-ignore: decorator
@inline
function addProducts2x4(v: usize, d: usize, channel: usize, length: usize, p: usize, pRow: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const v1 = channel, v2 = channel << 1, v3 = channel * 3;
  for (const end = v + length; v < end; v += 16, d += 16) {
    const e = v128.load(d), f = v128.load(d + channel);
    let x = v128.load(v);
    a0 = madd(a0, x, e);
    b0 = madd(b0, x, f);
    x = v128.load(v + v1);
    a1 = madd(a1, x, e);
    b1 = madd(b1, x, f);
    x = v128.load(v + v2);
    a2 = madd(a2, x, e);
    b2 = madd(b2, x, f);
    x = v128.load(v + v3);
    a3 = madd(a3, x, e);
    b3 = madd(b3, x, f);
  }
  v128.store(p, f32x4.add(v128.load(p), sumsOfLanes(a0, a1, a2, a3)));
  v128.store(p + pRow, f32x4.add(v128.load(p + pRow), sumsOfLanes(b0, b1, b2, b3)));
}

/** A dy Aᵀ of a strip's squares of 4 x 4. */
function transformGradient(p: usize, row: usize, across: i32, strip: usize, q: usize, place: usize): void {
  const stripRow = <usize>across << 6;
  const p1 = p + row, p2 = p1 + row, p3 = p2 + row;
  const s1 = strip + stripRow, s2 = s1 + stripRow, s3 = s2 + stripRow, s4 = s3 + stripRow, s5 = s4 + stripRow;
  for (let i: usize = 0; i < stripRow; i += 16) {
    gradientPoints(
      v128.load(p + i), v128.load(p1 + i), v128.load(p2 + i), v128.load(p3 + i),
      strip + i, s1 + i, s2 + i, s3 + i, s4 + i, s5 + i,
    );
  }
  const end = <usize>across << 4;
  for (let i = 0; i < 6; i++) {
    const q1 = q + place, q2 = q1 + place, q3 = q2 + place, q4 = q3 + place, q5 = q4 + place;
    let s = strip;
    for (let t: usize = 0; t < end; t += 16, s += 64) {
      gradientPoints(
        v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48),
        q + t, q1 + t, q2 + t, q3 + t, q4 + t, q5 + t,
      );
    }
    q = q5 + place;
    strip += stripRow;
  }
}

/** A y: the polynomial with these four coefficients at each point. */
// @ts-ignore: decorator
@inline
function gradientPoints(
  y0: v128, y1: v128, y2: v128, y3: v128, q0: usize, q1: usize, q2: usize, q3: usize, q4: usize, q5: usize,
): void {
  const half = f32x4.splat(0.5), two = f32x4.splat(2);
  v128.store(q0, y0);
  let even = f32x4.add(y0, f32x4.mul(half, y2)), odd = f32x4.mul(f32x4.splat(ROOT), f32x4.add(y1, f32x4.mul(half, y3)));
  v128.store(q1, f32x4.add(even, odd));
  v128.store(q2, f32x4.sub(even, odd));
  even = f32x4.add(y0, f32x4.mul(two, y2));
  odd = f32x4.mul(f32x4.splat(2 * ROOT), f32x4.add(y1, f32x4.mul(two, y3)));
  v128.store(q3, f32x4.add(even, odd));
  v128.store(q4, f32x4.sub(even, odd));
  v128.store(q5, y3);
}

/** Sums the slots in slot order, empties them, and takes the sums back to the weights' own gradient: Gᵀ p G. */
export function winogradFinish(
  p: usize, slots: i32, slotStride: usize, inputs: i32, outputs: i32, g: usize, part: i32, parts: i32, job: usize,
): void {
  const fours = (inputs + 3) & ~3, twos = (outputs + 1) & ~1;
  const place = placeStride(<usize>(fours * twos) << 2);
  const whole = outputs & ~3;
  const zero = f32x4.splat(0);
  for (let k = part; k < outputs; k += parts) {
    const lanes = k < whole ? 4 : outputs - whole;
    const tap = <usize>lanes << 2;
    for (let c = 0; c < inputs; c += 4) {
      const from = p + (<usize>(k * fours + c) << 2);
      const to = g + (<usize>((k & ~3) * inputs * 9 + c * 9 * lanes + (k & 3)) << 2);
      for (let i: usize = 0; i < 36; i++) {
        const first = from + i * place;
        let sum = v128.load(first), q = first;
        for (let s = 1; s < slots; s++) {
          sum = f32x4.add(sum, v128.load((q += slotStride)));
          v128.store(q, zero);
        }
        v128.store(first, sum);
      }
      // Each row's three columns take the place of its first three; then each column's three rows.
      for (let i: usize = 0; i < 6; i++) {
        const q = from + i * 6 * place;
        const tap0 = firstTap(q, place), tap1 = middleTap(q, place), tap2 = lastTap(q, place);
        v128.store(q, tap0);
        v128.store(q + place, tap1);
        v128.store(q + 2 * place, tap2);
      }
      for (let j: usize = 0; j < 3; j++) {
        const q = from + j * place, down = place * 6;
        const last = inputs - c;
        storeTap(firstTap(q, down), to + tap * j, tap * 9, last);
        storeTap(middleTap(q, down), to + tap * (3 + j), tap * 9, last);
        storeTap(lastTap(q, down), to + tap * (6 + j), tap * 9, last);
      }
      for (let i: usize = 0; i < 36; i++) v128.store(from + i * place, zero);
    }
  }
}

/** Gᵀ p, row by row. */
// @ts-ignore: decorator
@inline
function firstTap(p: usize, step: usize): v128 {
  const near = f32x4.add(v128.load(p + step), v128.load(p + 2 * step));
  const far = f32x4.add(v128.load(p + 3 * step), v128.load(p + 4 * step));
  const sum = f32x4.add(f32x4.mul(f32x4.splat(<f32>(-2.0 / 3.0)), near), f32x4.mul(f32x4.splat(<f32>(1.0 / 6.0)), far));
  return f32x4.add(v128.load(p), sum);
}

// @ts-ignore: decorator
@inline
function middleTap(p: usize, step: usize): v128 {
  const near = f32x4.sub(v128.load(p + 2 * step), v128.load(p + step));
  const far = f32x4.sub(v128.load(p + 3 * step), v128.load(p + 4 * step));
  return f32x4.mul(f32x4.splat(<f32>(ROOT / 3.0)), f32x4.add(f32x4.add(near, near), far));
}

// @ts-ignore: decorator
@inline
function lastTap(p: usize, step: usize): v128 {
  const near = f32x4.add(v128.load(p + step), v128.load(p + 2 * step));
  const far = f32x4.add(v128.load(p + 3 * step), v128.load(p + 4 * step));
  return f32x4.add(f32x4.mul(f32x4.splat(<f32>(1.0 / 3.0)), f32x4.sub(far, near)), v128.load(p + 5 * step));
}

/** Lane i's number goes to input i's weight, `step` bytes after the one before; inputs past the last have none. */
// @ts-ignore: decorator
@inline
function storeTap(v: v128, q: usize, step: usize, inputs: i32): void {
  store<f32>(q, f32x4.extract_lane(v, 0));
  if (inputs > 1) store<f32>(q + step, f32x4.extract_lane(v, 1));
  if (inputs > 2) store<f32>(q + 2 * step, f32x4.extract_lane(v, 2));
  if (inputs > 3) store<f32>(q + 3 * step, f32x4.extract_lane(v, 3));
}
