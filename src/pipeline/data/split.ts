import {UserError} from "../../nouns/options";
import {type RandomSource, shuffled} from "../../nouns/random";
import type {ImageShape, LabelledImages, Split} from "../../nouns/samples";
import type {IdxArray} from "./images/idx";
import type {ImagePart} from "./images/image-source";

/** The share of 255 that each byte is: looking it up takes a fifth less time than a division for every pixel. */
const SHARES = Float32Array.from({length: 256}, (_, byte) => byte / 255);

/**
 * A split that keeps its images as bytes (47 MB for MNIST, and not 188 MB of floats) and scales them to [0, 1] when
 * they are read.
 */
export function byteSplit(
  images: IdxArray,
  labels: ImagePart["labels"],
  shape: ImageShape,
  files?: readonly string[],
): Split {
  const count = images.shape[0];
  const size = shape[0] * shape[1] * shape[2];
  return {
    count,
    ...(files ? {files} : {}),
    async read(indices, into) {
      const length = indices.length * size;
      const pixels = into?.length === length ? into : new Float32Array(length);
      const chosen = new Uint16Array(indices.length);
      for (let n = 0; n < indices.length; n++) {
        const index = checked(indices[n], count);
        for (let i = 0, at = index * size; i < size; i++) pixels[n * size + i] = SHARES[images.values[at + i]];
        chosen[n] = labels[index];
      }
      return {count: indices.length, shape, pixels, labels: chosen};
    },
    labelOf: (index) => labels[checked(index, count)],
    async readBytes(indices, into) {
      const length = indices.length * size;
      const bytes = into?.length === length ? into : new Uint8Array(length);
      for (let n = 0; n < indices.length; n++) {
        const at = checked(indices[n], count) * size;
        bytes.set(images.values.subarray(at, at + size), n * size);
      }
      return bytes;
    },
  };
}

/** The images of `split` at `indices`, as a split of its own. */
export function subset(split: Split, indices: Uint32Array): Split {
  const {files, sources, labelOf, readBytes, ahead} = split;
  const chosenOf = (chosen: ArrayLike<number>) => Uint32Array.from(chosen, (n) => indices[checked(n, indices.length)]);
  return {
    count: indices.length,
    sources: sources ? Uint32Array.from(indices, (n) => sources[n]) : indices,
    ...(files ? {files: Array.from(indices, (n) => files[n])} : {}),
    read: async (chosen, into) => split.read(chosenOf(chosen), into),
    ...(labelOf ? {labelOf: (n) => labelOf(indices[n])} : {}),
    ...(readBytes ? {readBytes: async (chosen, into) => readBytes(chosenOf(chosen), into)} : {}),
    ...(ahead === undefined ? {} : {ahead}),
  };
}

/** Returns the index. @throws RangeError if there are not so many images. */
export function checked(index: number, count: number): number {
  if (index < count) return index;
  throw new RangeError(`image index: expected below ${count}, got ${index}`);
}

/** Splits one after another, as one. */
export function pooled(splits: readonly Split[]): Split {
  const starts = splits.map((_, s) => splits.slice(0, s).reduce((sum, {count}) => sum + count, 0));
  const count = splits.reduce((sum, split) => sum + split.count, 0);
  const files = splits.flatMap((split) => split.files ?? []);
  const ahead = splits.find((split) => split.ahead !== undefined)?.ahead;
  const knowsLabels = splits.every(({labelOf}) => labelOf);
  const labelAt = (index: number) => {
    const s = starts.findLastIndex((start) => index >= start);
    return splits[s].labelOf!(index - starts[s]); // every split has it
  };
  return {
    count,
    ...(ahead === undefined ? {} : {ahead}),
    ...(knowsLabels ? {labelOf: labelAt} : {}),
    ...(files.length === count && count > 0 ? {files} : {}),
    async read(indices, into) {
      const of = Array.from(indices, (index) => starts.findLastIndex((start) => index >= start));
      const outside = Array.from(indices).find((index) => !(index < count));
      if (outside !== undefined) throw new RangeError(`image index: expected below ${count}, got ${outside}`);
      const parts = await Promise.all(
        splits.map((split, s) =>
          split.read(
            Array.from(indices)
              .filter((_, n) => of[n] === s)
              .map((index) => index - starts[s]),
          ),
        ),
      );
      const {shape} = parts[0];
      const size = shape[0] * shape[1] * shape[2];
      const pixels = into?.length === indices.length * size ? into : new Float32Array(indices.length * size);
      const labels = new Uint16Array(indices.length);
      const next = splits.map(() => 0);
      of.forEach((s, n) => {
        const at = next[s]++;
        pixels.set(parts[s].pixels.subarray(at * size, (at + 1) * size), n * size);
        labels[n] = parts[s].labels[at];
      });
      return {count: indices.length, shape, pixels, labels};
    },
  };
}

/** The first `count` images of a split, for quick runs. */
export function take(split: Split, count: number): Split {
  return count < split.count ? subset(split, first(count)) : split;
}

/**
 * Divides `count` places into those for training and those held out. Each class is held out in proportion (largest
 * remainders first), and chance decides which images of a class. Both lists are in rising order.
 *
 * @throws UserError if that would leave nothing to train on or nothing held out.
 */
export function holdOut(
  labels: ArrayLike<number>,
  count: number,
  heldOut: number,
  random: RandomSource,
): {readonly train: Uint32Array; readonly validation: Uint32Array} {
  if (!(heldOut > 0 && heldOut < count)) {
    throw new UserError(`images held out for validation: expected 1 to ${count - 1}, got ${heldOut}`);
  }
  const classes = membersOf(labels, count);
  const shares = classes.map(([, ofClass]) => (ofClass.length * heldOut) / count);
  const taken = shares.map(Math.floor);
  const byRemainder = classes.map((_, i) => i).sort((a, b) => shares[b] - taken[b] - (shares[a] - taken[a]) || a - b);
  for (let i = 0, left = heldOut - taken.reduce((a, b) => a + b, 0); i < left; i++) taken[byRemainder[i]]++;

  const isHeldOut = new Uint8Array(count);
  classes.forEach(([, ofClass], i) => {
    const order = shuffled(ofClass.length, random);
    for (let j = 0; j < taken[i]; j++) isHeldOut[ofClass[order[j]]] = 1;
  });
  return {
    train: first(count).filter((n) => !isHeldOut[n]),
    validation: first(count).filter((n) => isHeldOut[n] === 1),
  };
}

/** Joins images that were read separately, one part after another. */
export function joined(parts: readonly LabelledImages[]): LabelledImages {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const [height, width, channels] = parts[0].shape;
  const pixels = new Float32Array(count * height * width * channels);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at * height * width * channels);
    labels.set(part.labels, at);
    at += part.count;
  }
  return {count, shape: parts[0].shape, pixels, labels};
}

export function first(count: number): Uint32Array {
  return Uint32Array.from({length: count}, (_, n) => n);
}

/** The places of each class among the first `count`, classes in rising order. */
function membersOf(labels: ArrayLike<number>, count: number): [label: number, places: number[]][] {
  const members = new Map<number, number[]>();
  for (let n = 0; n < count; n++) {
    const ofClass = members.get(labels[n]);
    if (ofClass) ofClass.push(n);
    else members.set(labels[n], [n]);
  }
  return [...members].sort(([a], [b]) => a - b);
}

/**
 * Divides examples into folds, one class after another; chance decides which examples of a class. The sizes of the
 * folds differ by at most one, and so do the numbers of each class in them.
 *
 * @returns The fold of each example, 0 to `folds` − 1.
 */
export function dealtOut(labels: ArrayLike<number>, folds: number, random: RandomSource): Uint8Array {
  const fold = new Uint8Array(labels.length);
  let next = 0;
  for (const [, ofClass] of membersOf(labels, labels.length)) {
    for (const place of shuffled(ofClass.length, random)) fold[ofClass[place]] = next++ % folds;
  }
  return fold;
}
