import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {decodeText} from "../data/text";
import {madeQuestions} from "../data/text/made-questions";
import {type Question, questionsOf} from "../data/text/questions";
import type {ReaderOptions} from "./options";

/**
 * Questions to train on, and those that are held out: made by rules, or from a file. If there are only a few, none is
 * held out, and both lists are the same.
 */
export async function questionsFor({
  data,
  made,
  heldOut,
  unanswerable = 0,
  seed,
}: ReaderOptions): Promise<{readonly train: readonly Question[]; readonly heldOut: readonly Question[]}> {
  if (!data) {
    const [train, test] = (["train", "test"] as const).map((part) =>
      madeQuestions(part === "train" ? made : heldOut, seed, part, unanswerable),
    );
    return {train, heldOut: test};
  }
  const all = await questionsAt(data);
  // of a handful none is held out: they are asked again themselves
  if (all.length <= 2 * heldOut && all.length < 100) return {train: all, heldOut: all};
  const count = Math.min(heldOut, Math.floor(all.length / 5));
  return {train: all.slice(0, -count), heldOut: all.slice(-count)};
}

/** Reads a file's questions. @throws UserError if it has none. */
export async function questionsAt(path: string): Promise<Question[]> {
  if (!existsSync(path)) {
    throw new UserError(`${path}: expected a file of questions, got nothing there`, {code: "NOT_FOUND"});
  }
  const text = decodeText(await orUserError(path, () => readFile(path), "read"), path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
  return questionsOf(json, path);
}
