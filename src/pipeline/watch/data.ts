import {join} from "node:path";
import {UserError} from "../../nouns/options";
import type {Dataset, ImageShape, Split} from "../../nouns/samples";
import {parseClassNames} from "../data/class-names";
import {openData} from "../data/index";
import {isThere} from "../data/is-there";
import type {DataNote, DataProgress} from "../data/progress";
import {readWhole} from "../data/read-file";
import {pooled, take} from "../data/split";
import {dataOf, noImages} from "./array-data";
import {readArrays} from "./arrays";
import {digestOf} from "./digest";
import {fittedData} from "./fitted";
import type {Told, WatchOptions} from "./options";

/**
 * The images on which a watched network is tested: the test images, or all images of a folder without parts. Validation
 * images count only if the folder has such a part itself, because the network may have learnt from images that this
 * program would hold out of the training images.
 *
 * @param side The side in pixels that the network wants; undefined if it leaves that open. `outputs` is how many
 * classes it has.
 */
export async function* openTestData(
  options: WatchOptions,
  {side, outputs}: {readonly side?: number | undefined; readonly outputs: number},
  signal?: AbortSignal,
): AsyncGenerator<DataProgress | DataNote, Dataset> {
  const {data: source, testLimit, imageSize, save} = options;
  if (source === "") {
    throw new UserError("--data: expected the test images (mnist, or a folder), got none");
  }
  if (/\.npz$/i.test(source)) return arrayData(source, outputs, testLimit);
  const opened = yield* openData(
    {
      ...options,
      imageSize: imageSize || side || 0,
      trainLimit: Number.MAX_SAFE_INTEGER,
      testLimit: Number.MAX_SAFE_INTEGER,
      allTest: true,
      cacheFolder: join(save, "data"),
    },
    signal,
  );
  const {train, validation, test, takenOut} = opened;
  const all = takenOut?.test ? pooled([train, ...(takenOut.validation ? [validation] : []), test]) : test;
  return {
    ...opened,
    train: noImages(opened.imageShape),
    validation: takenOut?.validation === false ? validation : noImages(opened.imageShape),
    test: take(all, testLimit),
  };
}

/** The arrays `images` and `labels` of a .npz file. */
async function arrayData(path: string, classes: number, testLimit: number): Promise<Dataset> {
  const arrays = await readArrays([path], ["images", "labels"]);
  const [images, labels] = [arrays.get("images"), arrays.get("labels")];
  if (!images || !labels) {
    const got = [...arrays.keys()].join(", ") || "neither";
    throw new UserError(`${path}: expected arrays "images" and "labels", got ${got}`);
  }
  const data = dataOf(path, labels, images, images.rows, classes);
  return {...data, name: "arrays", digest: await digestOf([path]), test: take(data.test, testLimit)};
}

/** The names of a network's outputs from the user; undefined if there are none. */
export async function toldClasses({options: {classes}, classNames}: Told): Promise<readonly string[] | undefined> {
  if (classNames) return classNames;
  if (classes === "") return undefined;
  if (isThere(classes)) return parseClassNames(await readWhole(classes, {most: 16e6}), classes).names;
  const names = classes.split(",").map((name) => name.trim());
  if (names.length >= 2 && names.every((name) => name !== "")) return names;
  throw new UserError(`--classes: expected a file, or two names or more with commas between, got "${classes}"`);
}

/** Data in the form that a network takes, and notes about them for the user. */
export interface FittedData {
  readonly data: Dataset;
  readonly notes: readonly string[];
}

/**
 * Fits images to answers that were made elsewhere. There must be equally many, with equally many classes.
 *
 * @throws UserError if they do not fit.
 */
export function fitToAnswers(
  data: Dataset,
  {outputs, answers = 0}: {readonly outputs: number; readonly answers?: number},
  told: readonly string[] | undefined,
  what: string,
): FittedData {
  const {count} = data.test;
  if (count !== answers) {
    throw new UserError(`${what}: expected answers to ${count} images, as ${data.name} has, got ${answers}`);
  }
  const {data: named, notes} = fitToNetwork(data, {imageShape: data.imageShape, outputs}, told, what);
  const {test} = named;
  // answers are found by the places of the images
  const read: Split["read"] = async (indices) => ({...(await test.read(indices)), indices: Uint32Array.from(indices)});
  return {data: {...named, validation: noImages(data.imageShape), test: {...test, read}}, notes};
}

/**
 * Fits images to a network's input, and labels to its outputs.
 *
 * @param what Names the checkpoint in errors.
 * @param told The names of the outputs from the user; without them, they are the data's classes in their order.
 * @throws UserError if the classes do not fit.
 */
export function fitToNetwork(
  data: Dataset,
  {imageShape, outputs}: {readonly imageShape: ImageShape; readonly outputs: number},
  told: readonly string[] | undefined,
  what: string,
): FittedData {
  const notes: string[] = [];
  const sizes = [data.imageShape, imageShape].map((shape) => shape.join(" x "));
  if (sizes[0] !== sizes[1]) notes.push(`the images are ${sizes[0]}, and are scaled to ${sizes[1]} for the network`);
  const fitted = fittedData(data, imageShape);
  if (!told) {
    if (outputs === data.classNames.length) return {data: fitted, notes};
    throw new UserError(
      `${what}: expected scores of ${data.classNames.length} classes, as ${data.name} has, got ${outputs} (--classes names those of the network)`,
    );
  }
  if (told.length !== outputs)
    throw new UserError(`--classes: expected ${outputs} names, one for each output of ${what}, got ${told.length}`);
  const places = data.classNames.map((name) => told.indexOf(name));
  if (places.every((place, k) => place === k) && told.length === places.length) return {data: fitted, notes};
  if (places.includes(-1)) {
    const unknown = data.classNames[places.indexOf(-1)];
    if (told.length === data.classNames.length) {
      const areNumbers = data.classNames.every((name, k) => name === `${k}`);
      if (!areNumbers)
        notes.push(`classes by their order: ${unknown} of the data is ${told[places.indexOf(-1)]} of the network`);
      return {data: {...fitted, classNames: told}, notes};
    }
    throw new UserError(`--classes: expected the data's classes among the names, got none called "${unknown}"`);
  }
  notes.push(`classes by their names: ${data.classNames[0]} of the data is the network's number ${places[0]}`);
  const relabelled = ({labelOf: _, ...split}: Split): Split => ({
    ...split,
    read: async (indices, into) => {
      const images = await split.read(indices, into);
      return {...images, labels: images.labels.map((label) => places[label])};
    },
  });
  const {validation, test} = fitted;
  return {data: {...fitted, classNames: told, validation: relabelled(validation), test: relabelled(test)}, notes};
}
