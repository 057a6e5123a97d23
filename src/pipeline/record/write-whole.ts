import {mkdir, open, rename, rm, stat, writeFile} from "node:fs/promises";
import {dirname} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import {finished, isUnfinished, partialOf} from "./partial-file";

export interface WriteOptions {
  /**
   * Whether to wait until the file, and its name in the folder, are on the disk, so that it survives a crash of the
   * machine.
   */
  readonly synced?: boolean;
  /** The name to use in errors, if the file will get another one; by default its own. */
  readonly as?: string;
}

/**
 * Writes a file under a temporary name and renames it, so that neither a reader nor a crash ever sees half a file.
 * Several processes may write the same file; then the last one counts.
 *
 * @throws UserError if it cannot be written to the disk.
 */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  {synced = false, as = file}: WriteOptions = {},
): Promise<void> {
  await orUserError(as, async () => {
    // a folder that is being filled exists already, and must not be made again when the ending process removes it
    if (!isUnfinished(dirname(file))) await makeFolder(dirname(file));
    const partial = partialOf(file);
    try {
      await writeFile(partial, content, {flag: "wx", flush: synced});
      await rename(partial, file);
    } catch (error) {
      await rm(partial, {force: true}).catch(() => undefined); // the first error is the one to report
      throw error;
    } finally {
      finished(partial);
    }
    if (synced) await syncFolder(dirname(file));
  });
}

/** Waits until a folder's names are on the disk. Windows does this by itself, and cannot open a folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } catch (error) {
    // some network file systems cannot do this, and do not promise it either
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await folder.close();
  }
}

/**
 * Makes a folder and those above it; other processes may be making the same ones. It does not use mkdir's own
 * `recursive`: if a file system answers ENOENT for a folder whose parent exists (as procfs does), Node 20 tries again
 * for ever.
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

/** @throws The error of mkdir, but not for a folder that exists. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}
