import {stat} from "node:fs/promises";
import {UserError} from "../nouns/options";
import {entriesOf, isPicture} from "../pipeline/data/images/folder-entries";

/** The picture files that are named, and those in the folders that are named, in order of their names. */
export async function imageFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const state = await stat(path).catch(() => undefined); // what is not there is told as it is read
    if (!state?.isDirectory()) {
      files.push(path);
      continue;
    }
    const before = files.length;
    for (const entry of await entriesOf(path)) if (await isPicture(entry)) files.push(entry.path);
    if (files.length === before) throw new UserError(`${path}: expected PNG or JPEG files in it, got none`);
  }
  return files;
}
