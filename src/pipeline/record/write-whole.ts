import {mkdir, open, rename, rm, stat, writeFile} from "node:fs/promises";
import {dirname} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import {finished, isUnfinished, partialOf} from "./partial-file";

export interface WriteOptions {
  /** Wait until the file, and its name in the folder, are on the disk: then a machine that stops has it too. */
  readonly synced?: boolean;
  /** The name that an error tells, if the file is to get another one; by default its own. */
  readonly as?: string;
}

/**
 * Writes beside and renames, so that a reader or a crash never meets half a file. Several processes may write the same
 * file: one of them has the last word.
 *
 * @throws UserError if the disk does not take it.
 */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  {synced = false, as = file}: WriteOptions = {},
): Promise<void> {
  await orUserError(as, async () => {
    // a folder that is being filled is there, and must not come back when the process ends and takes it away
    if (!isUnfinished(dirname(file))) await makeFolder(dirname(file));
    const partial = partialOf(file);
    try {
      await writeFile(partial, content, {flag: "wx", flush: synced});
      await rename(partial, file);
    } catch (error) {
      await rm(partial, {force: true}).catch(() => undefined); // the first error is the one to tell
      throw error;
    } finally {
      finished(partial);
    }
    if (synced) await syncFolder(dirname(file));
  });
}

/** Waits until a folder's names are on the disk. Windows keeps them itself, and opens no folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } catch (error) {
    // some file systems of networks do not know how: then they do not promise it either
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await folder.close();
  }
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
