/**
 * @file 3 x 3 convolutions in steps of 1 by a quarter of the multiplications: F(4 x 4, 3 x 3) of Winograd's minimal
 * filtering (Lavin & Gray 2016, section 4.1). The input is covered with squares of 6 x 6, 4 apart. Each square is
 * transformed to 36 numbers, its places. At each place, an output channel is a sum over the input channels alone. A
 * transform back makes 4 x 4 outputs of each square.
 *
 * The transforms evaluate polynomials at the points 0, ±√½, ±√2 and ∞. At the usual points 0, ±1, ±2 and ∞, the
 * rounding error is more than twice as great. Barabasz et al. 2020, "Error analysis and improving the accuracy of
 * Winograd convolution for deep neural networks", tell how much the points matter.
 *
 * A strip is a row of squares of one channel. Its columns are transformed first, into `strip`, and then its rows. So a
 * column that two squares share is transformed only once.
 */
import {greater} from "./simd";

/** √½, the smaller point. The other, √2, is twice as large; their squares are 1/2 and 2. */
export const ROOT: f32 = 0.70710678118654752;

/**
 * Returns the bytes from one place to the next. They are an odd number of cache lines, because otherwise all places
 * would fall into the same few sets of the cache.
 */
// @ts-ignore: decorator
@inline
export function placeStride(bytes: usize): usize {
  return ((bytes + 63) & ~63) | 64;
}

/** Computes Bᵀ d B for the squares of a strip. The 36 numbers of a square are `place` bytes apart. */
export function transformInput(p: usize, row: usize, across: i32, strip: usize, q: usize, place: usize): void {
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

/**
 * Computes Bᵀ d of six inputs. The row of Bᵀ for a point holds the coefficients of the product of all (x − q), where q
 * is every other finite point.
 */
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

/** Computes Aᵀ m A + bias for the squares of a strip, and relu if asked for. It writes `rows` by `width` outputs. */
export function transformOutput(
  q: usize, place: usize, across: i32, strip: usize, bias: usize, out: usize, oRow: usize, relu: i32, rows: i32, width: i32,
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
  // Without relu, this is the least number there is, so that one loop serves both cases.
  const least = f32x4.splat(relu ? 0 : -Infinity);
  for (let y = 0; y < rows; y++) {
    outputRow(strip, b, least, out, width);
    strip += stripRow;
    out += oRow;
  }
}

// @ts-ignore: decorator
@inline
function outputRow(s: usize, b: v128, least: v128, out: usize, width: i32): void {
  for (; width > 0; width -= 4) {
    const m1 = v128.load(s, 16), m2 = v128.load(s, 32), m3 = v128.load(s, 48), m4 = v128.load(s, 64);
    const near = f32x4.add(m1, m2), far = f32x4.add(m3, m4), odd = f32x4.sub(m1, m2), farOdd = f32x4.sub(m3, m4);
    const first = f32x4.add(f32x4.add(v128.load(s), near), f32x4.add(far, b));
    v128.store(out, greater(first, least));
    const second = greater(f32x4.add(value1(odd, farOdd), b), least), third = greater(f32x4.add(value2(near, far), b), least);
    if (width >= 4) {
      const fourth = f32x4.add(value3(odd, farOdd), f32x4.add(v128.load(s, 80), b));
      v128.store(out, second, 16);
      v128.store(out, third, 32);
      v128.store(out, greater(fourth, least), 48);
    } else {
      if (width > 1) v128.store(out, second, 16);
      if (width > 2) v128.store(out, third, 32);
    }
    s += 96;
    out += 64;
  }
}

/** The second to fourth rows of Aᵀ: sums and differences at ±√½ and at ±√2, times the points' first to third powers. */
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

/** Computes A dy Aᵀ for the squares of a strip, which are 4 x 4. */
export function transformGradient(p: usize, row: usize, across: i32, strip: usize, q: usize, place: usize): void {
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

/** Computes A y: the value at each point of the polynomial that has these four coefficients. */
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
