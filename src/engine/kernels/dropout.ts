import {jobKeys, jobSeed} from "./job";

/** Mixes 32 bits so that each bit changes about half of the result (Appleby's MurmurHash3 finalizer, public domain). */
// @ts-ignore: decorator
@inline
function mixed(h: v128): v128 {
  h = v128.xor(h, i32x4.shr_u(h, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/**
 * Inverted dropout (Srivastava et al. 2014): out = x · scale where hash(seed, layer, key of the image, unit) ≥
 * threshold, and 0 elsewhere. The gradient is the same function of the output's gradient: the mask is not stored, but
 * made again.
 *
 * @param n The number of units. @param layer A hash of the layer's name. @param threshold rate · 2³², unsigned.
 */
export function dropout(
  x: usize, n: i32, layer: i32, threshold: u32, scale: f32, out: usize, group: i32, groups: i32, job: usize,
): void {
  const images = mixed(i32x4.add(i32x4.splat(jobSeed(job) ^ layer), v128.load(jobKeys(job) + group * 16)));
  const least = i32x4.splat(<i32>threshold), kept = f32x4.splat(scale);
  for (let i = 0; i < n; i++) {
    const keep = i32x4.ge_u(mixed(v128.xor(images, i32x4.splat(i * 0x9e3779b9))), least);
    v128.store(out, v128.and(f32x4.mul(v128.load(x), kept), keep));
    x += 16;
    out += 16;
  }
}
