import {jobCorrection, jobRate} from "./job";
import {partStart} from "./simd";

/**
 * Sums gradients over the slots, in the order of the slots, and sets the slots to 0: out[i] = Σ_s slots[s][i]. A call
 * handles the indices i of one part.
 */
export function sumSlots(
  slots: usize, count: i32, stride: usize, n: i32, out: usize, part: i32, parts: i32, job: usize,
): void {
  const to = <usize>partStart(n, part + 1, parts) << 2;
  const zero = f32x4.splat(0);
  for (let i = <usize>partStart(n, part, parts) << 2; i < to; i += 16) {
    let sum = zero;
    let p = slots + i;
    for (let s = 0; s < count; s++) {
      sum = f32x4.add(sum, v128.load(p));
      v128.store(p, zero);
      p += stride;
    }
    v128.store(out + i, sum);
  }
}

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1). Epsilon is added outside the root, as in tfjs:
 * p −= rate · m / (√(v · correction) + epsilon).
 */
export function adam(
  p: usize, g: usize, m: usize, v: usize, n: i32, beta1: f32, beta2: f32, epsilon: f32, part: i32, parts: i32, job: usize,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2), c1 = f32x4.splat(1 - beta1), c2 = f32x4.splat(1 - beta2);
  const rate = f32x4.splat(jobRate(job)), correction = f32x4.splat(jobCorrection(job)), e = f32x4.splat(epsilon);
  const to = <usize>partStart(n, part + 1, parts) << 2;
  for (let i = <usize>partStart(n, part, parts) << 2; i < to; i += 16) {
    const d = v128.load(g + i);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, d));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(d, d)));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(second, correction)), e);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.div(f32x4.mul(rate, first), root)));
  }
}

/** One step of gradient descent with momentum (Polyak 1964), as in tfjs: m = momentum · m + g; p −= rate · m. */
export function momentum(p: usize, g: usize, m: usize, n: i32, decay: f32, part: i32, parts: i32, job: usize): void {
  const rate = f32x4.splat(jobRate(job)), keep = f32x4.splat(decay);
  const to = <usize>partStart(n, part + 1, parts) << 2;
  for (let i = <usize>partStart(n, part, parts) << 2; i < to; i += 16) {
    const velocity = f32x4.add(f32x4.mul(keep, v128.load(m + i)), v128.load(g + i));
    v128.store(m + i, velocity);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(rate, velocity)));
  }
}

/** Copies the weights of one part to the places where the input's gradient is computed from them: out[to[i]] = p[i]. */
export function scatter(p: usize, to: usize, n: i32, out: usize, part: i32, parts: i32, job: usize): void {
  const end = partStart(n, part + 1, parts);
  for (let i = partStart(n, part, parts); i < end; i++) {
    store<f32>(out + (<usize>load<u32>(to + (<usize>i << 2)) << 2), load<f32>(p + (<usize>i << 2)));
  }
}
