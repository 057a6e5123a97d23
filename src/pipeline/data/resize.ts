/**
 * Resamples every channel by a triangle filter that widens where the image shrinks, so that fine patterns fade instead
 * of aliasing: Pillow's BILINEAR in floating point.
 *
 * @param pixels `pixels[(y * width + x) * channels + c]`.
 * @returns Laid out alike.
 */
export function resize(
  pixels: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const across = taps(width, toWidth);
  const narrow = new Float32Array(height * toWidth * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const {start, weights} = across[x];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * pixels[(y * width + start + i) * channels + c];
        narrow[(y * toWidth + x) * channels + c] = sum;
      }
    }
  }
  const line = toWidth * channels;
  const out = new Float32Array(toHeight * line);
  taps(height, toHeight).forEach(({start, weights}, y) => {
    for (let i = 0; i < weights.length; i++) {
      for (let x = 0; x < line; x++) out[y * line + x] += weights[i] * narrow[(start + i) * line + x];
    }
  });
  return out;
}

/** For each place of the new length, the old places it is a weighted mean of. */
function taps(from: number, to: number): {readonly start: number; readonly weights: Float64Array}[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({length: to}, (_, i) => {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(center - reach + 0.5));
    const end = Math.min(from, Math.floor(center + reach + 0.5));
    const raw = Float64Array.from({length: end - start}, (_v, k) =>
      Math.max(0, 1 - Math.abs((start + k + 0.5 - center) / reach)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return {start, weights: raw.map((w) => w / sum)};
  });
}
