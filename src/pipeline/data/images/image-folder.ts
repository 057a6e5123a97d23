import {createHash, type Hash} from "node:crypto";
import {relative, sep} from "node:path";
import {setImmediate} from "node:timers/promises";

import {UserError} from "../../../nouns/options";
import {type RandomSource, shuffled} from "../../../nouns/random";
import type {ImageShape} from "../../../nouns/samples";
import type {DataNote, DataProgress} from "../progress";
import {readWhole} from "../read-file";
import {first, holdOut} from "../split";
import type {ImageFile} from "./class-folders";
import {fitImage} from "./fit-image";
import {layoutOf} from "./folder-layout";
import {decodeImage, MOST_PIXELS, sizeOfImage} from "./image-file";
import type {ImageSource} from "./image-source";
import {unlessAborted} from "./unless-aborted";

export interface ImageFolderOptions {
  /** Pixels a side, cut from the middle; 0: as they are, where all are alike and at most 64 a side, else 64. */
  readonly imageSize: number;
  /** The largest picture that is decoded, in pixels. */
  readonly maxPixels?: number;
  /** The most that all pictures may take as they are kept, in bytes. */
  readonly mostBytes?: number;
  /** Orders the images, and holds out those to test where the folder has none of its own. */
  readonly random: RandomSource;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_AS_IS = 64;
/** One in seven, as of MNIST. */
const TEST_SHARE = 1 / 7;
const MOST_BYTES = 2 ** 31;
/** Bytes added to the digest in one go: 20 ms. */
const HASHED_AT_ONCE = 2 ** 23;
/** Images decoded at a time, and the pixels that they may have together: one more, if it is larger, by itself. */
const [AT_ONCE, PIXELS_AT_ONCE] = [16, 2 ** 24];

/**
 * Opens a folder of PNG and JPEG images: a folder for each class, named as it; or `train`, and where there are such
 * `val` and `test`, with such folders each. Keeps them as bytes, all of one size, grey where none has a colour. Yields
 * how far it is, and what it leaves out.
 *
 * @throws UserError naming the path, if the folder is laid out otherwise, if an image is damaged, or if all would take
 * too much memory. @throws The signal's reason.
 */
export async function* openImageFolder(
  path: string,
  options: ImageFolderOptions,
): AsyncGenerator<DataProgress | DataNote, ImageSource> {
  const {imageSize, random} = options;
  const {classNames, train, validation = [], test = [], notes} = await layoutOf(path);
  for (const note of notes) yield {note};
  const files = [...train, ...validation, ...test];
  const kept = (labels: number[]) => (classNames.length > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels));
  const labels = kept(files.map(({label}) => label));
  const all = first(files.length);
  const [toLearn, toValidate, toTest] = [
    all.subarray(0, train.length),
    all.subarray(train.length, train.length + validation.length),
    all.subarray(train.length + validation.length),
  ];
  const tested = Math.max(1, Math.round(train.length * TEST_SHARE));
  const [forTraining, forTest] =
    test.length > 0 ? [toLearn, toTest] : Object.values(holdOut(labels, train.length, tested, random));
  // In an order of chance: the first few of a split are of all classes, as a limit or a sample takes them.
  const inOrder = (places: Uint32Array) => shuffled(places.length, random).map((n) => places[n]);
  const parts = [forTraining, forTest, toValidate].map(inOrder);
  const [height, width] = imageSize ? [imageSize, imageSize] : await commonSize(files, options);
  const places = new Uint32Array(files.length); // by file: where its pixels stand
  parts
    .flatMap((part) => Array.from(part))
    .forEach((file, place) => {
      places[file] = place;
    });
  const {channels, pixels, digest} = yield* readAll(path, files, places, [height, width, 3], options);

  const size = height * width * channels;
  let begun = 0;
  const [trainPart, testPart, validationPart] = parts.map((part) => {
    const values = pixels.subarray(begun * size, (begun + part.length) * size);
    begun += part.length;
    return {
      images: {shape: [part.length, height, width, channels], values},
      labels: kept(Array.from(part, (file) => labels[file])),
      files: Array.from(part, (file) => nameFrom(path, files[file].path)),
    };
  });
  return {
    imageShape: [height, width, channels],
    classNames,
    train: trainPart,
    ...(validation.length > 0 ? {validation: validationPart} : {}),
    test: testPart,
    isTestTakenOut: test.length === 0,
    digest,
    folder: path,
  };
}

/** Height and width that all images have, if they are alike and small; else a square. */
async function commonSize(
  files: readonly ImageFile[],
  {signal}: ImageFolderOptions,
): Promise<readonly [number, number]> {
  let common: {readonly height: number; readonly width: number} | undefined;
  for (const {path} of files) {
    const own = sizeOfImage(await readWhole(path, {signal}), path);
    common ??= own;
    const isSmall = Math.max(own.height, own.width) <= LARGEST_AS_IS;
    if (!isSmall || own.height !== common.height || own.width !== common.width) return [LARGEST_AS_IS, LARGEST_AS_IS];
  }
  return [common!.height, common!.width]; // there is no class without an image
}

/**
 * All images as bytes, each at its place: `pixels[((place * height + y) * width + x) * channels + c]`.
 *
 * @param places By file.
 */
async function* readAll(
  path: string,
  files: readonly ImageFile[],
  places: Uint32Array,
  shape: ImageShape,
  {maxPixels = MOST_PIXELS, mostBytes = MOST_BYTES, signal}: ImageFolderOptions,
): AsyncGenerator<DataProgress, {channels: 1 | 3; pixels: Uint8Array; digest: string}> {
  const size = 3 * shape[0] * shape[1];
  if (!(files.length * size <= mostBytes)) {
    const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
    throw new UserError(
      `${path}: expected at most ${gib(mostBytes)} GiB of pixels, got ${gib(files.length * size)}; ` +
        "a smaller --image-size needs less, and --max-data lifts the limit",
    );
  }
  const hash = createHash("sha256");
  const rgb = new Uint8Array(files.length * size);
  let isGrey = true;
  const keep = async (file: number, bytes: Uint8Array) => {
    const decoded = await decodeImage(bytes, files[file].path, {maxPixels, signal});
    const {pixels} = await fitImage(decoded, shape, "crop", false, signal);
    const own = rgb.subarray(places[file] * size, (places[file] + 1) * size);
    for (let p = 0; p < size; p++) own[p] = Math.round(255 * pixels[p]);
    isGrey &&= own.every((v, p) => v === own[p - (p % 3)]);
  };
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const group = files.slice(at, at + AT_ONCE);
    const contents = await Promise.all(group.map((file) => readWhole(file.path, {most: 8 * maxPixels, signal})));
    for (const [i, file] of group.entries()) {
      hash.update(nameFrom(path, file.path));
      await hashInParts(hash, contents[i], signal);
    }
    const sizes = contents.map((bytes, i) => sizeOfImage(bytes, group[i].path));
    for (const together of batchesOf(sizes.map(({height, width}) => height * width))) {
      signal?.throwIfAborted();
      await unlessAborted(Promise.all(together.map((i) => keep(at + i, contents[i]))), signal);
    }
    yield {doing: "reading images", done: at + group.length, total: files.length};
  }
  const digest = hash.digest("hex");
  if (!isGrey) return {channels: 3, pixels: rgb, digest};
  for (let n = 0; n < rgb.length / 3; n++) rgb[n] = rgb[3 * n];
  return {channels: 1, pixels: rgb.slice(0, rgb.length / 3), digest};
}

/** Adds bytes to a digest, and lets signals be heard in between where they are many. */
async function hashInParts(hash: Hash, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate();
    signal?.throwIfAborted();
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
}

/** Places of images that may be decoded at the same time, by their pixels. */
function batchesOf(pixels: readonly number[]): number[][] {
  const batches: number[][] = [];
  let sum = Number.POSITIVE_INFINITY;
  pixels.forEach((own, i) => {
    sum += own;
    if (sum > PIXELS_AT_ONCE) [sum, batches[batches.length]] = [own, []];
    batches[batches.length - 1].push(i);
  });
  return batches;
}

/** A file's path from the data's folder, with "/" on every system. */
function nameFrom(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
