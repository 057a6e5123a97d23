import {statSync} from "node:fs";
import {basename, join} from "node:path";

import {EpochscopeError} from "../nouns/errors";
import type {Dataset, Images} from "../nouns/samples";
import {imageNamed} from "../pipeline/data/image-names";
import type {Fit} from "../pipeline/data/images/fit-image";
import {fitImage} from "../pipeline/data/images/fit-image";
import {entriesOf, isPicture} from "../pipeline/data/images/folder-entries";
import {decodeImage} from "../pipeline/data/images/image-file";
import {readWhole} from "../pipeline/data/read-file";

/** An image that a command is asked about, and facts about it. */
export interface Subject {
  readonly name: string;
  /** The name of the folder for its pictures; a number is added if it exists already. */
  readonly folder: string;
  readonly image: Images;
  /** The image's place in the test split, if it is a test image. */
  readonly index?: number;
  readonly label?: number;
  /** The image's file, if it has one: the path that was given, or the path of a run's image. */
  readonly file?: string;
}

/** A word that names an image: a file, or an image of a run's data (`image-names.ts`). */
export type ImageWord = {readonly kind: "file"; readonly path: string} | {readonly kind: "data"; readonly word: string};

const NUMBERS = /^(?:train|validation|test):\d+(?:,\d+)*$/;

export interface ReadImageOptions {
  readonly fit: Fit;
  readonly invert: boolean;
  readonly maxPixels: number;
}

/**
 * Reads the words by which the user names images: files; folders, for the pictures in them; `test:8` and `train:17`, or
 * several numbers separated by commas. A word that is no file may be a file of a run's data; `ofRun` finds that out
 * when the run is known.
 *
 * @throws EpochscopeError if a file does not exist, or a folder has no picture.
 */
export async function imageWords(words: readonly string[]): Promise<ImageWord[]> {
  const found: ImageWord[] = [];
  for (const word of words) {
    const state = statSync(word, {throwIfNoEntry: false});
    if (state?.isDirectory()) found.push(...(await picturesIn(word)));
    else if (state === undefined && NUMBERS.test(word)) {
      const [split, numbers] = word.split(":");
      for (const number of numbers.split(",")) found.push({kind: "data", word: `${split}:${number}`});
    } else if (state === undefined && /^(train|test):[-\d,\s]*$/.test(word)) {
      const split = word.split(":")[0];
      throw new EpochscopeError(`${word}: expected ${split}:8 or ${split}:8,17 (places count from 0), got "${word}"`, {
        code: "BAD_OPTION",
      });
    } else found.push({kind: "file", path: word});
  }
  return found;
}

/** The same words, but a word that is not a file here and is a file of the run's data now names that image. */
export function ofRun(words: readonly ImageWord[], hasFile: (path: string) => boolean): ImageWord[] {
  return words.map((word) => {
    const isHere = word.kind === "data" || statSync(word.path, {throwIfNoEntry: false}) !== undefined;
    return isHere || !hasFile(word.path) ? word : {kind: "data", word: word.path};
  });
}

async function picturesIn(folder: string): Promise<ImageWord[]> {
  const paths: string[] = [];
  for (const entry of await entriesOf(folder)) if (await isPicture(entry)) paths.push(join(folder, entry.name));
  if (paths.length === 0) throw new EpochscopeError(`${folder}: expected PNG or JPEG files, got none`);
  return paths.sort().map((path) => ({kind: "file", path}));
}

/** Reads an image's file in the form that a model of this shape needs. */
export async function fileSubject(
  file: string,
  {imageShape}: {readonly imageShape: Images["shape"]},
  {fit, invert, maxPixels}: ReadImageOptions,
): Promise<Subject> {
  const decoded = await decodeImage(await readWhole(file, {most: 8 * maxPixels}), file, {maxPixels});
  return {name: basename(file), folder: folderOf(file), file, image: await fitImage(decoded, imageShape, fit, invert)};
}

/**
 * An image of a run's data, by the name that a list gives it.
 *
 * @throws EpochscopeError if the run has no image of that name.
 */
export async function dataSubject(word: string, data: Dataset): Promise<Subject> {
  const {split, index} = imageNamed(data, word);
  const part = data[split];
  const {labels, ...image} = await part.read([index]);
  const file = part.files && join(data.folder ?? "", part.files[index]);
  const known = {label: labels[0], ...(file === undefined ? {} : {file}), ...(split === "test" ? {index} : {})};
  return {name: word.replace(":", "-"), folder: folderOf(word), image, ...known};
}

/** The name of the folder for an image's results. */
export function folderOf(word: string): string {
  if (NUMBERS.test(word)) return word.replace(":", "-");
  const stem = basename(word).replace(/\.[^.]*$/, "");
  return /^\.*$/.test(stem) ? "image" : stem; // of ".png"
}
