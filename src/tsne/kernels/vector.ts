/** Operations on four single-precision numbers at a time. */

// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Returns the address of a 32-bit number in an array. */
// @ts-ignore: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/**
 * Computes exp of four numbers that are at most 0; numbers below −87 count as −87. The result is 2^n · 2^f, where f is
 * from −½ to ½ and 2^f is its Taylor series to f⁶: the relative error is below 2e-7.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const scaled = f32x4.mul(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(1.44269504)); // log2 e
  const n = f32x4.nearest(scaled);
  const f = f32x4.sub(scaled, n);
  let series = f32x4.splat(1.5403530e-4); // (ln 2)^6 / 6!; the factors below go down to (ln 2)^0 / 0!
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(1.3333558e-3));
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(9.6181291e-3));
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(5.5504109e-2));
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(2.4022651e-1));
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(6.9314718e-1));
  series = f32x4.add(f32x4.mul(series, f), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23); // 2^n by its exponent bits
  return f32x4.mul(series, power);
}

/** Stores the 4 × 4 transpose of rows a, b, c, d, its rows `stride` bytes apart. */
// @ts-ignore: decorator
@inline
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, address: usize, stride: usize): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(address, v128.shuffle<f64>(ab01, cd01, 0, 2));
  v128.store(address + stride, v128.shuffle<f64>(ab01, cd01, 1, 3));
  v128.store(address + 2 * stride, v128.shuffle<f64>(ab23, cd23, 0, 2));
  v128.store(address + 3 * stride, v128.shuffle<f64>(ab23, cd23, 1, 3));
}
