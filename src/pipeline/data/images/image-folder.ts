import {tmpdir} from "node:os";

import {type RandomSource, shuffled} from "../../../nouns/random";
import {commonSize} from "../decoding/common-size";
import {poolFor} from "../decoding/read-pictures";
import type {DataNote, DataProgress} from "../progress";
import {first, holdOut} from "../split";
import {layoutOf} from "./folder-layout";
import {IN_MEMORY} from "./idx-directory";
import type {ImageSource} from "./image-source";
import {keepPictures} from "./keep-pictures";
import {MOST_PIXELS} from "./most-pixels";
import {nameFrom} from "./name-from";

export interface ImageFolderOptions {
  /**
   * The side of the images in pixels, cut from the middle. 0 means the pictures' own size, if all have the same size
   * and no side is longer than 64; else 64.
   */
  readonly imageSize: number;
  /** The largest picture that is decoded, in pixels. */
  readonly maxPixels?: number;
  /** The most bytes of pictures that are kept in memory; more are kept in a file, and read as they are needed. */
  readonly inMemory?: number;
  /** The folder in which this file is made. */
  readonly cacheFolder?: string;
  /** Orders the images, and holds out test images if the folder has none of its own. */
  readonly random: RandomSource;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_AS_IS = 64;
/** The share of the images that become test images: one in seven, as in MNIST. */
const TEST_SHARE = 1 / 7;

/**
 * Opens a folder of PNG and JPEG images: one folder for each class, with the class's name; or a folder `train`, and
 * maybe `val` and `test`, with such folders in each. It keeps the images as bytes, all of one size, and in grey if none
 * has a colour; very many are kept in a file. Yields its progress, and notes about what it leaves out.
 *
 * @throws UserError naming the path, if the folder is organised in another way, if an image is damaged, or if the disk
 * has no room for what does not fit into memory. @throws The signal's reason.
 */
export async function* openImageFolder(
  path: string,
  options: ImageFolderOptions,
): AsyncGenerator<DataProgress | DataNote, ImageSource> {
  const {imageSize, random, maxPixels = MOST_PIXELS, inMemory = IN_MEMORY, cacheFolder = tmpdir(), signal} = options;
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
  // In a random order, so that the first images of a split, which a limit or a sample takes, are of all classes.
  const inOrder = (places: Uint32Array) => shuffled(places.length, random).map((n) => places[n]);
  const parts = [forTraining, forTest, toValidate].map(inOrder);
  const order = Uint32Array.from(parts.flatMap((part) => Array.from(part))); // for each place, its file
  const pool = poolFor(files.length);
  try {
    const paths = files.map((file) => file.path);
    const common = imageSize ? undefined : await commonSize(paths, LARGEST_AS_IS, {pool, signal});
    const side = imageSize || LARGEST_AS_IS;
    const {height, width} = common ?? {height: side, width: side};
    const keeping = {shape: [height, width, 3] as const, inMemory, maxPixels, cacheFolder, pool, signal};
    const {channels, imagesOf, digest} = yield* keepPictures(path, paths, order, keeping);
    let begun = 0;
    const [trainPart, testPart, validationPart] = parts.map((part) => {
      const images = imagesOf(begun, part.length);
      begun += part.length;
      return {
        images,
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
  } finally {
    pool?.end();
  }
}
