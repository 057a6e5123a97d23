/**
 * @file Hashes by which pictures that look alike are found: pHash and dHash. They are computed as by the package
 * ImageHash 4, including Pillow's scaling, so that the numbers can be compared with it. Each hash has 64 bits in two
 * words; the first bit is the highest of the first word.
 */

/** A grey picture as bytes, `pixels[y * width + x]`. */
export interface GreyPicture {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

export type Hash64 = readonly [high: number, low: number];

/**
 * Turns red, green and blue into grey like Pillow's mode L (ITU-R 601-2, in 16-bit fixed point); a grey picture stays
 * as it is.
 */
export function greyOf(pixels: ArrayLike<number>, height: number, width: number, channels: number): GreyPicture {
  const grey = new Uint8Array(height * width);
  for (let p = 0; p < grey.length; p++) {
    const at = p * channels;
    grey[p] =
      channels === 1
        ? pixels[at]
        : (19595 * pixels[at] + 38470 * pixels[at + 1] + 7471 * pixels[at + 2] + 0x8000) >> 16;
  }
  return {height, width, pixels: grey};
}

/** How many of the 64 bits differ. */
export function bitsApart(a: Hash64, b: Hash64): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** The same, without the bits that are 1 in both masks. */
export function bitsApartBut(a: Hash64, b: Hash64, [mask, other]: readonly [Hash64, Hash64]): number {
  return ones((a[0] ^ b[0]) & ~(mask[0] & other[0])) + ones((a[1] ^ b[1]) & ~(mask[1] & other[1]));
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const SIDE = 32;
const LOW = 8;
/** `COSINES[k * 32 + n]`: scipy.fftpack's DCT-II, not normalised. */
const COSINES = Float64Array.from({length: LOW * SIDE}, (_, at) => {
  const [k, n] = [Math.floor(at / SIDE), at % SIDE];
  return 2 * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE));
});

/**
 * pHash, from the 8 × 8 lowest frequencies of the picture at 32 × 32: each bit says whether a frequency is above the
 * median of all.
 */
export function pHash(picture: GreyPicture): Hash64 {
  const {pixels} = scaled(picture, SIDE, SIDE);
  const down = new Float64Array(LOW * SIDE);
  for (let k = 0; k < LOW; k++) {
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += COSINES[k * SIDE + y] * pixels[y * SIDE + x];
      down[k * SIDE + x] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let k = 0; k < LOW; k++) {
    for (let j = 0; j < LOW; j++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += down[k * SIDE + x] * COSINES[j * SIDE + x];
      low[k * LOW + j] = sum;
    }
  }
  const sorted = low.slice().sort();
  const median = (sorted[31] + sorted[32]) / 2;
  return packed((bit) => low[bit] > median);
}

/** dHash, from the picture at 9 × 8: each bit says whether a pixel is brighter than the one on its left. */
export function dHash(picture: GreyPicture): Hash64 {
  return dHashOf(picture).hash;
}

/** A difference of so many grey levels is no more than compression does. */
const FLAT = 2;

/** `dHash`, and a 1 for each bit that stands for a difference of at most 2 of 255 grey levels. */
export function dHashOf(picture: GreyPicture): {readonly hash: Hash64; readonly flat: Hash64} {
  const {pixels} = scaled(picture, LOW, LOW + 1);
  const step = (bit: number) => {
    const at = Math.floor(bit / LOW) * (LOW + 1) + (bit % LOW);
    return pixels[at + 1] - pixels[at];
  };
  return {hash: packed((bit) => step(bit) > 0), flat: packed((bit) => Math.abs(step(bit)) <= FLAT)};
}

function packed(isSet: (bit: number) => boolean): Hash64 {
  let [high, low] = [0, 0];
  for (let bit = 0; bit < 32; bit++) {
    high = (high << 1) | Number(isSet(bit));
    low = (low << 1) | Number(isSet(32 + bit));
  }
  return [high >>> 0, low >>> 0];
}

/** The number of fractional bits with which Pillow's 8-bit scaling computes. */
const PRECISION = 22;
/** A Lanczos window extends over this many zeros on each side. */
const LOBES = 3;

/**
 * Pillow 13's LANCZOS for 8-bit pictures: first across, then down, unless the picture only shrinks downwards; each time
 * the result is rounded to bytes.
 */
export function scaled(picture: GreyPicture, height: number, width: number): GreyPicture {
  const across = (one: GreyPicture) => (one.width === width ? one : throughTaps(one, width, true));
  const down = (one: GreyPicture) => (one.height === height ? one : throughTaps(one, height, false));
  const isDownFirst = height < picture.height && width > picture.width;
  return isDownFirst ? across(down(picture)) : down(across(picture));
}

interface Taps {
  readonly start: number;
  readonly weights: Int32Array;
}

const known = new Map<string, readonly Taps[]>();
function tapsOf(from: number, to: number): readonly Taps[] {
  const made = known.get(`${from} ${to}`);
  if (made) return made;
  const scale = from / to;
  const wide = Math.max(1, scale);
  const support = LOBES * wide;
  const taps = Array.from({length: to}, (_, at): Taps => {
    const center = (at + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const raw = Array.from({length: end - start}, (_, n) => lanczos((n + start - center + 0.5) / wide));
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(raw, (w) => Math.trunc((w / sum) * 2 ** PRECISION + (w / sum < 0 ? -0.5 : 0.5)));
    return {start, weights};
  });
  known.set(`${from} ${to}`, taps);
  return taps;
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (x < -LOBES || x >= LOBES) return 0;
  return sinc(x) * sinc(x / LOBES);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function throughTaps({height, width, pixels}: GreyPicture, to: number, isAcross: boolean): GreyPicture {
  const taps = tapsOf(isAcross ? width : height, to);
  const [rows, columns] = isAcross ? [height, to] : [to, width];
  const step = isAcross ? 1 : width;
  const out = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const {start, weights} = taps[isAcross ? x : y];
      const from = isAcross ? y * width + start : start * width + x;
      let sum = 2 ** (PRECISION - 1);
      for (let n = 0; n < weights.length; n++) sum += pixels[from + n * step] * weights[n];
      out[y * columns + x] = Math.max(0, Math.min(255, Math.floor(sum / 2 ** PRECISION)));
    }
  }
  return {height: rows, width: columns, pixels: out};
}
