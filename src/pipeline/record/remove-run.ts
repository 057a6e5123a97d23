import {lstat, readlink, realpath, rename, rm} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {pointLatest} from "./latest";
import {partialOf} from "./partial-file";
import {lockRun} from "./run-lock";
import {runsIn} from "./runs-in";

/**
 * Removes a reader's run, `save/qa/<name>`, completely.
 *
 * @param path Its real path.
 * @throws UserError if it is not a reader's run in `save`, or if a process works on it.
 */
export async function removeReader(save: string, path: string): Promise<void> {
  const root = await orUserError(save, () => realpath(save), "read");
  if (dirname(path) !== join(root, "qa")) {
    throw new UserError(
      `runs remove: expected a run in ${join(root, "qa")}, got ${path}; remove a folder elsewhere yourself`,
    );
  }
  await removeWhole(path);
}

/**
 * Removes a run and its logs. It gets another name before its first file is removed, so that nobody finds half a run.
 * If `latest` led to it, the link then leads to the newest remaining run.
 *
 * @param path The real path of a run in `save`; nothing outside that folder is ever removed.
 * @throws UserError if it is not a run in `save`, or if a process works on it.
 */
export async function removeRun(save: string, path: string): Promise<void> {
  const root = await orUserError(save, () => realpath(save), "read");
  if (dirname(path) !== root) {
    throw new UserError(`runs remove: expected a run in ${root}, got ${path}; remove a folder elsewhere yourself`);
  }
  const state = await lstat(join(path, "run.json")).catch(() => undefined);
  if (!state?.isFile()) throw new UserError(`runs remove: expected a folder with run.json, got ${path}`);
  await removeWhole(path);
  const logs = join(root, "logs", basename(path));
  await orUserError(logs, () => rm(logs, {recursive: true, force: true}));
  const link = join(root, "latest");
  const target = await readlink(link).catch(() => undefined); // it is not a link, or does not exist
  if (target === undefined || resolve(root, target) !== path) return;
  const [newest] = await runsIn(root);
  if (newest) await pointLatest(root, newest.name);
  else await rm(link, {force: true});
}

/** Removes a folder that no process works on. */
async function removeWhole(path: string): Promise<void> {
  const lock = await lockRun(path);
  const away = partialOf(path);
  try {
    await orUserError(path, () => rename(path, away));
  } catch (error) {
    await lock.release();
    throw error;
  }
  await lock.release();
  await orUserError(away, () => rm(away, {recursive: true, force: true}));
}
