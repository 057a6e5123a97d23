/** @file Finds and finishes or removes the files that a stopped process has left unfinished. */
import {readdir, rename, rm, stat} from "node:fs/promises";
import {join} from "node:path";

import {partialOf, writerOf} from "./partial-file";
import {isRunning} from "./process-identity";
import {isRunLocked, SILENT_FOR} from "./run-lock";

/** Removes what was being written below a folder when its process ended; what a living process writes stays. */
export async function sweepFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []); // no such folder
  for (const entry of entries) {
    const writer = writerOf(entry.name);
    if (writer === undefined || entry.isDirectory() || (writer > 0 && isRunning(writer))) continue;
    await rm(join(entry.parentPath, entry.name), {force: true});
  }
}

/**
 * Removes folders and links that had no name of their own yet when their process ended. A process of another machine may
 * still fill one: then it is locked, or was written to a short while ago.
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
    return true; // gone, or not ours to read
  }
}

/** The files in a run's folder before anything is learnt. */
const BEFORE_LEARNING =
  /^(run\.json|status\.json|notes\.json|data|artifacts|logs|(running|asking)-.+\.lock|.+\.partial)$/;
const FIRST_DATA = /^(test(-images\.npy|-labels\.npy|-files\.txt|\.json)|.+\.partial)$/;
const FIRST_ARTIFACTS = /^(test-images\..+|.+\.partial)$/;

/** Whether a run ended before it had learnt or shown anything: there is nothing to go on from, and nothing to lose. */
export async function isUnbegun(path: string): Promise<boolean> {
  const names: string[] = await readdir(path).catch(() => []); // none there, or no folder
  const [artifacts, data]: string[][] = await Promise.all(
    ["artifacts", "data"].map((folder) => readdir(join(path, folder)).catch(() => [])),
  );
  if (!names.includes("run.json") || !names.every((name) => BEFORE_LEARNING.test(name))) return false;
  if (!data.every((name) => FIRST_DATA.test(name))) return false;
  return artifacts.every((name) => FIRST_ARTIFACTS.test(name)) && !(await isRunLocked(path));
}

/** Removes such a run, so that another may have its name. */
export async function removeUnbegun(path: string): Promise<void> {
  if (!(await isUnbegun(path))) return;
  const away = partialOf(path);
  await rename(path, away); // at once: nobody meets half of it
  await rm(away, {recursive: true, force: true});
}
