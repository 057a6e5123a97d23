import {statSync} from "node:fs";
import {basename, join} from "node:path";

import {EpochscopeError} from "../nouns/errors";
import type {Dataset, Images} from "../nouns/samples";
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

/** A word that names an image: a file of its own, or one of a run's data. */
export type ImageWord =
  | {readonly kind: "file"; readonly path: string}
  | {readonly kind: "data"; readonly split: "train" | "test"; readonly place: number; readonly word: string};

export interface ReadImageOptions {
  readonly fit: Fit;
  readonly invert: boolean;
  readonly maxPixels: number;
}

/**
 * What the user names as images: files; folders, for the pictures in them; `test:8` and `train:17`, several with commas
 * between.
 *
 * @throws EpochscopeError if one is not there, or a folder has no picture.
 */
export async function imageWords(words: readonly string[]): Promise<ImageWord[]> {
  const found: ImageWord[] = [];
  for (const word of words) {
    const state = statSync(word, {throwIfNoEntry: false});
    const [, split, places] = /^(train|test):(\d+(?:,\d+)*)$/.exec(word) ?? [];
    if (state?.isDirectory()) found.push(...(await picturesIn(word)));
    else if (state === undefined && split !== undefined) {
      for (const place of places.split(",").map(Number)) {
        found.push({kind: "data", split: split as "train" | "test", place, word: `${split}:${place}`});
      }
    } else found.push({kind: "file", path: word});
  }
  return found;
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
  const stem = basename(file).replace(/\.[^.]*$/, "");
  const folder = /^\.*$/.test(stem) ? "image" : stem; // of ".png"
  return {name: basename(file), folder, file, image: await fitImage(decoded, imageShape, fit, invert)};
}

/**
 * An image of a run's data. `test:8` is image 8 of the test split. `train:17` is image 17 of the file or folder that the
 * training images came from, as `labels` prints it: the run may have held it out for validation.
 */
export async function dataSubject(
  {split, place, word}: Extract<ImageWord, {readonly kind: "data"}>,
  data: Dataset,
): Promise<Subject> {
  const parts = split === "test" ? ([data.test] as const) : ([data.train, data.validation] as const);
  for (const part of parts) {
    const index = split === "test" || !part.sources ? place : part.sources.indexOf(place);
    if (!(index >= 0 && index < part.count)) continue;
    const {labels, ...image} = await part.read([index]);
    const file = part.files && join(data.folder ?? "", part.files[index]);
    const name = `${split}-${place}`;
    const known = {label: labels[0], ...(file === undefined ? {} : {file}), ...(split === "test" ? {index} : {})};
    return {name, folder: name, image, ...known};
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const expected = split === "test" ? `a test image below ${count}` : `one of the run's ${count} training images`;
  throw new EpochscopeError(`${word}: expected ${expected}, got ${place}`, {code: "NOT_FOUND"});
}
