import {exponential} from "./exponential";
import {normalBelow} from "./normal";
import {madd} from "./simd";

/**
 * Computes y = x Φ(x) and its slope Φ(x) + x φ(x), so that the gradient need not compute the slope again. `count` is a
 * multiple of four.
 */
export function geluWithSlope(x: usize, y: usize, slope: usize, count: i32): void {
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const v = v128.load(x + at);
    const e = exponential(f32x4.mul(f32x4.mul(v, v), f32x4.splat(-0.5)));
    const below = normalBelow(v, e);
    v128.store(y + at, f32x4.mul(v, below));
    v128.store(slope + at, madd(below, f32x4.mul(v, e), f32x4.splat(0.3989422804014327)));
  }
}

/** Computes out = a · b, element by element. `count` is a multiple of four. */
export function products(a: usize, b: usize, out: usize, count: i32): void {
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
}
