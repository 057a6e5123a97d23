import {lstat, readdir} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {NOTHING_THERE, orUserError} from "../../nouns/system-errors";

/** The folders of a run that are read and written. */
const FOLDERS = new Set(["artifacts", "data", "predictions", "plots", "model", "checkpoint", "logs"]);

/**
 * Checks that a run's folder, which may be a stranger's, holds nothing but files and folders. A link would have files
 * elsewhere read and shown, or written over; a pipe would be waited for.
 *
 * @param run A real path, not a link. Folders in it that no run makes are not looked into.
 * @throws UserError that names the first link, pipe or device.
 */
export async function checkOwnFiles(run: string): Promise<void> {
  await checkFolder(run, (name) => FOLDERS.has(name));
}

/** The same of a folder of logs, with all that is in it; one that is not there is as it should be. */
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

/** Whether a run's file is there, whatever it holds. A link counts: it is found out by `checkOwnFiles`. */
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
