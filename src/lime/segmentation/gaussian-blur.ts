/**
 * Smooths every channel by a Gaussian of standard deviation `sigma` pixels, cut at 4 sigma, the image mirrored at its
 * edges (… b a | a b …). The sums run in scipy.ndimage's order, so that pixels which it finds equal stay equal here.
 *
 * @param values `values[(y * width + x) * channels + c]`; left as it is.
 * @param sigma  0 gives a copy.
 */
export function gaussianBlur(
  values: ArrayLike<number>,
  height: number,
  width: number,
  channels: number,
  sigma: number,
): Float64Array {
  if (!(sigma >= 0)) throw new RangeError(`blur: expected sigma of 0 or more, got ${sigma}`);
  const copy = new Float64Array(values);
  if (sigma === 0) return copy;
  const kernel = gaussianKernel(sigma);
  const down = blurLines(copy, kernel, height, width * channels, width * channels, 1, 0);
  return blurLines(down, kernel, width, channels, channels, height, width * channels);
}

/** One half of a normalised Gaussian: `kernel[d]` is the weight at distance d. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const half = new Float64Array(radius + 1);
  let sum = 0;
  for (let d = 0; d <= radius; d++) {
    half[d] = Math.exp((-0.5 * d * d) / (sigma * sigma));
    sum += d === 0 ? half[d] : 2 * half[d];
  }
  for (let d = 0; d <= radius; d++) half[d] /= sum;
  return half;
}

/**
 * Blurs along lines of `length` numbers that are `stride` apart. `lines` of them lie side by side; this is repeated for
 * `blocks` blocks, `blockStride` apart.
 */
function blurLines(
  from: Float64Array,
  kernel: Float64Array,
  length: number,
  lines: number,
  stride: number,
  blocks: number,
  blockStride: number,
): Float64Array {
  const to = new Float64Array(from.length);
  const radius = kernel.length - 1;
  const place = new Int32Array(length + 2 * radius);
  for (let i = 0; i < place.length; i++) place[i] = mirrored(i - radius, length) * stride;
  for (let block = 0; block < blocks; block++) {
    const start = block * blockStride;
    for (let i = 0; i < length; i++) {
      const base = start + i * stride;
      for (let line = 0; line < lines; line++) to[base + line] = from[base + line] * kernel[0];
      for (let d = radius; d >= 1; d--) {
        const before = start + place[radius + i - d];
        const after = start + place[radius + i + d];
        for (let line = 0; line < lines; line++) {
          to[base + line] += (from[before + line] + from[after + line]) * kernel[d];
        }
      }
    }
  }
  return to;
}

/** The index to which i is mapped if 0…length − 1 is mirrored at both ends again and again. */
function mirrored(i: number, length: number): number {
  const period = 2 * length;
  const j = ((i % period) + period) % period;
  return j < length ? j : period - 1 - j;
}
