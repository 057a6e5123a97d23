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

/** One image that a command is asked about, and what is known of it. */
export interface Subject {
  readonly name: string;
  /** The folder of its pictures; numbered where there is such a one. */
  readonly folder: string;
  readonly image: Images;
  /** Its place in the test split, of a test image. */
  readonly index?: number;
  readonly label?: number;
  /** The image's file, where it is one: the path that was given, or that of a run's image. */
  readonly file?: string;
}

/** A word that names an image: a file of its own, or one of a run's data (`image-names.ts`). */
export type ImageWord = {readonly kind: "file"; readonly path: string} | {readonly kind: "data"; readonly word: string};

const NUMBERS = /^(?:train|validation|test):\d+(?:,\d+)*$/;

export interface ReadImageOptions {
  readonly fit: Fit;
  readonly invert: boolean;
  readonly maxPixels: number;
}

/**
 * What the user names as images: files; folders, for the pictures in them; `test:8` and `train:17`, several with commas
 * between. What is no file here may be one of a run's data: who has the run finds out (`ofRun`).
 *
 * @throws EpochscopeError if one is not there, or a folder has no picture.
 */
export async function imageWords(words: readonly string[]): Promise<ImageWord[]> {
  const found: ImageWord[] = [];
  for (const word of words) {
    const state = statSync(word, {throwIfNoEntry: false});
    if (state?.isDirectory()) found.push(...(await picturesIn(word)));
    else if (state === undefined && NUMBERS.test(word)) {
      const [split, numbers] = word.split(":");
      for (const number of numbers.split(",")) found.push({kind: "data", word: `${split}:${number}`});
    } else found.push({kind: "file", path: word});
  }
  return found;
}

/** The same words, where those that are no files here, but are files of a run's data, name these. */
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

/** Reads an image's file as a model of this shape takes it. */
export async function fileSubject(
  file: string,
  {imageShape}: {readonly imageShape: Images["shape"]},
  {fit, invert, maxPixels}: ReadImageOptions,
): Promise<Subject> {
  const decoded = await decodeImage(await readWhole(file, {most: 8 * maxPixels}), file, {maxPixels});
  return {name: basename(file), folder: folderOf(file), file, image: await fitImage(decoded, imageShape, fit, invert)};
}

/** An image of a run's data, as a list names it. @throws EpochscopeError if the run has none of that name. */
export async function dataSubject(word: string, data: Dataset): Promise<Subject> {
  const {split, index} = imageNamed(data, word);
  const part = data[split];
  const {labels, ...image} = await part.read([index]);
  const file = part.files && join(data.folder ?? "", part.files[index]);
  const known = {label: labels[0], ...(file === undefined ? {} : {file}), ...(split === "test" ? {index} : {})};
  return {name: word.replace(":", "-"), folder: folderOf(word), image, ...known};
}

/** A folder's name for what is made of an image. */
export function folderOf(word: string): string {
  if (NUMBERS.test(word)) return word.replace(":", "-");
  const stem = basename(word).replace(/\.[^.]*$/, "");
  return /^\.*$/.test(stem) ? "image" : stem; // of ".png"
}
