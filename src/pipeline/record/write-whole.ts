import {mkdir, rename, rm, stat, writeFile} from "node:fs/promises";
import {dirname} from "node:path";

import {UserError} from "../options";

const REASONS: {readonly [code: string]: string} = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left in the quota",
  EACCES: "no permission to write",
  EPERM: "no permission to write",
  EROFS: "a read-only file system",
  ENOTDIR: "a file where a folder must be",
  EEXIST: "a file where a folder must be",
  ENOENT: "no such place",
  EIO: "an input or output error of the disk",
};

/** Writes beside and renames, so that a reader or a crash never meets half a file. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await orUserError(file, async () => {
    await makeFolder(dirname(file));
    try {
      await writeFile(`${file}.partial`, content);
      await rename(`${file}.partial`, file);
    } catch (error) {
      await rm(`${file}.partial`, {force: true});
      throw error;
    }
  });
}

/**
 * Makes a folder and those above it; others may be making the same. Not by mkdir's own `recursive`: on a file system that
 * answers ENOENT for a folder whose parent is there (procfs does), Node 20 tries again for ever.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

/** @throws What mkdir does, but not for a folder that is there. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}

/** @throws UserError in place of what the disk says, if that is for the user to mend. */
export async function orUserError<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const {code = ""} = error as NodeJS.ErrnoException;
    if (!(code in REASONS)) throw error;
    throw new UserError(`${path}: expected to write it, got ${REASONS[code]} (${code})`);
  }
}
