import {fourier, imaginaryPart, realPart} from "./fourier";
import {at, storeTransposed} from "./vector";

/**
 * Convolves an N × N mesh with an even kernel in free space. The result is that of transforms of 2N × 2N, where zeros
 * pad the mesh, but the zeros are never stored. Half of a row's 2N real numbers are zero; the 2N are read as N complex
 * numbers. A column's transform of 2N points is two transforms of N points: of x[j] for the even bins, and of x[j]
 * exp(−πij/N) for the odd bins. The rows past N are zero before, and are not wanted after.
 *
 * A spectrum is two planes [rows][N + 4], real and imaginary, `plane` bytes apart, with bins 0 to N in a row. `roots`
 * has cos and −sin of 2πj/N, and `halfRoots` those of πj/N, j from 0 to N. A thread needs 3 N · 32 + 128 bytes of
 * scratch memory.
 */

const ROWS: i32 = 16;

/** Computes bin k of four real transforms of 2N numbers from Z, the N-point transform of their even-odd pairs. */
// @ts-ignore: decorator
@inline
function bin(k: i32, N: i32, Z: usize, halfRoots: usize, imaginary: bool): v128 {
  k = min(k, N); // bins past N only fill up a vector and are never read
  const a = Z + (<usize>(k == N ? 0 : k) << 5), b = Z + (<usize>(k == 0 ? 0 : N - k) << 5), half = f32x4.splat(0.5);
  const ar = v128.load(a), ai = v128.load(a, 16), br = v128.load(b), bi = v128.load(b, 16);
  const oddR = f32x4.mul(half, f32x4.add(ai, bi)), oddI = f32x4.mul(half, f32x4.sub(br, ar));
  const wr = v128.load32_splat(halfRoots + (<usize>k << 3)), wi = v128.load32_splat(halfRoots + (<usize>k << 3), 4);
  return imaginary
    ? f32x4.add(f32x4.mul(half, f32x4.sub(ai, bi)), imaginaryPart(oddR, oddI, wr, wi))
    : f32x4.add(f32x4.mul(half, f32x4.add(ar, br)), realPart(oddR, oddI, wr, wi));
}

/**
 * Transforms real rows into their spectrum. The rows are the sum of `mesh0` and, if it is not 0, `mesh1`; each has
 * `columns` numbers, N or 2N. A task has 16 rows.
 */
export function transformRows(
  task: i32, thread: i32, rows: i32, N: i32, mesh0: usize, mesh1: usize, columns: i32, spectrum: usize, plane: i32,
  roots: usize, halfRoots: usize, radices: usize, scratch: usize, scratchSize: i32,
): void {
  const x = scratch + <usize>thread * <usize>scratchSize, y = x + (<usize>N << 5);
  const stride = <usize>columns << 2, wide = <usize>(N + 4) << 2;
  const to = min(rows, (task + 1) * ROWS);
  for (let r = task * ROWS; r < to; r += 4) {
    let a = mesh0 + <usize>r * stride, b = mesh1 + <usize>r * stride, o = x;
    for (let c = 0; c < columns; c += 4, a += 16, o += 64) {
      let v0 = v128.load(a), v1 = v128.load(a + stride), v2 = v128.load(a + 2 * stride), v3 = v128.load(a + 3 * stride);
      if (mesh1) {
        v0 = f32x4.add(v0, v128.load(b)); v1 = f32x4.add(v1, v128.load(b + stride));
        v2 = f32x4.add(v2, v128.load(b + 2 * stride)); v3 = f32x4.add(v3, v128.load(b + 3 * stride));
        b += 16;
      }
      storeTransposed(v0, v1, v2, v3, o, 16);
    }
    memory.fill(o, 0, y - o);
    const Z = fourier(N, x, y, roots, radices);
    let s = spectrum + <usize>r * wide;
    for (let k = 0; k <= N; k += 4, s += 16) {
      storeTransposed(
        bin(k, N, Z, halfRoots, false), bin(k + 1, N, Z, halfRoots, false),
        bin(k + 2, N, Z, halfRoots, false), bin(k + 3, N, Z, halfRoots, false), s, wide,
      );
      storeTransposed(
        bin(k, N, Z, halfRoots, true), bin(k + 1, N, Z, halfRoots, true),
        bin(k + 2, N, Z, halfRoots, true), bin(k + 3, N, Z, halfRoots, true), s + plane, wide,
      );
    }
  }
}

/**
 * Multiplies N elements by the kernel's bins `first`, `first + 2`, … and swaps real and imaginary parts. After a swap,
 * a forward transform gives the inverse transform, swapped.
 */
// @ts-ignore: decorator
@inline
function multiplySwapped(N: i32, x: usize, kernel: usize, wide: usize, first: i32): void {
  for (let k = 0; k < N; k++, x += 32) {
    const q = 2 * k + first, mirror = q <= N ? q : 2 * N - q;
    const w = v128.load(kernel + <usize>mirror * wide);
    const re = f32x4.mul(w, v128.load(x));
    v128.store(x, f32x4.mul(w, v128.load(x, 16)));
    v128.store(x, re, 16);
  }
}

/**
 * Transforms columns, multiplies them by the kernel's real spectrum [N + 1][N + 4], and transforms them back. A task
 * has 16 columns.
 */
export function multiplyColumns(
  task: i32, thread: i32, N: i32, spectrum: usize, plane: i32, kernel: usize,
  roots: usize, halfRoots: usize, radices: usize, scratch: usize, scratchSize: i32,
): void {
  const buffer = <usize>N << 5, wide = <usize>(N + 4) << 2;
  const x = scratch + <usize>thread * <usize>scratchSize, y = x + buffer, w = y + buffer;
  const to = min(N + 4, (task + 1) * ROWS);
  for (let c = task * ROWS; c < to; c += 4) {
    const column = at(spectrum, c), bins = at(kernel, c);
    let q = column, o = x;
    for (let r = 0; r < N; r++, q += wide, o += 32) {
      v128.store(o, v128.load(q));
      v128.store(o, v128.load(q + plane), 16);
    }
    const forward = fourier(N, x, y, roots, radices);
    multiplySwapped(N, forward, bins, wide, 0);
    const even = fourier(N, forward, forward == x ? y : x, roots, radices), free = even == x ? y : x;
    q = column; o = free;
    let root = halfRoots;
    for (let r = 0; r < N; r++, q += wide, o += 32, root += 8) {
      const re = v128.load(q), im = v128.load(q + plane), wr = v128.load32_splat(root), wi = v128.load32_splat(root, 4);
      v128.store(o, realPart(re, im, wr, wi));
      v128.store(o, imaginaryPart(re, im, wr, wi), 16);
    }
    const forwardOdd = fourier(N, free, w, roots, radices);
    multiplySwapped(N, forwardOdd, bins, wide, 1);
    let odd = fourier(N, forwardOdd, forwardOdd == free ? w : free, roots, radices);
    o = even; q = column; root = halfRoots;
    for (let r = 0; r < N; r++, o += 32, odd += 32, q += wide, root += 8) { // even + exp(πij/N) odd, both swapped
      const wr = v128.load32_splat(root), wi = v128.load32_splat(root, 4);
      const im = v128.load(odd), re = v128.load(odd, 16);
      v128.store(q, f32x4.add(v128.load(o, 16), f32x4.add(f32x4.mul(re, wr), f32x4.mul(im, wi))));
      v128.store(q + plane, f32x4.add(v128.load(o), f32x4.sub(f32x4.mul(im, wr), f32x4.mul(re, wi))));
    }
  }
}

/** Transforms the spectrum back to real rows, and keeps their first N numbers. A task has 16 rows. */
export function restoreRows(
  task: i32, thread: i32, N: i32, spectrum: usize, plane: i32, mesh: usize,
  roots: usize, halfRoots: usize, radices: usize, scratch: usize, scratchSize: i32,
): void {
  const x = scratch + <usize>thread * <usize>scratchSize, y = x + (<usize>N << 5);
  const wide = <usize>(N + 4) << 2, stride = <usize>N << 2, half = f32x4.splat(0.5);
  const to = min(N, (task + 1) * ROWS);
  for (let r = task * ROWS; r < to; r += 4) {
    const bins = y; // N + 4 elements: they reach into the third buffer
    let s = spectrum + <usize>r * wide, o = bins;
    for (let k = 0; k <= N; k += 4, s += 16, o += 128) {
      const t = s + plane;
      storeTransposed(v128.load(s), v128.load(s + wide), v128.load(s + 2 * wide), v128.load(s + 3 * wide), o, 32);
      storeTransposed(v128.load(t), v128.load(t + wide), v128.load(t + 2 * wide), v128.load(t + 3 * wide), o + 16, 32);
    }
    o = x;
    let root = halfRoots;
    for (let k = 0; k < N; k++, o += 32, root += 8) { // pairs again: even part + i · exp(πik/N) · odd part, swapped
      const a = bins + (<usize>k << 5), b = bins + (<usize>(N - k) << 5);
      const ar = v128.load(a), ai = v128.load(a, 16), br = v128.load(b), bi = v128.load(b, 16);
      const evenR = f32x4.add(ar, br), evenI = f32x4.sub(ai, bi), dR = f32x4.sub(ar, br), dI = f32x4.add(ai, bi);
      const wr = v128.load32_splat(root), wi = v128.load32_splat(root, 4);
      const oddR = f32x4.add(f32x4.mul(dR, wr), f32x4.mul(dI, wi));
      const oddI = f32x4.sub(f32x4.mul(dI, wr), f32x4.mul(dR, wi));
      v128.store(o, f32x4.mul(half, f32x4.add(evenI, oddR)));
      v128.store(o, f32x4.mul(half, f32x4.sub(evenR, oddI)), 16);
    }
    let Z = fourier(N, x, y, roots, radices), a = mesh + <usize>r * stride;
    for (let c = 0; c < N; c += 4, a += 16, Z += 64) {
      storeTransposed(v128.load(Z, 16), v128.load(Z), v128.load(Z, 48), v128.load(Z, 32), a, stride);
    }
  }
}

/**
 * Computes rows 0 to N of the kernel, with 2N columns; the kernel is even. Outside R it is 1/u with u = 1 + r². Inside
 * R it is (1 + t + t² + t³)/U with t = 1 − u/U and U = 1 + R² (short-range.ts adds the rest). If U is 0, it is 1/u
 * everywhere. Rows after N are zero. A task has 16 rows.
 */
export function sampleKernel(task: i32, thread: i32, rows: i32, N: i32, h: f32, U: f32, out: usize): void {
  const to = min(rows, (task + 1) * ROWS);
  for (let a = task * ROWS; a < to; a++) {
    for (let b = 0; b < 2 * N; b++) {
      const c = b <= N ? b : 2 * N - b;
      const u: f32 = 1 + h * h * <f32>(a * a + c * c);
      const t: f32 = 1 - u / U;
      const v: f32 = u < U ? (1 + t * (1 + t * (1 + t))) / U : 1 / u;
      store<f32>(at(out, a * 2 * N + b), a <= N ? v : 0);
    }
  }
}

/**
 * Transposes the real plane of a spectrum and continues it evenly to 2N columns, so that the other direction can be
 * transformed. A task has 16 rows.
 */
export function turnKernel(task: i32, thread: i32, rows: i32, N: i32, spectrum: usize, out: usize): void {
  const to = min(rows, (task + 1) * ROWS);
  for (let a = task * ROWS; a < to; a++) {
    for (let b = 0; b < 2 * N; b++) {
      const c = b <= N ? b : 2 * N - b;
      store<f32>(at(out, a * 2 * N + b), a <= N ? load<f32>(at(spectrum, c * (N + 4) + a)) : 0);
    }
  }
}

/**
 * Divides the kernel's spectrum by that of the B-splines, so that points on nodes interact exactly, and by the factor
 * 2N² that the transforms leave. `spline` [N + 1] is 1 / spline², because the splines act twice: when points are spread
 * onto the mesh, and when forces are interpolated. A task has 16 rows.
 */
export function sharpenKernel(task: i32, thread: i32, N: i32, spectrum: usize, spline: usize, out: usize): void {
  const wide = N + 4, scale: f32 = <f32>(1.0 / (2.0 * <f64>N * <f64>N));
  const to = min(N + 1, (task + 1) * ROWS);
  for (let a = task * ROWS; a < to; a++) {
    for (let c = 0; c < wide; c++) {
      const sharpness = load<f32>(at(spline, a)) * load<f32>(at(spline, min(c, N))) * scale;
      store<f32>(at(out, a * wide + c), c <= N ? load<f32>(at(spectrum, a * wide + c)) * sharpness : 0);
    }
  }
}
