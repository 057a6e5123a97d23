import {open} from "node:fs/promises";
import {dirname} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import {syncFolder, type WriteOptions, writeWhole} from "./write-whole";

/**
 * Files that are written now, and for which the program waits later, because the disk takes many files together in the
 * time of a few.
 */
export interface Unsynced {
  /** Writes a file like `writeWhole`. @throws UserError if it cannot be written to the disk. */
  write(file: string, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /**
   * Waits until everything that was written so far, with its names, is on the disk, so that it survives a crash of the
   * machine.
   */
  settle(): Promise<void>;
}

export function unsynced(): Unsynced {
  let files = new Set<string>();
  return {
    async write(file, content, options) {
      await writeWhole(file, content, options);
      files.add(file);
    },
    async settle() {
      const written = [...files];
      files = new Set();
      await Promise.all(written.map((file) => orUserError(file, () => syncFile(file))));
      const folders = new Set(written.map((file) => dirname(file)));
      await Promise.all([...folders].map((folder) => orUserError(folder, () => syncFolder(folder))));
    },
  };
}

/** A file that was removed meanwhile need not be on the disk. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}
