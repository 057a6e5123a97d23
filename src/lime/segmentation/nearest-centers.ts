import {openWorkspace} from "./workspace";

/**
 * How many numbers a centre takes in the kernel's memory: y, x, three of colour, and in the sums its number of pixels;
 * the rest is unused.
 */
const CENTER = 8;

/**
 * Runs SLIC's k-means and returns the index of each pixel's centre; of equally near centres, the first. A centre looks
 * only at pixels that are at most `reach` away, down and across. A pixel that no centre sees keeps the centre it had;
 * at first this is centre 0.
 *
 * kernels/slic.ts does the arithmetic and describes the layouts.
 *
 * @param color      Three numbers for each pixel, scaled so that a difference of 1 weighs as much as `step` pixels.
 * @param starts     The (y, x) of each centre; its colour is 0 at first.
 * @param iterations How many times pixels choose centres, and centres then move to the mean of their pixels.
 */
export function nearestCenters(
  color: Float64Array,
  height: number,
  width: number,
  starts: readonly number[],
  [reachY, reachX]: readonly [number, number],
  step: number,
  iterations: number,
): Int32Array {
  const count = starts.length / 2;
  const stride = Math.ceil(width / 8) * 8;
  const area = height * stride;
  const bytes = 8 * (3 * area + 10 * stride + 2 * CENTER * count) + 4 * (area + 4 * count);
  const {assign, doubles, integers} = openWorkspace(bytes);
  const colors = doubles(3 * area).fill(0);
  const [centers, sums] = [doubles(CENTER * count).fill(0), doubles(CENTER * count)];
  const [bounds, highest, across] = [doubles(8 * stride), doubles(stride / 8), doubles(stride)];
  const nearest = integers(area).fill(0);
  const windows = integers(4 * count);
  for (let y = 0; y < height; y++) {
    for (let x = 0, p = 3 * y * width; x < width; x++, p += 3) {
      const q = 3 * (y * stride + (x & ~3)) + (x & 3); // four pixels of each channel
      colors[q] = color[p];
      colors[q + 4] = color[p + 1];
      colors[q + 8] = color[p + 2];
    }
  }
  for (let k = 0; k < count; k++) {
    centers[CENTER * k] = starts[2 * k];
    centers[CENTER * k + 1] = starts[2 * k + 1];
  }
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let k = 0; k < count; k++) {
      const y = centers[CENTER * k]; // NaN for a centre that has lost its pixels; its window is then 0, 0, 0, 0
      const x = centers[CENTER * k + 1];
      windows[4 * k] = Math.max(y - reachY, 0);
      windows[4 * k + 1] = Math.max(x - reachX, 0);
      windows[4 * k + 2] = Math.min(y + reachY + 1, height);
      windows[4 * k + 3] = Math.min(x + reachX + 1, width);
    }
    const scratch = [bounds, highest, across];
    assign(height, width, stride, colors, centers, windows, count, 1 / (step * step), nearest, sums, ...scratch);
    for (let k = 0; k < count; k++) {
      const size = sums[CENTER * k + 5];
      for (let i = 0; i < 5; i++) centers[CENTER * k + i] = sums[CENTER * k + i] / size;
    }
  }
  const packed = new Int32Array(height * width);
  for (let y = 0; y < height; y++) packed.set(nearest.subarray(y * stride, y * stride + width), y * width);
  return packed;
}
