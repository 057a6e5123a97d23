import {rm} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

import {tensorboardLog} from "../record/tensorboard/summaries";
import type {Look} from "./files";

/** Where TensorBoard finds a reader's run: `<save>/logs/qa/<name>`, with the logs of other runs. */
export function readerLogs(run: string): string {
  return join(dirname(dirname(run)), "logs", "qa", basename(run));
}

/**
 * Writes a reader's losses and scores as TensorBoard's scalars, by step. It writes the whole log again, so that a
 * resumed run has each step once.
 */
export async function logReader(run: string, looks: readonly Look[]): Promise<void> {
  const folder = readerLogs(run);
  await rm(folder, {recursive: true, force: true});
  const log = tensorboardLog(folder);
  for (const {step, batchLosses, loss, exactMatch, f1, exactByTwoArgMaxes, tracked} of looks) {
    for (const [n, batch] of batchLosses.entries()) log.scalar("loss/batch", step - batchLosses.length + n + 1, batch);
    log.scalar("loss/held-out", step, loss);
    log.scalar("held-out/exact", step, exactMatch);
    log.scalar("held-out/f1", step, f1);
    log.scalar("held-out/exact-by-two-argmaxes", step, exactByTwoArgMaxes);
    for (const one of tracked) log.scalar(`loss/question-${one.question}`, step, one.loss);
  }
  log.flush();
}
