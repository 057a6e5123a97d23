import {existsSync} from "node:fs";
import {realpath, rm} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

import {orUserError} from "../../../nouns/system-errors";

/**
 * The folder of a run's TensorBoard logs: `<save>/logs/<run>`, beside the run and not inside it. TensorBoard follows
 * links, so inside the run's folder it would find the newest run's logs a second time through `<save>/latest`.
 */
export async function logFolderOf(runPath: string): Promise<string> {
  const run = await realpath(runPath); // not the link `latest`
  const inside = join(run, "logs"); // an earlier version began this run; a run has only one folder
  return existsSync(inside) ? inside : join(dirname(run), "logs", basename(run));
}

/**
 * Removes the logs of an earlier run with the same name, which does not exist any more. @throws UserError if they
 * cannot be removed.
 */
export async function clearLogs(runPath: string): Promise<void> {
  const folder = await logFolderOf(runPath);
  await orUserError(folder, () => rm(folder, {recursive: true, force: true}));
}
