/** Resamples an image row by row, from the top. */
export interface Resampler {
  /** Takes the next row, `row[x * channels + c]`; it is not kept. */
  add(row: Float32Array): void;
  /** The resampled image, `values[(y * width + x) * channels + c]`: complete once every row was added. */
  readonly values: Float32Array;
}

/**
 * Resamples every channel with a triangle filter that becomes wider when the image is made smaller, so that fine
 * patterns fade and do not cause aliasing: Pillow's BILINEAR in floating point.
 */
export function resampler(
  [height, width, channels]: readonly [number, number, number],
  [toHeight, toWidth]: readonly [number, number],
): Resampler {
  const [across, down] = [taps(width, toWidth), taps(height, toHeight)];
  const line = toWidth * channels;
  const narrow = new Float32Array(line);
  const values = new Float32Array(toHeight * line);
  let y = 0;
  let first = 0; // the first row of the result that still needs more rows
  return {
    values,
    add(row) {
      if (channels === 3) narrowColors(row, across, narrow);
      else narrowRow(row, channels, across, narrow);
      while (first < toHeight && down[first].start + down[first].weights.length <= y) first++;
      for (let to = first; to < toHeight && down[to].start <= y; to++) {
        const weight = down[to].weights[y - down[to].start];
        for (let x = 0, at = to * line; x < line; x++) values[at + x] += weight * narrow[x];
      }
      y++;
    },
  };
}

function narrowRow(row: Float32Array, channels: number, across: readonly Tap[], narrow: Float32Array): void {
  for (let x = 0, to = 0; x < across.length; x++) {
    const {start, weights} = across[x];
    for (let c = 0; c < channels; c++, to++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * row[(start + i) * channels + c];
      narrow[to] = sum;
    }
  }
}

/**
 * The same for three channels at once, which takes half the time. For a large picture, this is nearly all of the work.
 */
function narrowColors(row: Float32Array, across: readonly Tap[], narrow: Float32Array): void {
  for (let x = 0; x < across.length; x++) {
    const {start, weights} = across[x];
    let [red, green, blue] = [0, 0, 0];
    for (let i = 0, at = 3 * start; i < weights.length; i++, at += 3) {
      const weight = weights[i];
      red += weight * row[at];
      green += weight * row[at + 1];
      blue += weight * row[at + 2];
    }
    narrow[3 * x] = red;
    narrow[3 * x + 1] = green;
    narrow[3 * x + 2] = blue;
  }
}

interface Tap {
  readonly start: number;
  readonly weights: Float64Array;
}

/** For each place of the new length, the old places of which it is a weighted mean. */
function taps(from: number, to: number): Tap[] {
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
