import {resolve} from "node:path";

import {UserError} from "../../nouns/options";
import {fork} from "../../nouns/random";
import type {Dataset} from "../../nouns/samples";
import {editedData, readEdits} from "./edits";
import {entriesOf, isPicture, isSystemName} from "./images/folder-entries";
import {openIdxDirectory} from "./images/idx-directory";
import {IDX_FILES, idxNameOf} from "./images/idx-file";
import type {ImagePart, ImageSource} from "./images/image-source";
import {openMnist} from "./images/mnist";
import type {DataNote, DataProgress} from "./progress";
import {shownTest} from "./shown-test";
import {byteSplit, holdOut, subset, take} from "./split";
import {storedSplit} from "./stored/stored-split";

export interface DataOptions {
  /** "mnist", a folder with the four idx files, or one with folders of images. */
  readonly data: string;
  /** For a folder of images: the side of an image in pixels; 0 means the pictures' own size, if they are small. */
  readonly imageSize?: number;
  /** The largest image that is decoded, in pixels. */
  readonly maxPixels?: number;
  /** The most memory that the images may take, in GiB: more are read from files as they are needed. */
  readonly maxData?: number;
  readonly dataUrl: string;
  /** Gives all test images in one split, however many: the caller chooses those that it shows (`shownTest`). */
  readonly allTest?: boolean;
  /** A list of images to drop and relabel; "" for none. */
  readonly edit?: string;
  readonly trainLimit: number;
  readonly testLimit: number;
  readonly seed: number;
  /** The seed that chooses the test images if the data have none of their own; by default `seed`. */
  readonly testSeed?: number;
  /** The folder in which downloads are kept. */
  readonly cacheFolder: string;
}

/** The share of the training images that is held out for validation: 5,000 of MNIST's 60,000. */
const HELD_OUT = 1 / 12;

/**
 * Opens the data named by `--data`; yields the progress, if it takes a while, and notes about what is left out.
 *
 * @param signal Ends the work. @throws The signal's reason.
 */
export async function* openData(
  options: DataOptions,
  signal?: AbortSignal,
): AsyncGenerator<DataProgress | DataNote, Dataset> {
  const {data, edit = "", trainLimit, testLimit, seed, allTest = false} = options;
  const edits = edit === "" ? undefined : await readEdits(edit); // asked before the data are read, which may take long
  const source = yield* openSource(options, signal);
  const {imageShape, classNames, digest, folder} = source;
  const splitOf = ({images, labels, files}: ImagePart) =>
    "rows" in images ? storedSplit(images, labels, imageShape, files) : byteSplit(images, labels, imageShape, files);
  const all = splitOf(source.train);
  const count = Math.min(trainLimit, all.count);
  const heldOut = Math.max(1, Math.round(count * HELD_OUT));
  const {validation} = source;
  if (!validation && count < 2) {
    const expected = "expected at least 2 images to learn from, as one of them is held out for validation";
    throw new UserError(`${data}: ${expected}, got ${count}`);
  }
  const asked = take(splitOf(source.test), testLimit);
  const {note, ...tests} = allTest ? {test: asked} : shownTest(asked, imageShape);
  if (note) yield {note};
  const places = validation ? undefined : holdOut(source.train.labels, count, heldOut, fork(seed, "validation"));
  const whole: Dataset = {
    name: data === "mnist" ? "mnist" : resolve(data).split(/[\\/]/).at(-1)!,
    imageShape,
    classNames,
    train: places ? subset(all, places.train) : take(all, count),
    validation: places ? subset(all, places.validation) : splitOf(validation as ImagePart), // one of the two exists
    ...tests,
    takenOut: {validation: !validation, test: source.isTestTakenOut === true},
    digest,
    ...(folder === undefined ? {} : {folder}),
  };
  if (!edits) return whole;
  const edited = await editedData(whole, edits);
  const {dropped, relabelled} = edited.edits ?? {dropped: 0, relabelled: 0};
  yield {note: `${edit}: ${dropped} images dropped, ${relabelled} relabelled`};
  return edited;
}

async function* openSource(
  {data, dataUrl, imageSize = 0, maxPixels, maxData, seed, testSeed = seed, cacheFolder}: DataOptions,
  signal?: AbortSignal,
): AsyncGenerator<DataProgress | DataNote, ImageSource> {
  const limits = {...(maxData === undefined ? {} : {inMemory: maxData * 2 ** 30}), signal, cacheFolder};
  if (data === "mnist") return yield* openMnist({...limits, url: dataUrl});
  const path = resolve(data);
  if ((await kindOf(path)) === "idx") {
    const others = (await entriesOf(path)).filter(({kind, name}) => kind === "folder" && !isSystemName(name));
    const names = others.map(({name}) => name).join(", ");
    if (names) yield {note: `${path}: left out ${names} (the idx files beside are the data)`};
    return yield* openIdxDirectory(path, limits);
  }
  const random = fork(testSeed, "test");
  // loaded only when it is needed, so that MNIST need not wait for the code that decodes pictures
  const {openImageFolder}: typeof import("./images/image-folder") = require("./images/image-folder");
  return yield* openImageFolder(path, {imageSize, random, ...limits, ...(maxPixels === undefined ? {} : {maxPixels})});
}

/**
 * Tells by a folder's content whether it is a folder of idx files or of pictures. If all four idx files are there, it
 * is idx, whatever else is there; if only some are, it is idx unless a folder in it has a picture.
 *
 * @throws UserError if it has neither.
 */
async function kindOf(path: string): Promise<"idx" | "pictures"> {
  const entries = (await entriesOf(path)).filter(({name}) => !isSystemName(name));
  const folders = entries.filter(({kind}) => kind === "folder");
  const idx = new Set(entries.map(({name}) => idxNameOf(name)).filter((name) => name !== undefined));
  if (idx.size === IDX_FILES.length) return "idx";
  if (idx.size > 0) {
    for (const folder of folders) if (await holdsPicture(folder.path)) return "pictures";
    return "idx";
  }
  if (folders.length > 0) return "pictures";
  const got = (await holdsPicture(path)) ? "pictures and no folder" : "no folder and no idx file";
  throw new UserError(`${path}: expected a folder of pictures for each class, or the four idx files, got ${got}`);
}

/** Whether a folder has a picture, itself or in a folder of its own. */
async function holdsPicture(path: string, depth = 1): Promise<boolean> {
  for (const entry of await entriesOf(path)) {
    if (await isPicture(entry)) return true;
    const isInside = depth > 0 && entry.kind === "folder" && !isSystemName(entry.name);
    if (isInside && (await holdsPicture(entry.path, depth - 1))) return true;
  }
  return false;
}
