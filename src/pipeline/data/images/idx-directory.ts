import {createHash} from "node:crypto";
import {join} from "node:path";

import {UserError} from "../../../nouns/options";
import {parseClassNames} from "../class-names";
import type {DataProgress} from "../progress";
import {readIfThere} from "../read-file";
import {type IdxArray, parseIdx} from "./idx";
import {IDX_FILES, readIdxFile} from "./idx-file";
import type {ImageSource, StoredImages} from "./image-source";
import {peekIdx} from "./peek-idx";

const MOST_NAMES_BYTES = 1e6;

export interface IdxOptions {
  /** The most bytes of images that are kept in memory; more are read from their files as they are needed. */
  readonly inMemory?: number;
  /** The folder into which large .gz files are unpacked. */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal | undefined;
}

/** By default, at most this many bytes of pictures are kept in memory: half a GiB. */
export const IN_MEMORY = 2 ** 29;

/**
 * Opens a folder with the four idx files under MNIST's names, plain or as .gz. Class names are read from `classes.txt`,
 * with one name in each line or as JSON; without this file they are 0 to 9. Yields its progress if it takes a while.
 *
 * @throws UserError naming the file, if one is missing, is not an idx file, or does not fit the others.
 * @throws The signal's reason.
 */
export async function* openIdxDirectory(
  path: string,
  {inMemory = IN_MEMORY, cacheFolder = path, signal}: IdxOptions = {},
): AsyncGenerator<DataProgress, ImageSource> {
  const hash = createHash("sha256");
  const [train, test] = [await peekIdx(path, IDX_FILES[0]), await peekIdx(path, IDX_FILES[2])];
  const isLarge = train !== undefined && test !== undefined && train.header.total + test.header.total > inMemory;
  const labels = async (name: string) => {
    const {file, bytes} = await readIdxFile(path, name, signal);
    hash.update(bytes);
    return parseIdx(bytes, file);
  };
  const images = async function* (name: string, large: typeof train): AsyncGenerator<DataProgress, Idx> {
    if (large) {
      // loaded only when it is needed, because most data fit into memory
      const {openStoredIdx}: typeof import("./stored-idx") = require("./stored-idx");
      return yield* openStoredIdx(large, {hash, cacheFolder, signal});
    }
    const whole = await labels(name);
    return {shape: whole.shape, images: whole};
  };
  const {shape: trainShape, images: trainImages} = yield* images(IDX_FILES[0], isLarge ? train : undefined);
  const trainLabels = await labels(IDX_FILES[1]);
  const {shape: testShape, images: testImages} = yield* images(IDX_FILES[2], isLarge ? test : undefined);
  const testLabels = await labels(IDX_FILES[3]);
  const classNames = await readClassNames(path);
  const named = (i: number) => join(path, IDX_FILES[i]);
  checkImages(trainShape, named(0));
  checkImages(testShape, named(2));
  if (`${testShape.slice(1)}` !== `${trainShape.slice(1)}`) {
    throw new UserError(
      `${named(2)}: expected images of ${trainShape.slice(1).join(" x ")} as in training, ` +
        `got ${testShape.slice(1).join(" x ")}`,
    );
  }
  checkLabels(trainLabels, named(1), trainShape[0], classNames.length);
  checkLabels(testLabels, named(3), testShape[0], classNames.length);
  const [, height, width, channels = 1] = trainShape;
  return {
    imageShape: [height, width, channels],
    classNames,
    train: {images: trainImages, labels: trainLabels.values},
    test: {images: testImages, labels: testLabels.values},
    digest: hash.digest("hex"),
  };
}

interface Idx {
  readonly shape: readonly number[];
  readonly images: IdxArray | StoredImages;
}

async function readClassNames(folder: string): Promise<readonly string[]> {
  const path = join(folder, "classes.txt");
  const bytes = await readIfThere(path, {most: MOST_NAMES_BYTES});
  if (!bytes) return Array.from({length: 10}, (_, digit) => `${digit}`);
  const {names} = parseClassNames(bytes, path);
  if (names.length < 2) throw new UserError(`${path}: expected 2 or more names, got ${names.length}`);
  return names;
}

function checkImages(shape: readonly number[], name: string): void {
  if (shape.length !== 3 && !(shape.length === 4 && (shape[3] === 1 || shape[3] === 3))) {
    throw new UserError(
      `${name}: expected images of shape [count, height, width] or [count, height, width, 1 or 3], got [${shape}]`,
    );
  }
  if (!(shape[0] > 0)) throw new UserError(`${name}: expected 1 image or more, got 0`);
}

function checkLabels({shape, values}: IdxArray, name: string, images: number, classes: number): void {
  if (shape.length !== 1) throw new UserError(`${name}: expected labels of shape [count], got [${shape}]`);
  if (shape[0] !== images) {
    throw new UserError(`${name}: expected as many labels as images (${images}), got ${shape[0]}`);
  }
  const outside = values.findIndex((label) => label >= classes);
  if (outside >= 0)
    throw new UserError(`${name}: expected labels below ${classes}, got ${values[outside]} at image ${outside}`);
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
