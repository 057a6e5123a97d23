/** @file The normal distribution. */
import {madd} from "./simd";

/**
 * Computes Φ(x), the share of the normal distribution below x. erf is that of Abramowitz & Stegun 1964, formula 7.1.26;
 * the error of Φ is below 1.5e-7 / 2.
 *
 * @param e e^(−x² / 2).
 */
// @ts-ignore: decorator
@inline
export function normalBelow(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678118654752));
  const t = f32x4.div(one, madd(one, z, f32x4.splat(0.3275911)));
  let p = f32x4.splat(1.061405429);
  p = madd(f32x4.splat(-1.453152027), p, t);
  p = madd(f32x4.splat(1.421413741), p, t);
  p = madd(f32x4.splat(-0.284496736), p, t);
  p = madd(f32x4.splat(0.254829592), p, t);
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), e), f32x4.splat(0.5)); // (1 − erf z) / 2
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}
