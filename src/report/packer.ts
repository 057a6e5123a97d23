import type {Packed} from "./report-file";

type Packable = Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array;

/** Puts arrays one after another, and says where each one is. */
export interface Packer {
  add(values: Packable, shape: readonly number[], scale?: number): Packed;
  /** The parts that were added, in order. Offsets refer to all parts joined. */
  readonly parts: readonly Uint8Array[];
}

/**
 * Arrays of at most this many bytes are searched among those that were packed before, because an image has the same
 * segments at every epoch.
 */
const COMPARED_BYTES = 1 << 17;

/**
 * Every array starts at a multiple of 4 bytes, so that it can be viewed in place. Equal small arrays are kept only
 * once.
 */
export function packer(): Packer {
  const parts: Uint8Array[] = [];
  const places = new Map<string, number>();
  let end = 0;
  return {
    add(values, shape, scale) {
      const size = shape.reduce((product, length) => product * length, 1);
      if (size !== values.length) {
        throw new RangeError(`packed array: expected ${shape.join(" × ")} = ${size} numbers, got ${values.length}`);
      }
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      const key = bytes.length <= COMPARED_BYTES ? bytes.toString("latin1") : undefined;
      const known = key === undefined ? undefined : places.get(key);
      const offset = known ?? end;
      if (known === undefined) {
        const padding = (4 - (bytes.length % 4)) % 4;
        parts.push(bytes, new Uint8Array(padding));
        end += bytes.length + padding;
        if (key !== undefined) places.set(key, offset);
      }
      return {dtype: dtypeOf(values), shape, offset, ...(scale === undefined ? {} : {scale})};
    },
    parts,
  };
}

function dtypeOf(values: Packable): Packed["dtype"] {
  if (values instanceof Uint8Array) return "u8";
  if (values instanceof Int8Array) return "i8";
  if (values instanceof Uint16Array) return "u16";
  return values instanceof Uint32Array ? "u32" : "f32";
}

/**
 * Stores probabilities as 16-bit fractions of 1, exact to 2 / 65535. A probability below 1 never becomes 1, one above 0
 * never becomes 0, and each row's greatest (the first of equal ones) stays the greatest, however near another one is.
 * So the page reads the same answers that the run counted.
 *
 * @param values `[rows, classes]`.
 */
export function fractions(values: ArrayLike<number>, classes: number): Uint16Array {
  const parts = new Uint16Array(values.length);
  for (let row = 0; row < values.length; row += classes) {
    let best = row;
    for (let at = row; at < row + classes; at++) {
      const p = values[at];
      parts[at] = p >= 1 ? 65535 : p <= 0 ? 0 : Math.min(65534, Math.max(1, Math.floor(p * 65535 + 0.5)));
      if (p > values[best]) best = at;
    }
    for (let at = row; at < best; at++) if (parts[at] === parts[best]) parts[at]--;
  }
  return parts;
}

/**
 * Stores each image's map as small integers, relative to its own greatest magnitude, which is enough for a picture. Of
 * the channels of a pixel, it takes the one with the greatest magnitude. A map of zeros stays 0.
 *
 * @param values `[images, pixels, channels]`.
 */
export function mapTiles(
  values: ArrayLike<number>,
  images: number,
  pixels: number,
  signed: boolean,
): Uint8Array | Int8Array {
  const channels = values.length / (images * pixels);
  const tiles = signed ? new Int8Array(images * pixels) : new Uint8Array(images * pixels);
  const strongest = new Float32Array(pixels);
  for (let n = 0; n < images; n++) {
    let peak = 0;
    for (let p = 0; p < pixels; p++) {
      let most = 0;
      for (let c = 0; c < channels; c++) {
        const value = values[(n * pixels + p) * channels + c];
        if (Math.abs(value) > Math.abs(most)) most = value;
      }
      strongest[p] = most;
      const size = Math.abs(strongest[p]);
      if (size > peak) peak = size;
    }
    if (!(peak > 0)) continue;
    // This does not use Math.round, whose branch is mispredicted at every second pixel, so that it takes 7 times as
    // long. The two only differ at 0.49999999999999994, and no quotient of two 32-bit floats is so near to half a step.
    if (signed) for (let p = 0; p < pixels; p++) tiles[n * pixels + p] = Math.floor((strongest[p] / peak) * 127 + 0.5);
    else for (let p = 0; p < pixels; p++) tiles[n * pixels + p] = Math.floor(Math.abs(strongest[p] / peak) * 255 + 0.5);
  }
  return tiles;
}

/** The most bytes that a page carries of an epoch's explained mistakes: this is enough for 318 MNIST digits. */
const MISTAKE_BYTES = 1.5e6;

/**
 * How many of an epoch's explained mistakes a page carries, the surest ones first; each has four maps and 16-bit
 * segments.
 */
export function carriedMistakes(height: number, width: number): number {
  return Math.max(1, Math.floor(MISTAKE_BYTES / (6 * height * width)));
}

/**
 * About the most bytes of answers, maps and explained mistakes that a page carries: those of sixty epochs of MNIST take
 * 114 MB.
 */
const STOP_BYTES = 150e6;
/** How many bytes a point's place on the map and its nearest neighbours take. */
const POINT_BYTES = 20;

/**
 * How many epochs a page carries, in the way in which `keptEpochs` counts them.
 *
 * @param keep The number in the run's options; 0 means all.
 * @param images How many images the test split has.
 * @param pixels How many pixels an image has.
 */
export function carriedStops(keep: number, images: number, classes: number, pixels: number): number {
  const bytes = images * (2 * classes + POINT_BYTES) + Math.min(MISTAKE_BYTES, 6 * pixels * images);
  const most = Math.max(3, Math.floor(STOP_BYTES / bytes));
  return keep === 0 ? most : Math.min(keep, most);
}
