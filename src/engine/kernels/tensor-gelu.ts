/**
 * @file GELU is x · Φ(x), where Φ is the normal distribution's cumulative function (Hendrycks & Gimpel 2016, "Gaussian
 * error linear units"). It is computed exactly, or by their approximation x · σ(2 √(2/π) (x + 0.044715 x³)). Arrays
 * have any length.
 */
import {exponential} from "./exponential";
import {normalBelow} from "./normal";
import {madd} from "./simd";

/** Computes σ(u) = 1 / (1 + e^(−u)) at u = 2 √(2/π) (x + 0.044715 x³). */
// @ts-ignore: decorator
@inline
function sigmoidOfCubic(x: v128): v128 {
  const one = f32x4.splat(1);
  const inner = madd(one, f32x4.mul(x, x), f32x4.splat(0.044715));
  const minusU = f32x4.mul(f32x4.mul(x, f32x4.splat(-1.5957691216057308)), inner);
  return f32x4.div(one, f32x4.add(one, exponential(minusU)));
}

// @ts-ignore: decorator
@inline
function valueOf(x: v128, exact: i32): v128 {
  if (!exact) return f32x4.mul(x, sigmoidOfCubic(x));
  return f32x4.mul(x, normalBelow(x, exponential(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)))));
}

/** The derivative of GELU: Φ(x) + x φ(x) if exact, or s + x s (1 − s) du/dx with s = σ(u) for the approximation. */
// @ts-ignore: decorator
@inline
function slopeOf(x: v128, exact: i32): v128 {
  const squared = f32x4.mul(x, x);
  if (exact) {
    const e = exponential(f32x4.mul(squared, f32x4.splat(-0.5)));
    return madd(normalBelow(x, e), f32x4.mul(x, e), f32x4.splat(0.3989422804014327));
  }
  const one = f32x4.splat(1);
  const s = sigmoidOfCubic(x);
  const slope = f32x4.mul(f32x4.splat(1.5957691216057308), madd(one, squared, f32x4.splat(0.134145)));
  return madd(s, f32x4.mul(x, f32x4.mul(s, f32x4.sub(one, s))), slope);
}

export function gelu(x: usize, y: usize, n: i32, exact: i32): void {
  const end = <usize>n << 2;
  const whole = end & ~15;
  for (let at: usize = 0; at < whole; at += 16) v128.store(y + at, valueOf(v128.load(x + at), exact));
  for (let at = whole; at < end; at += 4) {
    store<f32>(y + at, f32x4.extract_lane(valueOf(v128.load32_splat(x + at), exact), 0));
  }
}

export function geluGradient(x: usize, dy: usize, dx: usize, n: i32, exact: i32): void {
  const end = <usize>n << 2;
  const whole = end & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), slopeOf(v128.load(x + at), exact)));
  }
  for (let at = whole; at < end; at += 4) {
    store<f32>(dx + at, load<f32>(dy + at) * f32x4.extract_lane(slopeOf(v128.load32_splat(x + at), exact), 0));
  }
}
