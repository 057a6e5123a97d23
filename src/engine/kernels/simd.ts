/**
 * Computes acc + a · b in each lane. The result is rounded once if the module is built with relaxed SIMD and the
 * processor fuses the two operations; otherwise it is rounded twice.
 */
// @ts-ignore: decorator
@inline
export function madd(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * Takes the greater number in each lane. A NaN in `a` stays; a NaN in `b` is ignored. This is one instruction, while
 * f32x4.max takes eight.
 */
// @ts-ignore: decorator
@inline
export function greater(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** Sums the lanes as (0 + 2) + (1 + 3), always in this order, so that equal numbers give equal bits. */
// @ts-ignore: decorator
@inline
export function sumOfLanes(v: v128): f32 {
  const s = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1);
}

/**
 * Returns the first of `n` items that part `part` of `parts` handles, a multiple of 4. The part ends where the next
 * part begins.
 */
// @ts-ignore: decorator
@inline
export function partStart(n: i32, part: i32, parts: i32): i32 {
  return part >= parts ? n : <i32>((<i64>n * part) / parts) & ~3;
}

/** Sums the lanes of each of four vectors, in the same order as `sumOfLanes`. */
// @ts-ignore: decorator
@inline
export function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  // First (0 + 2, 1 + 3) of two vectors, side by side.
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}
