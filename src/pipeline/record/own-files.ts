import {lstat, readdir} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {NOTHING_THERE, orUserError} from "../../nouns/system-errors";

/** The folders of a run that are read and written. */
const FOLDERS = new Set(["artifacts", "data", "predictions", "plots", "model", "checkpoint", "logs"]);

/**
 * Checks that a run's folder, which may be a stranger's, contains only files and folders. Through a link, the program
 * would read, show or overwrite files elsewhere; for a pipe, it would wait.
 *
 * @param run A real path, not a link. It does not look into folders that no run makes.
 * @throws UserError that names the first link, pipe or device.
 */
export async function checkOwnFiles(run: string): Promise<void> {
  await checkFolder(run, (name) => FOLDERS.has(name));
}

/** Checks a folder of logs, with everything in it, in the same way. If there is no such folder, all is well. */
export async function checkOwnLogs(folder: string): Promise<void> {
  const state = await lstat(folder).catch(() => undefined);
  if (!state) return;
  if (!state.isDirectory()) throw foreign(folder, state);
  await checkFolder(folder, () => true);
}

async function checkFolder(folder: string, isLookedInto: (name: string) => boolean): Promise<void> {
  const entries = await orUserError(folder, () => readdir(folder, {withFileTypes: true}), "read");
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (isLookedInto(entry.name)) await checkFolder(path, () => true);
    } else if (!entry.isFile()) throw foreign(path, entry);
  }
}

function foreign(path: string, entry: {isSymbolicLink(): boolean}): UserError {
  const got = entry.isSymbolicLink() ? "a link" : "something else";
  return new UserError(`${path}: expected a file or a folder of the run's own, got ${got}`);
}

/**
 * Whether a folder has a run's file run.json, with any content. A link counts, too; `checkOwnFiles` refuses it later.
 */
export async function hasRunFile(run: string): Promise<boolean> {
  const file = join(run, "run.json");
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (NOTHING_THERE.has((error as NodeJS.ErrnoException).code ?? "")) return false; // no such run
    return orUserError<boolean>(file, () => Promise.reject(error), "read");
  }
}
