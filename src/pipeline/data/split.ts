import {UserError} from "../options";
import {type RandomSource, shuffled} from "../random";
import type {ImageShape, LabelledImages, Split} from "../types";
import type {IdxArray} from "./idx";

/** Keeps the images as bytes (47 MB for MNIST, not 188 MB of floats); scales to [0, 1] on read. */
export function byteSplit(images: IdxArray, labels: Uint8Array, shape: ImageShape, files?: readonly string[]): Split {
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
        const index = indices[n];
        if (!(index < count)) throw new RangeError(`image index: expected below ${count}, got ${index}`);
        for (let i = 0, at = index * size; i < size; i++) pixels[n * size + i] = images.values[at + i] / 255;
        chosen[n] = labels[index];
      }
      return {count: indices.length, shape, pixels, labels: chosen};
    },
  };
}

/** The images of `split` at `indices`, as a split of its own. */
export function subset(split: Split, indices: Uint32Array): Split {
  const {files, sources} = split;
  return {
    count: indices.length,
    sources: sources ? Uint32Array.from(indices, (n) => sources[n]) : indices,
    ...(files ? {files: Array.from(indices, (n) => files[n])} : {}),
    async read(chosen, into) {
      const outside = Array.from(chosen).find((n) => !(n < indices.length));
      if (outside !== undefined) throw new RangeError(`image index: expected below ${indices.length}, got ${outside}`);
      return split.read(
        Uint32Array.from(chosen, (n) => indices[n]),
        into,
      );
    },
  };
}

/** The first `count` images of a split, for quick runs. */
export function take(split: Split, count: number): Split {
  return count < split.count ? subset(split, first(count)) : split;
}

/**
 * Parts `count` places into those to train on and those held out, each class in proportion (largest remainders first),
 * which of a class by chance. Both in rising order.
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
  const members = new Map<number, number[]>();
  for (let n = 0; n < count; n++) {
    const ofClass = members.get(labels[n]);
    if (ofClass) ofClass.push(n);
    else members.set(labels[n], [n]);
  }
  const classes = [...members.keys()].sort((a, b) => a - b);
  const shares = classes.map((k) => (members.get(k)!.length * heldOut) / count);
  const taken = shares.map(Math.floor);
  const byRemainder = classes.map((_, i) => i).sort((a, b) => shares[b] - taken[b] - (shares[a] - taken[a]) || a - b);
  for (let i = 0, left = heldOut - taken.reduce((a, b) => a + b, 0); i < left; i++) taken[byRemainder[i]]++;

  const isHeldOut = new Uint8Array(count);
  classes.forEach((k, i) => {
    const ofClass = members.get(k)!;
    const order = shuffled(ofClass.length, random);
    for (let j = 0; j < taken[i]; j++) isHeldOut[ofClass[order[j]]] = 1;
  });
  return {
    train: first(count).filter((n) => !isHeldOut[n]),
    validation: first(count).filter((n) => isHeldOut[n] === 1),
  };
}

/** Joins images read apart, one after another. */
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
