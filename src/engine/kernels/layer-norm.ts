/**
 * @file Layer normalisation over the channels of each token (Ba, Kiros & Hinton 2016): ŷ = (x − mean) / √(variance +
 * ε), y = gain · ŷ + bias. Planes are [channel][token][4 images] without a border. The variance is computed from the
 * differences from the mean, so that no digits cancel. One token follows another; neighbours share a cache line.
 */
import {madd, sumOfLanes} from "./simd";

/** @param statistics Receives each token's mean and 1 / √(variance + ε): [2][token][4]. */
export function layerNorm(
  x: usize, tokens: i32, channels: i32, gain: usize, bias: usize, epsilon: f32, out: usize, statistics: usize,
): void {
  const plane = <usize>tokens << 4;
  const share = f32x4.splat(<f32>1 / <f32>channels);
  for (let t: usize = 0; t < plane; t += 16) {
    let sum = f32x4.splat(0);
    let p = x + t;
    for (let c = 0; c < channels; c++, p += plane) sum = f32x4.add(sum, v128.load(p));
    const mean = f32x4.mul(sum, share);
    let squares = f32x4.splat(0);
    p = x + t;
    for (let c = 0; c < channels; c++, p += plane) {
      const d = f32x4.sub(v128.load(p), mean);
      squares = madd(squares, d, d);
    }
    const variance = f32x4.mul(squares, share);
    const inverse = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
    v128.store(statistics + t, mean);
    v128.store(statistics + plane + t, inverse);
    p = x + t;
    let q = out + t;
    for (let c: usize = 0; c < <usize>channels; c++, p += plane, q += plane) {
      const y = f32x4.mul(f32x4.sub(v128.load(p), mean), inverse);
      v128.store(q, madd(v128.load32_splat(bias + (c << 2)), y, v128.load32_splat(gain + (c << 2))));
    }
  }
}

/**
 * Computes dx = (g − mean of g − ŷ · mean of g ŷ) / √(variance + ε), with g = gain · dy. The means are over the
 * channels.
 */
export function layerNormGradient(
  x: usize, statistics: usize, dy: usize, tokens: i32, channels: i32, gain: usize, dx: usize,
): void {
  const plane = <usize>tokens << 4;
  const share = f32x4.splat(<f32>1 / <f32>channels);
  for (let t: usize = 0; t < plane; t += 16) {
    const mean = v128.load(statistics + t), inverse = v128.load(statistics + plane + t);
    let sum = f32x4.splat(0), product = f32x4.splat(0);
    let p = x + t, d = dy + t;
    for (let c: usize = 0; c < <usize>channels; c++, p += plane, d += plane) {
      const g = f32x4.mul(v128.load(d), v128.load32_splat(gain + (c << 2)));
      sum = f32x4.add(sum, g);
      product = madd(product, g, f32x4.mul(f32x4.sub(v128.load(p), mean), inverse));
    }
    sum = f32x4.mul(sum, share);
    product = f32x4.mul(product, share);
    p = x + t;
    d = dy + t;
    let q = dx + t;
    for (let c: usize = 0; c < <usize>channels; c++, p += plane, d += plane, q += plane) {
      const g = f32x4.mul(v128.load(d), v128.load32_splat(gain + (c << 2)));
      const y = f32x4.mul(f32x4.sub(v128.load(p), mean), inverse);
      v128.store(q, f32x4.mul(f32x4.sub(f32x4.sub(g, sum), f32x4.mul(y, product)), inverse));
    }
  }
}

/** Adds this group's gradients to its slot: Σ dy ŷ for the gain, and Σ dy for the bias, over tokens and images. */
export function layerNormWeightGradient(
  x: usize, statistics: usize, dy: usize, tokens: i32, channels: i32, gGain: usize, gBias: usize,
  slots: i32, slotStride: usize, group: i32, groups: i32, job: usize,
): void {
  const slot = <usize>(group % slots) * slotStride;
  gGain += slot;
  gBias += slot;
  const plane = <usize>tokens << 4;
  for (let c = 0; c < channels; c++) {
    let byGain = f32x4.splat(0), byBias = f32x4.splat(0);
    for (let t: usize = 0; t < plane; t += 16) {
      const d = v128.load(dy + t);
      const y = f32x4.mul(f32x4.sub(v128.load(x + t), v128.load(statistics + t)), v128.load(statistics + plane + t));
      byGain = madd(byGain, d, y);
      byBias = f32x4.add(byBias, d);
    }
    store<f32>(gGain, load<f32>(gGain) + sumOfLanes(byGain));
    store<f32>(gBias, load<f32>(gBias) + sumOfLanes(byBias));
    x += plane;
    dy += plane;
    gGain += 4;
    gBias += 4;
  }
}
