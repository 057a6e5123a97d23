/** @file Finds and finishes or removes the files that a stopped process has left unfinished. */
import {readdir, rename, rm, stat} from "node:fs/promises";
import {join} from "node:path";

import {partialOf, writerOf} from "./partial-file";
import {isRunning} from "./process-identity";
import {isRunLocked, SILENT_FOR} from "./run-lock";

/** Removes files below a folder that were being written when their process ended. Files of a living process stay. */
export async function sweepFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []); // no such folder
  for (const entry of entries) {
    const writer = writerOf(entry.name);
    if (writer === undefined || entry.isDirectory() || (writer > 0 && isRunning(writer))) continue;
    await rm(join(entry.parentPath, entry.name), {force: true});
  }
}

/**
 * Removes folders and links that still had a temporary name when their process ended. A process on another machine may
 * still be filling such a folder; then the folder is locked, or was written to a short time ago.
 */
export async function sweepUnnamed(parent: string): Promise<void> {
  for (const entry of await readdir(parent, {withFileTypes: true})) {
    const writer = writerOf(entry.name);
    const path = join(parent, entry.name);
    if (!writer || isRunning(writer) || (entry.isDirectory() && (await mayBeFilled(path)))) continue;
    await rm(path, {recursive: true, force: true});
  }
}

async function mayBeFilled(folder: string): Promise<boolean> {
  try {
    const isLockable = (await readdir(folder)).some((name) => name.endsWith(".lock"));
    return isLockable ? await isRunLocked(folder) : Date.now() - (await stat(folder)).mtimeMs < SILENT_FOR;
  } catch {
    return true; // it is gone, or we may not read it
  }
}

/** The files in a run's folder before anything is learnt. */
const BEFORE_LEARNING =
  /^(run\.json|status\.json|notes\.json|data|artifacts|logs|(running|asking)-.+\.lock|.+\.partial)$/;
const FIRST_DATA = /^(test(-images\.npy|-labels\.npy|-files\.txt|\.json)|.+\.partial)$/;
const FIRST_ARTIFACTS = /^(test-images\..+|.+\.partial)$/;

/**
 * Whether a run ended before it had learnt or shown anything. Then there is nothing to continue, and nothing to lose.
 */
export async function isUnbegun(path: string): Promise<boolean> {
  const names: string[] = await readdir(path).catch(() => []); // nothing is there, or it is not a folder
  const [artifacts, data]: string[][] = await Promise.all(
    ["artifacts", "data"].map((folder) => readdir(join(path, folder)).catch(() => [])),
  );
  if (!names.includes("run.json") || !names.every((name) => BEFORE_LEARNING.test(name))) return false;
  if (!data.every((name) => FIRST_DATA.test(name))) return false;
  return artifacts.every((name) => FIRST_ARTIFACTS.test(name)) && !(await isRunLocked(path));
}

/** Removes such a run, so that another run can have its name. */
export async function removeUnbegun(path: string): Promise<void> {
  if (!(await isUnbegun(path))) return;
  const away = partialOf(path);
  await rename(path, away); // in one step, so that nobody finds half of it
  await rm(away, {recursive: true, force: true});
}
