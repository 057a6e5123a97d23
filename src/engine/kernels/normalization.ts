import {jobCount} from "./job";
import {sumOfLanes} from "./simd";

/** A mask: all bits are set in the lanes that hold an image, and none in the other lanes. */
// @ts-ignore: decorator
@inline
function present(group: i32, job: usize): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(jobCount(job) - group * 4));
}

/**
 * Computes the mean and the sum of squared deviations of each channel over a group's images, f32 [group][channels][2].
 * It reads the images twice: to subtract the mean's square from the mean of the squares would lose too many digits.
 */
export function channelMoments(
  x: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32, moments: usize,
  group: i32, groups: i32, job: usize,
): void {
  const lanes = present(group, job);
  const count = <f32>(min(4, jobCount(job) - group * 4) * height * width);
  for (let c = 0; c < channels; c++) {
    const first = x + <usize>c * plane;
    let sum = f32x4.splat(0);
    for (let y = 0; y < height; y++) {
      let p = first + <usize>y * row;
      const end = p + (<usize>width << 4);
      for (; p < end; p += 16) sum = f32x4.add(sum, v128.load(p));
    }
    const mean = sumOfLanes(v128.and(sum, lanes)) / count;
    const center = f32x4.splat(mean);
    let squares = f32x4.splat(0);
    for (let y = 0; y < height; y++) {
      let p = first + <usize>y * row;
      const end = p + (<usize>width << 4);
      for (; p < end; p += 16) {
        const d = f32x4.sub(v128.load(p), center);
        squares = f32x4.add(squares, f32x4.mul(d, d));
      }
    }
    const q = moments + (<usize>(group * channels + c) << 3);
    store<f32>(q, mean);
    store<f32>(q, sumOfLanes(v128.and(squares, lanes)), 4);
  }
}

/**
 * Combines the groups' moments to the batch's mean and (biased) variance, in group order (Chan, Golub & LeVeque 1979).
 */
export function combineMoments(
  moments: usize, channels: i32, pixels: i32, mean: usize, variance: usize, part: i32, parts: i32, job: usize,
): void {
  const groups = (jobCount(job) + 3) >> 2;
  for (let c = part; c < channels; c += parts) {
    let n: f64 = 0, m: f64 = 0, s: f64 = 0;
    for (let g = 0; g < groups; g++) {
      const q = moments + (<usize>(g * channels + c) << 3);
      const count = <f64>(min(4, jobCount(job) - g * 4) * pixels);
      const d = <f64>load<f32>(q) - m;
      s += <f64>load<f32>(q, 4) + d * d * ((n * count) / (n + count));
      n += count;
      m += (d * count) / n;
    }
    store<f32>(mean + (<usize>c << 2), <f32>m);
    store<f32>(variance + (<usize>c << 2), <f32>(s / n));
  }
}

/** Computes out = gamma · (x − mean) / √(variance + epsilon) + beta by channel (Ioffe & Szegedy 2015, algorithm 1). */
export function normalize(
  x: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32,
  mean: usize, variance: usize, gamma: usize, beta: usize, epsilon: f32, out: usize, oRow: usize, oPlane: usize,
): void {
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    const scale = load<f32>(gamma + at) / Mathf.sqrt(load<f32>(variance + at) + epsilon);
    const center = f32x4.splat(load<f32>(mean + at)), factor = f32x4.splat(scale), shift = v128.load32_splat(beta + at);
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>y * row, q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = p + (<usize>width << 4);
      for (; p < end; p += 16, q += 16) {
        v128.store(q, f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), center), factor), shift));
      }
    }
  }
}

/**
 * Computes Σ dy and Σ dy · x̂ over a group for each channel, f32 [group][channels][2], with
 * x̂ = (x − mean) / √(variance + epsilon).
 */
export function normalizationSums(
  x: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32, mean: usize, variance: usize, epsilon: f32,
  dy: usize, dRow: usize, dPlane: usize, sums: usize, group: i32, groups: i32, job: usize,
): void {
  const lanes = present(group, job);
  for (let c = 0; c < channels; c++) {
    const center = v128.load32_splat(mean + (<usize>c << 2));
    let plain = f32x4.splat(0), weighted = f32x4.splat(0);
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>y * row, d = dy + <usize>c * dPlane + <usize>y * dRow;
      const end = p + (<usize>width << 4);
      for (; p < end; p += 16, d += 16) {
        const g = v128.load(d);
        plain = f32x4.add(plain, g);
        weighted = f32x4.add(weighted, f32x4.mul(g, f32x4.sub(v128.load(p), center)));
      }
    }
    const q = sums + (<usize>(group * channels + c) << 3);
    store<f32>(q, sumOfLanes(v128.and(plain, lanes)));
    const deviation = Mathf.sqrt(load<f32>(variance + (<usize>c << 2)) + epsilon);
    store<f32>(q, sumOfLanes(v128.and(weighted, lanes)) / deviation, 4);
  }
}

/** Adds these sums of all groups, in group order. They are the gradients of beta (Σ dy) and of gamma (Σ dy · x̂). */
export function combineSums(
  sums: usize, channels: i32, beta: usize, gamma: usize, part: i32, parts: i32, job: usize,
): void {
  const groups = (jobCount(job) + 3) >> 2;
  for (let c = part; c < channels; c += parts) {
    let plain: f64 = 0, weighted: f64 = 0;
    for (let g = 0; g < groups; g++) {
      const q = sums + (<usize>(g * channels + c) << 3);
      plain += <f64>load<f32>(q);
      weighted += <f64>load<f32>(q, 4);
    }
    store<f32>(beta + (<usize>c << 2), <f32>plain);
    store<f32>(gamma + (<usize>c << 2), <f32>weighted);
  }
}

/**
 * Computes dx = gamma / √(variance + epsilon) · (dy − mean(dy) − x̂ · mean(dy · x̂)). The means are over the batch.
 * Absent images get 0.
 *
 * @param dBeta Σ dy. @param dGamma Σ dy · x̂.
 */
export function normalizationGradient(
  x: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32,
  mean: usize, variance: usize, gamma: usize, epsilon: f32, dBeta: usize, dGamma: usize,
  dy: usize, dRow: usize, dPlane: usize, out: usize, oRow: usize, oPlane: usize, group: i32, groups: i32, job: usize,
): void {
  const lanes = present(group, job);
  const count = <f32>(jobCount(job) * height * width);
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    const inverse: f32 = 1 / Mathf.sqrt(load<f32>(variance + at) + epsilon);
    const scale = f32x4.splat(load<f32>(gamma + at) * inverse);
    const center = v128.load32_splat(mean + at);
    const plain = f32x4.splat(load<f32>(dBeta + at) / count);
    const weighted = f32x4.splat((load<f32>(dGamma + at) / count) * inverse);
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>y * row, d = dy + <usize>c * dPlane + <usize>y * dRow;
      let q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = p + (<usize>width << 4);
      for (; p < end; p += 16, d += 16, q += 16) {
        const along = f32x4.mul(f32x4.sub(v128.load(p), center), weighted);
        const left = f32x4.sub(f32x4.sub(v128.load(d), plain), along);
        v128.store(q, v128.and(f32x4.mul(left, scale), lanes));
      }
    }
  }
}

/** The gradient in inference, where mean and variance are constants: dx = dy · gamma / √(variance + epsilon). */
export function normalizationScale(
  dy: usize, dRow: usize, dPlane: usize, height: i32, width: i32, channels: i32,
  variance: usize, gamma: usize, epsilon: f32, out: usize, oRow: usize, oPlane: usize,
): void {
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    const scale = f32x4.splat(load<f32>(gamma + at) / Mathf.sqrt(load<f32>(variance + at) + epsilon));
    for (let y = 0; y < height; y++) {
      let d = dy + <usize>c * dPlane + <usize>y * dRow, q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = d + (<usize>width << 4);
      for (; d < end; d += 16, q += 16) v128.store(q, f32x4.mul(v128.load(d), scale));
    }
  }
}

/** Moves the moving averages a step towards the batch's moments: m += (batch − m) · (1 − momentum). */
export function moveAverages(
  moving: usize, batch: usize, channels: i32, share: f32, part: i32, parts: i32, job: usize,
): void {
  for (let c = part; c < channels; c += parts) {
    const q = moving + (<usize>c << 2);
    const m = load<f32>(q);
    store<f32>(q, m - (m - load<f32>(batch + (<usize>c << 2))) * share);
  }
}
