/**
 * @file Reads and writes notes.json: what people have written about a run. It is the only file of a run that they edit.
 */
import {join} from "node:path";

import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {textIfThere} from "./text-if-there";
import {writeWhole} from "./write-whole";

export interface RunNotes {
  readonly tags: readonly string[];
  readonly note: string;
}

/**
 * The content of notes.json; empty if there is no such file.
 *
 * @throws UserError if its content is wrong.
 */
export async function readNotes(run: string): Promise<RunNotes> {
  const path = join(run, "notes.json");
  const text = await textIfThere(path);
  if (text === undefined) return {tags: [], note: ""};
  const {tags = [], note = ""} = (parseJson(text, path) ?? {}) as {tags?: unknown; note?: unknown};
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
    throw new UserError(`${path}: expected tags to be a list of texts, got ${JSON.stringify(tags).slice(0, 80)}`);
  }
  if (typeof note !== "string") throw new UserError(`${path}: expected note to be a text, got ${typeof note}`);
  return {tags: [...new Set(tags as string[])], note};
}

export async function writeNotes(run: string, {tags, note}: RunNotes): Promise<void> {
  const value = {tags: [...new Set(tags)].sort(), note};
  await writeWhole(join(run, "notes.json"), `${JSON.stringify(value, undefined, 2)}\n`, {synced: true});
}
