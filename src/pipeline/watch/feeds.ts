import {basename, join, resolve} from "node:path";

import {UserError} from "../../nouns/options";
import type {NamedFeeds} from "../model/load/named-feeds";
import {readArrays} from "./arrays";

/** The form NAME=NUMBER or NAME=FILE.npy, with commas between them; the name of a file may not contain a comma. */
const PAIR = /^([^=]+)=(.+)$/;

/** Says what is wrong with the words of `--feed`; undefined if they are right. */
export function feedProblem(words: string): string | undefined {
  if (words === "") return undefined;
  const isFeed = (pair: string) => {
    const value = PAIR.exec(pair)?.[2];
    return value !== undefined && (numberIn(value) !== undefined || /\.npy$/i.test(value));
  };
  return words.split(",").every(isFeed) ? undefined : "NAME=NUMBER or NAME=FILE.npy, with commas between";
}

/** The words with absolute paths of the files, which are relative to a folder. */
export function feedsFrom(folder: string, words: string): string {
  if (words === "") return words;
  const pairs = words.split(",").map((pair) => {
    const [, name, value] = PAIR.exec(pair) ?? [];
    return value === undefined || numberIn(value) !== undefined ? pair : `${name}=${resolve(folder, value)}`;
  });
  return pairs.join(",");
}

/** In watch.json, they may also be an object. */
export function feedWords(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, own]) => `${name}=${own}`)
    .join(",");
}

/**
 * Reads the values that other inputs get for every image, by the inputs' names.
 *
 * @param words The words of `--feed`, after their check.
 * @throws UserError that names a file which is missing, or has no array of numbers.
 */
export async function readFeeds(words: string): Promise<NamedFeeds> {
  const feeds: {[name: string]: NamedFeeds[string]} = {};
  for (const pair of words === "" ? [] : words.split(",")) {
    const [, name, value] = PAIR.exec(pair) as RegExpExecArray; // it was checked
    feeds[name] = numberIn(value) ?? (await arrayOf(value));
  }
  return feeds;
}

async function arrayOf(path: string): Promise<NamedFeeds[string]> {
  const name = basename(path).replace(/\.npy$/i, "");
  const array = (await readArrays([join(path)], [name])).get(name);
  if (!array) throw new UserError(`${path}: expected an array of numbers, got none`);
  return {shape: array.header.shape, values: Array.from(array.values)};
}

function numberIn(word: string): number | undefined {
  if (word === "true" || word === "false") return word === "true" ? 1 : 0;
  const value = Number(word);
  return word.trim() !== "" && Number.isFinite(value) ? value : undefined;
}
