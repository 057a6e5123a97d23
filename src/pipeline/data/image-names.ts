import {visible} from "../../escape/visible";
import {EpochscopeError} from "../../nouns/errors";
import type {Dataset} from "../../nouns/samples";

/** @file The one way in which an image of a run's data is named: on a command line, in every list, and on the page. */

export const SPLITS = ["train", "validation", "test"] as const;
export type SplitName = (typeof SPLITS)[number];

/** Where an image stands: its place in a split. */
export interface ImagePlace {
  readonly split: SplitName;
  readonly index: number;
}

const NUMBERED = /^(train|validation|test):(\d+)$/;

/** Whether a word has the form of an image's number: `train:17`. */
export const isNumbered = (word: string): boolean => NUMBERED.test(word);

/**
 * An image's number. `train:17` is image 17 of the file or folder that the training images came from, in the order of
 * that file, whether it was drawn to learn from or to be held out. So it names the same image whatever the seed is, and
 * whichever images were left out. `test:8` is test image 8 of the run, in the run's own order. In the same way,
 * `validation:8` names a validation image if the data have validation images of their own.
 */
export function numberOf(data: Dataset, {split, index}: ImagePlace): string {
  const isDealt = split === "train" || (split === "validation" && isTakenOut(data));
  return isDealt ? `train:${data[split].sources?.[index] ?? index}` : `${split}:${index}`;
}

/** The name of an image in a list: its file's path from the data's folder, if it has one; else its number. */
export function nameOf(data: Dataset, place: ImagePlace): string {
  return data[place.split].files?.[place.index] ?? numberOf(data, place);
}

/**
 * The image that a word names: a number, or a file's path from the data's folder. @returns Undefined if no image has
 * this name.
 */
export function placeNamed(data: Dataset, word: string): ImagePlace | undefined {
  const [, split, number] = NUMBERED.exec(word) ?? [];
  if (split === undefined) return ofFile(data, word);
  if (split === "train") return ofSource(data, Number(number));
  const index = Number(number);
  return index < data[split as SplitName].count ? {split: split as SplitName, index} : undefined;
}

/** The same. @throws EpochscopeError if no image has this name. */
export function imageNamed(data: Dataset, word: string, before = ""): ImagePlace {
  const place = placeNamed(data, word);
  if (place) return place;
  const [, kind, number] = NUMBERED.exec(word) ?? [];
  const expected = expectedOf(data, kind as SplitName | undefined);
  throw new EpochscopeError(`${before}${visible(word)}: expected ${expected}, got ${number ?? "none of that name"}`, {
    code: "NOT_FOUND",
  });
}

function expectedOf(data: Dataset, kind: SplitName | undefined): string {
  const {train, validation, test} = data;
  if (kind === undefined) {
    const words = (train.files ?? test.files) ? "the file of an image, " : "";
    return train.count > 0 ? `${words}train:17 or test:8` : `${words}test:8`;
  }
  if (kind !== "train") return `a ${kind} image below ${data[kind].count}`;
  if (train.count === 0) return "test:8, since the run has no training images";
  const count = train.count + (isTakenOut(data) ? validation.count : 0);
  return `one of the run's ${count} training images`;
}

/** Whether the validation images were taken out of the training images. */
export function isTakenOut({takenOut, train, validation}: Pick<Dataset, "takenOut" | "train" | "validation">): boolean {
  return takenOut?.validation ?? (train.sources !== undefined && validation.sources !== undefined);
}

function ofSource(data: Dataset, source: number): ImagePlace | undefined {
  for (const split of isTakenOut(data) ? (["train", "validation"] as const) : (["train"] as const)) {
    const {sources, count} = data[split];
    const index = sources ? sources.indexOf(source) : source;
    if (index >= 0 && index < count) return {split, index};
  }
  return undefined;
}

function ofFile(data: Dataset, file: string): ImagePlace | undefined {
  const name = file.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
  for (const split of SPLITS) {
    const {files} = data[split];
    const index = files?.indexOf(file) ?? -1;
    const same = index < 0 ? (files?.indexOf(name) ?? -1) : index;
    if (same >= 0) return {split, index: same};
  }
  return undefined;
}
