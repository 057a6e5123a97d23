import type {Dataset, ImageShape, Split} from "../nouns/samples";
import {pictureKeys} from "../numbers/picture-keys";
import {imagesAtOnce} from "./data/images-at-once";

/** How many images are read at a time. */
const AT_ONCE = 500;

/** How many images outside of the training split are exact copies of a training image. */
export interface ExactLeaks {
  readonly validation: number;
  readonly test: number;
  /** How many of them have another label in the training split. */
  readonly otherLabel: number;
  /** The copies among the test images: the place of each in the training split, and in the test split. */
  readonly inTest: readonly {readonly train: number; readonly test: number}[];
}

/**
 * Counts copies across splits, for the start of a run, in one pass over the pixels. Only equal pictures count; they are
 * compared pixel by pixel.
 */
export async function exactLeaks(data: Dataset): Promise<ExactLeaks> {
  const tested = data.moreTest ? [data.test, data.moreTest] : [data.test];
  const asBytes = [data.train, data.validation, ...tested].every(({readBytes, labelOf}) => readBytes && labelOf);
  const outside = await Promise.all(
    [data.validation, ...tested].map(async (split) => ({split, ...(await keysOf(split, asBytes, data.imageShape))})),
  );
  /** For each key of an image outside of the training split, the places in the training split that share it. */
  const places = new Map<number, number[]>(outside.flatMap(({keys}) => Array.from(keys, (key) => [key, []] as const)));
  (await keysOf(data.train, asBytes, data.imageShape)).keys.forEach((key, n) => {
    places.get(key)?.push(n);
  });
  const found = {validation: 0, test: 0, otherLabel: 0};
  const inTest: {train: number; test: number}[] = [];
  for (const {split, keys, labels} of outside) {
    const name = split === data.validation ? "validation" : "test";
    for (const [index, key] of keys.entries()) {
      const alike = places.get(key) ?? [];
      if (alike.length === 0) continue;
      const own = (await split.read([index])).pixels;
      const originals = await data.train.read(alike);
      const size = own.length;
      const same = alike.flatMap((_, n) =>
        areEqual(originals.pixels.subarray(n * size, (n + 1) * size), own) ? [n] : [],
      );
      if (same.length === 0) continue;
      found[name]++;
      if (!same.some((n) => originals.labels[n] === labels[index])) found.otherLabel++;
      if (split === data.test) inTest.push(...same.map((n) => ({train: alike[n], test: index})));
    }
  }
  return {...found, inTest};
}

/** One line for the user if exact copies cross the run's splits. */
export function leakNote({validation, test, otherLabel}: Omit<ExactLeaks, "inTest">): string | undefined {
  if (validation + test === 0) return undefined;
  const parts = [test > 0 && `${number(test)} test`, validation > 0 && `${number(validation)} validation`].filter(
    Boolean,
  );
  const labels = otherLabel === 0 ? "" : `, ${number(otherLabel)} of them with another label`;
  const [what, are] = validation + test === 1 ? ["image", "is an exact copy"] : ["images", "are exact copies"];
  return `${parts.join(" and ")} ${what} ${are} of training images${labels}: scores on them are too good (labels leaks shows them)`;
}

const number = (count: number) => count.toLocaleString("en");

/**
 * A key and the label of every image. @param asBytes Whether to take the bytes that the split keeps, which give other
 * keys.
 */
export async function keysOf(
  split: Split,
  asBytes: boolean,
  shape: ImageShape,
): Promise<{readonly keys: Float64Array; readonly labels: Uint16Array}> {
  const {count} = split;
  const [keys, labels] = [new Float64Array(count), new Uint16Array(count)];
  if (asBytes) {
    const {readBytes, labelOf} = split as Required<Pick<Split, "readBytes" | "labelOf">>; // `asBytes` says so
    let room: Uint8Array | undefined;
    for (const indices of partsOfPlaces(count, shape)) {
      room = await readBytes(indices, room);
      keys.set(pictureKeys(asWords(room, indices.length), indices.length), indices[0]);
      for (const n of indices) labels[n] = labelOf(n);
    }
    return {keys, labels};
  }
  for await (const {start, images} of partsOf(split, shape)) {
    keys.set(pictureKeys(images.pixels, images.count), start);
    labels.set(images.labels, start);
  }
  return {keys, labels};
}

/** Yields all images of a split in their order, some at a time; each part is valid until the next is asked for. */
export async function* partsOf(split: Split, shape: ImageShape) {
  let room: Float32Array | undefined;
  for (const indices of partsOfPlaces(split.count, shape)) {
    const images = await split.read(indices, room);
    room = images.pixels;
    yield {start: indices[0], images};
  }
}

function* partsOfPlaces(count: number, shape: ImageShape): Generator<Uint32Array, void> {
  const atOnce = imagesAtOnce(shape, AT_ONCE);
  for (let start = 0; start < count; start += atOnce) {
    yield Uint32Array.from({length: Math.min(atOnce, count - start)}, (_, n) => start + n);
  }
}

/** The images' bytes, four in each number; each image is filled up with zeros. */
function asWords(bytes: Uint8Array, count: number): Float32Array {
  const size = bytes.length / count;
  if (size % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const words = Math.ceil(size / 4);
  const filled = new Uint8Array(4 * words * count);
  for (let n = 0; n < count; n++) filled.set(bytes.subarray(n * size, (n + 1) * size), 4 * words * n);
  return new Float32Array(filled.buffer);
}

export function areEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
