import {placeStride, ROOT} from "./winograd-transforms";

/**
 * Transforms weights to G g Gᵀ. `forward` receives the weights from inputs to outputs, and `back` those from outputs to
 * inputs, which the input's gradient needs. Both are f32 [36]: a matrix for each place, packed like the weights of a
 * 1 x 1 convolution.
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
        column(p, next, lanes), column(p + tap, next, lanes), column(p + 2 * tap, next, lanes),
        column(p + 3 * tap, next, lanes), column(p + 4 * tap, next, lanes), column(p + 5 * tap, next, lanes),
        column(p + 6 * tap, next, lanes), column(p + 7 * tap, next, lanes), column(p + 8 * tap, next, lanes),
        back + (<usize>(c * outputs + k * lanes) << 2), place, lanes,
      );
    }
  }
}

/** Loads the same tap of up to four inputs. */
// @ts-ignore: decorator
@inline
function column(p: usize, next: usize, lanes: i32): v128 {
  let v = v128.load32_zero(p);
  if (lanes > 1) v = v128.load_lane<f32>(p + next, v, 1);
  if (lanes > 2) v = v128.load_lane<f32>(p + 2 * next, v, 2);
  if (lanes > 3) v = v128.load_lane<f32>(p + 3 * next, v, 3);
  return v;
}

/** Computes G g Gᵀ of up to four kernels, and stores the numbers at their 36 places. */
function transformWeights(
  g0: v128, g1: v128, g2: v128, g3: v128, g4: v128, g5: v128, g6: v128, g7: v128, g8: v128,
  q: usize, place: usize, lanes: i32,
): void {
  weightRow(g0, g1, g2, q, place, lanes);
  const six = place * 6;
  for (let i = 0; i < 2; i++) {
    // At the points r = ±√½ and r = ±√2: e · (g₀ + r² g₂ ± r g₁), where gᵢ is row i of the kernel.
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

/** Sums the slots in their order, sets them to 0, and transforms the sums to the gradient of the weights: Gᵀ p G. */
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
      // First along the rows: the three taps of a row overwrite its first three places. Then down the three columns.
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

/**
 * The three rows of Gᵀ: each of `firstTap`, `middleTap` and `lastTap` makes one tap of six numbers, `step` bytes apart.
 */
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

/** Stores the number of lane i as the weight of input i, at q + i · step. Lanes past the last input are not stored. */
// @ts-ignore: decorator
@inline
function storeTap(v: v128, q: usize, step: usize, inputs: i32): void {
  store<f32>(q, f32x4.extract_lane(v, 0));
  if (inputs > 1) store<f32>(q + step, f32x4.extract_lane(v, 1));
  if (inputs > 2) store<f32>(q + 2 * step, f32x4.extract_lane(v, 2));
  if (inputs > 3) store<f32>(q + 3 * step, f32x4.extract_lane(v, 3));
}
