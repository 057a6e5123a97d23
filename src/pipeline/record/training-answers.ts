import {readdir} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {readSaved} from "./saved-file";

/** What a run keeps of its training images, epoch by epoch, as they were presented. */
export interface TrainingAnswers {
  readonly epochs: readonly number[];
  readonly labels: Uint8Array | Uint16Array;
  readonly losses: readonly Float32Array[];
  readonly margins: readonly Float32Array[];
  readonly predicted: readonly (Uint8Array | Uint16Array)[];
}

/** @throws UserError if the run kept none: an earlier version made it, or no epoch was whole. */
export async function trainingAnswersOf(path: string): Promise<TrainingAnswers> {
  const folder = join(path, "artifacts", "training");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const epochs = names
    .flatMap((name) => /^epoch-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  if (epochs.length === 0) {
    throw new UserError(`${path}: expected a run that kept its answers to the training images, got none of them`);
  }
  const {labels} = (await readSaved(join(folder, "labels.json"))) as Pick<TrainingAnswers, "labels">;
  const read: {losses: Float32Array; margins: Float32Array; predicted: Uint8Array}[] = [];
  for (const epoch of epochs) {
    read.push((await readSaved(join(folder, `epoch-${`${epoch}`.padStart(3, "0")}.json`))) as (typeof read)[number]);
  }
  for (const [i, {losses}] of read.entries()) {
    if (losses.length === labels.length) continue;
    throw new UserError(`${folder}: expected ${labels.length} answers of epoch ${epochs[i]}, got ${losses.length}`);
  }
  return {
    ...{epochs, labels},
    losses: read.map(({losses}) => losses),
    margins: read.map(({margins}) => margins),
    predicted: read.map(({predicted}) => predicted),
  };
}
