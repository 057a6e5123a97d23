import {existsSync} from "node:fs";
import {realpath, rm} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

import {orUserError} from "../../../nouns/system-errors";

/**
 * The folder of a run's TensorBoard logs: `<save>/logs/<run>`, beside the run and not in it. TensorBoard follows links:
 * in the run's folder, it would find the newest run's logs a second time by way of `<save>/latest`.
 */
export async function logFolderOf(runPath: string): Promise<string> {
  const run = await realpath(runPath); // not the link `latest`
  const inside = join(run, "logs"); // of a run that an earlier version began: one run, one folder
  return existsSync(inside) ? inside : join(dirname(run), "logs", basename(run));
}

/** Removes logs that a run of the same name has left, which is there no more. @throws UserError if they cannot be. */
export async function clearLogs(runPath: string): Promise<void> {
  const folder = await logFolderOf(runPath);
  await orUserError(folder, () => rm(folder, {recursive: true, force: true}));
}
