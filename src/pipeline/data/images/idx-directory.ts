import {createHash} from "node:crypto";
import {join} from "node:path";

import {UserError} from "../../../nouns/options";
import {parseClassNames} from "../class-names";
import {readIfThere} from "../read-file";
import {type IdxArray, parseIdx} from "./idx";
import {IDX_FILES, type IdxLimits, readIdxFile} from "./idx-file";
import type {ImageSource} from "./image-source";

const MOST_NAMES_BYTES = 1e6;

/**
 * Opens a folder with the four idx files under MNIST's names, plain or as .gz. Class names stand in `classes.txt`,
 * one a line or as JSON; without it they are 0 to 9.
 *
 * @throws UserError naming the file, if one is missing, is no idx file, is too large, or does not fit the others.
 * @throws The signal's reason.
 */
export async function openIdxDirectory(path: string, limits: IdxLimits = {}): Promise<ImageSource> {
  const hash = createHash("sha256");
  const files: IdxArray[] = [];
  for (const name of IDX_FILES) {
    const {file, bytes} = await readIdxFile(path, name, limits);
    hash.update(bytes);
    files.push(parseIdx(bytes, file));
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

async function readClassNames(folder: string): Promise<readonly string[]> {
  const path = join(folder, "classes.txt");
  const bytes = await readIfThere(path, {most: MOST_NAMES_BYTES});
  if (!bytes) return Array.from({length: 10}, (_, digit) => `${digit}`);
  const {names} = parseClassNames(bytes, path);
  if (names.length < 2) throw new UserError(`${path}: expected 2 or more names, got ${names.length}`);
  return names;
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
