import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {promisify} from "node:util";
import {gunzip} from "node:zlib";

import {UserError} from "../options";
import type {ImageShape} from "../types";
import {type IdxArray, parseIdx} from "./idx";

/** The four files of MNIST and of the sets that took its form (Fashion-MNIST, KMNIST, EMNIST). */
export const IDX_FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** What the four files hold, checked against each other. */
export interface IdxImages {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: {readonly images: IdxArray; readonly labels: Uint8Array};
  readonly test: {readonly images: IdxArray; readonly labels: Uint8Array};
  /** SHA-256 of the four files, one after another, uncompressed. */
  readonly digest: string;
}

/**
 * Opens a folder with the four idx files under MNIST's names, plain or as .gz. Class names stand in `classes.txt`,
 * one a line; without it they are 0 to 9.
 *
 * @throws UserError naming the file, if one is missing, is no idx file, or does not fit the others.
 */
export async function openIdxDirectory(path: string): Promise<IdxImages> {
  const hash = createHash("sha256");
  const files: IdxArray[] = [];
  for (const name of IDX_FILES) {
    const file = await readIdxFile(path, name);
    hash.update(file);
    files.push(parseIdx(file, join(path, name)));
  }
  const [trainImages, trainLabels, testImages, testLabels] = files;
  const classNames = await readClassNames(path);
  const named = (i: number) => join(path, IDX_FILES[i]);
  checkImages(trainImages, named(0));
  checkImages(testImages, named(2));
  if (`${testImages.shape.slice(1)}` !== `${trainImages.shape.slice(1)}`) {
    throw new UserError(
      `${named(2)}: expected images of ${trainImages.shape.slice(1).join(" x ")} as in training, ` +
        `got ${testImages.shape.slice(1).join(" x ")}`,
    );
  }
  checkLabels(trainLabels, named(1), trainImages, classNames.length);
  checkLabels(testLabels, named(3), testImages, classNames.length);
  const [, height, width, channels = 1] = trainImages.shape;
  return {
    imageShape: [height, width, channels],
    classNames,
    train: {images: trainImages, labels: trainLabels.values},
    test: {images: testImages, labels: testLabels.values},
    digest: hash.digest("hex"),
  };
}

async function readIdxFile(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    return await promisify(gunzip)(await readFile(join(folder, `${name}.gz`)));
  } catch (error) {
    if (isMissing(error)) throw new UserError(`${join(folder, name)}: expected the file, or ${name}.gz, got neither`);
    throw new UserError(`${join(folder, name)}.gz: expected a whole gzip file, got ${(error as Error).message}`);
  }
}

async function readClassNames(folder: string): Promise<readonly string[]> {
  try {
    const lines = (await readFile(join(folder, "classes.txt"), "utf8")).split(/\r?\n/).filter((line) => line.trim());
    if (lines.length < 2)
      throw new UserError(`${join(folder, "classes.txt")}: expected 2 or more names, got ${lines.length}`);
    return lines;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return Array.from({length: 10}, (_, digit) => `${digit}`);
  }
}

function checkImages({shape}: IdxArray, name: string): void {
  if (shape.length !== 3 && !(shape.length === 4 && (shape[3] === 1 || shape[3] === 3))) {
    throw new UserError(
      `${name}: expected images of shape [count, height, width] or [count, height, width, 1 or 3], got [${shape}]`,
    );
  }
  if (!(shape[0] > 0)) throw new UserError(`${name}: expected 1 image or more, got 0`);
}

function checkLabels({shape, values}: IdxArray, name: string, images: IdxArray, classes: number): void {
  if (shape.length !== 1) throw new UserError(`${name}: expected labels of shape [count], got [${shape}]`);
  if (shape[0] !== images.shape[0]) {
    throw new UserError(`${name}: expected as many labels as images (${images.shape[0]}), got ${shape[0]}`);
  }
  const outside = values.findIndex((label) => label >= classes);
  if (outside >= 0)
    throw new UserError(`${name}: expected labels below ${classes}, got ${values[outside]} at image ${outside}`);
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
