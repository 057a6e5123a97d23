import {join} from "node:path";

import type {Dataset} from "../nouns/samples";
import {equalGroups, nearPairs, pixelCorrelation} from "../numbers/copies";
import {bitsApart, bitsApartBut, dHashOf, greyOf, type Hash64, pHash} from "../numbers/perceptual-hash";
import {pictureKeys} from "../numbers/picture-keys";
import {type ImagePlace, numberOf, SPLITS} from "./data/image-names";
import {readIfThere} from "./data/read-file";
import {areEqual, partsOf} from "./exact-leaks";
import {csvTable} from "./record/csv-table";
import {seenAlike} from "./seen-alike";

/** An image, by its split and its place there. */
export interface Placed extends ImagePlace {
  readonly label: number;
}

/** Two images that are copies of each other. */
export interface Copy {
  /** "bytes": equal files; "pixels": equal pixels; "near": they look alike; "embedding": they are alike to the network alone. */
  readonly kind: "bytes" | "pixels" | "near" | "embedding";
  /** The one to leave out first: the training image, if one of them is. */
  readonly image: Placed;
  readonly other: Placed;
  /**
   * The number of bits (of 64) in which the two hashes differ, and the correlation of the pixels; 0, 0 and 1 for equal
   * images.
   */
  readonly pHash: number;
  readonly dHash: number;
  readonly correlation: number;
  /** The cosine distance of the inputs of the network's last layer; present if the pair is near by that distance. */
  readonly embedding?: number;
}

export interface LeakSettings {
  /** The most bits (of 64) in which the hashes of near copies may differ; below 0: only exact copies count. */
  readonly distance: number;
  /** The least correlation that the grey pixels of near copies must have. */
  readonly alike: number;
  /**
   * The network's embeddings of all images (`embeddingsOf`). Two images are near if their distance is below so many
   * medians.
   */
  readonly seen?: {readonly embeddings: Float32Array; readonly near: number};
}

export const acrossSplits = ({image, other}: Pick<Copy, "image" | "other">): boolean => image.split !== other.split;

/**
 * Finds images that are in a data set more than once. Exact copies have equal files, or equal pixels as the network
 * sees them. Near copies have pHash and dHash a few bits apart and pixels that correlate; if the network is asked,
 * images that look alike to it count too.
 *
 * @returns Pairs across splits first, those with different labels before others, exact before near.
 */
export async function findLeaks(data: Dataset, {distance, alike, seen}: LeakSettings): Promise<Copy[]> {
  const all: Placed[] = [];
  const keys: number[] = [];
  const hashes: (readonly [p: Hash64, d: Hash64, flat: Hash64])[] = [];
  for (const split of SPLITS) {
    for await (const part of partsOf(data[split], data.imageShape)) {
      const [height, width, channels] = part.images.shape;
      const size = height * width * channels;
      keys.push(...pictureKeys(part.images.pixels, part.images.count));
      for (let n = 0; n < part.images.count; n++) {
        all.push({split, index: part.start + n, label: part.images.labels[n]});
        if (distance < 0 && !seen) continue;
        const bytes = bytesOf(part.images.pixels.subarray(n * size, (n + 1) * size));
        const grey = greyOf(bytes, height, width, channels);
        const {hash, flat} = dHashOf(grey);
        hashes.push([pHash(grey), hash, flat]);
      }
    }
  }
  const copies: Copy[] = [];
  const hidden = new Set<number>(); // in each group of equal images, all but the first
  for (const group of equalGroups(keys)) {
    // different images may share a key by chance, so only equal pixels count; one at a time, since a group may be large
    const firsts: {readonly n: number; readonly pixels: Float32Array}[] = [];
    for (const n of group) {
      const pixels = await pixelsOf(data, all[n]);
      const same = firsts.find((first) => areEqual(first.pixels, pixels));
      if (same === undefined) {
        firsts.push({n, pixels});
        continue;
      }
      hidden.add(n);
      const pair = ordered(all[same.n], all[n]);
      const kind = (await haveEqualFiles(data, pair)) ? "bytes" : "pixels";
      copies.push({kind, ...pair, pHash: 0, dHash: 0, correlation: 1});
    }
  }
  const near = distance < 0 ? [] : nearPairs(hashes.map(([p]) => p), distance); // biome-ignore format: one line a step
  for (const [a, b] of near) {
    if (hidden.has(a) || hidden.has(b) || keys[a] === keys[b]) continue;
    const [[, dA, flatA], [, dB, flatB]] = [hashes[a], hashes[b]];
    // where both pictures are as good as flat, compression alone decides the bit
    if (bitsApartBut(dA, dB, [flatA, flatB]) > distance) continue;
    const apart = bitsApart(dA, dB);
    const correlation = pixelCorrelation(await greyPixels(data, all[a]), await greyPixels(data, all[b]));
    if (!(correlation >= alike)) continue;
    const pair = ordered(all[a], all[b]);
    copies.push({kind: "near", ...pair, pHash: bitsApart(hashes[a][0], hashes[b][0]), dHash: apart, correlation});
  }
  // equal images would push near ones out of the list of the nearest
  const looked = [...all.keys()].filter((n) => !hidden.has(n));
  for (const {a, b, distance: apart} of seen ? await seenAlike(seen.embeddings, all.length, looked, seen.near) : []) {
    const pair = ordered(all[a], all[b]);
    const known = copies.findIndex(({image, other}) => image === pair.image && other === pair.other);
    if (known >= 0) {
      copies[known] = {...copies[known], embedding: apart};
      continue;
    }
    const [[pA, dA], [pB, dB]] = [hashes[a], hashes[b]];
    const correlation = pixelCorrelation(await greyPixels(data, all[a]), await greyPixels(data, all[b]));
    const bits = {pHash: bitsApart(pA, pB), dHash: bitsApart(dA, dB)};
    copies.push({kind: "embedding", ...pair, ...bits, correlation, embedding: apart});
  }
  const rank = (copy: Copy) =>
    (acrossSplits(copy) ? 0 : 4) +
    (copy.image.label === copy.other.label ? 2 : 0) +
    {bytes: 0, pixels: 0, near: 1, embedding: 1.5}[copy.kind];
  return copies.sort((a, b) => rank(a) - rank(b) || b.correlation - a.correlation);
}

const pixelsOf = async (data: Dataset, {split, index}: Placed) => (await data[split].read([index])).pixels;
/** A picture that is saved again changes its colours most, so pictures are compared in grey. */
const greyPixels = async (data: Dataset, placed: Placed) =>
  greyOf(bytesOf(await pixelsOf(data, placed)), ...data.imageShape).pixels;
const bytesOf = (pixels: Float32Array) => Uint8Array.from(pixels, (value) => Math.round(255 * value));

/**
 * Puts the one to leave out first: a training image before a validation image before a test image; within a split, the
 * later one.
 */
function ordered(a: Placed, b: Placed): {readonly image: Placed; readonly other: Placed} {
  const [first, second] = [SPLITS.indexOf(a.split), SPLITS.indexOf(b.split)];
  const isB = first === second ? b.index > a.index : second < first;
  return isB ? {image: b, other: a} : {image: a, other: b};
}

async function haveEqualFiles(data: Dataset, {image, other}: Pick<Copy, "image" | "other">): Promise<boolean> {
  const {folder} = data;
  const names = [image, other].map(({split, index}) => data[split].files?.[index]);
  if (folder === undefined || names.some((name) => name === undefined)) return false;
  const [a, b] = await Promise.all(names.map((name) => readIfThere(join(folder, `${name}`), {most: 2 ** 30})));
  return a !== undefined && b !== undefined && a.length === b.length && areEqual(a, b);
}

const DIGITS = 6;

/** The list as `leaks.csv`. The column `decision` is left for the reader to fill in, and `--edit` reads it. */
export function leaksCsv(copies: readonly Copy[], data: Dataset): string {
  const file = ({split, index}: Placed) => data[split].files?.[index] ?? "";
  const source = ({split, index}: Placed) => data[split].sources?.[index] ?? index;
  const empty = copies.map(() => "");
  return csvTable({
    kind: copies.map(({kind}) => kind),
    image: copies.map(({image}) => numberOf(data, image)),
    other_image: copies.map(({other}) => numberOf(data, other)),
    across_splits: copies.map((copy) => (acrossSplits(copy) ? 1 : 0)),
    same_label: copies.map(({image, other}) => (image.label === other.label ? 1 : 0)),
    split: copies.map(({image}) => image.split),
    index: copies.map(({image}) => image.index),
    source_index: copies.map(({image}) => source(image)),
    file: copies.map(({image}) => file(image)),
    given_label: copies.map(({image}) => data.classNames[image.label]),
    other_split: copies.map(({other}) => other.split),
    other_index: copies.map(({other}) => other.index),
    other_file: copies.map(({other}) => file(other)),
    other_label: copies.map(({other}) => data.classNames[other.label]),
    phash_distance: copies.map((copy) => copy.pHash),
    dhash_distance: copies.map((copy) => copy.dHash),
    correlation: copies.map(({correlation}) => Number(correlation.toPrecision(DIGITS))),
    embedding_distance: copies.map(({embedding}) =>
      embedding === undefined ? "" : Number(embedding.toPrecision(DIGITS)),
    ),
    decision: empty,
    new_label: empty,
  });
}
