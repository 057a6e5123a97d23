import {readdir} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {type EpochAnswers, wholeAnswers} from "./epoch-answers";
import {epochStem} from "./epoch-stem";
import {keptEpochs} from "./kept-epochs";
import {readSaved} from "./saved-file";

/**
 * The answers to the training images that a run keeps, epoch by epoch: either as the images were presented, or after
 * the epoch (`--dynamics-pass`).
 */
export interface TrainingAnswers {
  readonly epochs: readonly number[];
  /** How many epochs the run has kept. These are more than the ones here, if the caller did not want all. */
  readonly of: number;
  readonly labels: Uint8Array | Uint16Array;
  readonly losses: readonly Float32Array[];
  readonly margins: readonly Float32Array[];
  readonly predicted: readonly (Uint8Array | Uint16Array)[];
  /** Each answer's probability, in 255ths. */
  readonly sureness: readonly Uint8Array[];
  /** EL2N of each image, in 255ths of √2; absent from runs of earlier versions. */
  readonly errors?: readonly Uint8Array[];
  /** Entropy of each image's answer at the last epoch kept, in 255ths of ln classes; absent from runs of earlier versions. */
  readonly entropies?: Uint8Array;
}

/** @throws UserError if the run kept none, because an earlier version made it, or because no epoch was completed. */
export async function trainingAnswersOf(path: string): Promise<TrainingAnswers> {
  const kept = await keptTrainingAnswers(path);
  if (kept) return kept;
  throw new UserError(`${path}: expected a run that kept its answers to the training images, got none of them`);
}

/**
 * The same; undefined if the run kept none.
 *
 * @param most About how many epochs to read at most, at even distances and including the first and the last; 0 means
 * all.
 */
export async function keptTrainingAnswers(path: string, most = 0): Promise<TrainingAnswers | undefined> {
  const folder = join(path, "artifacts", "training");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const all = names
    .flatMap((name) => /^epoch-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  if (all.length === 0) return undefined;
  const epochs = keptEpochs(all, most);
  const {labels} = await trainingLabelsOf(path);
  const read: EpochAnswers[] = [];
  for (const epoch of epochs) {
    const path = join(folder, `${epochStem(epoch)}.json`);
    read.push(answersFrom((await readSaved(path)) as EpochAnswers, labels, path));
  }
  return {
    ...{epochs, of: all.length, labels},
    losses: read.map(({losses}) => losses),
    margins: read.map(({margins}) => margins),
    predicted: read.map(({predicted}) => predicted),
    sureness: read.map(({sureness}) => sureness),
    ...(read.every(({errors}) => errors) ? {errors: read.map(({errors}) => errors as Uint8Array)} : {}),
    ...(names.some((name) => name === "hardness.json") ? {entropies: await entropiesOf(folder, labels.length)} : {}),
  };
}

/**
 * Reads an epoch's answers from its file.
 *
 * @throws UserError that names the file, if it does not have this many images.
 */
export function answersFrom(kept: EpochAnswers, labels: TrainingAnswers["labels"], path: string): EpochAnswers {
  if (kept.losses.length !== labels.length) {
    throw new UserError(`${path}: expected answers to ${labels.length} images, got ${kept.losses.length}`);
  }
  return wholeAnswers(kept, labels);
}

async function entropiesOf(folder: string, count: number): Promise<Uint8Array> {
  const {entropies} = (await readSaved(join(folder, "hardness.json"))) as {readonly entropies: Uint8Array};
  if (entropies.length === count) return entropies;
  throw new UserError(`${folder}: expected the hardness of ${count} images, got that of ${entropies.length}`);
}

async function trainingLabelsOf(path: string): Promise<Pick<TrainingAnswers, "labels">> {
  return (await readSaved(join(path, "artifacts", "training", "labels.json"))) as Pick<TrainingAnswers, "labels">;
}

/** Whether a run has kept the labels of all its training images, which must be this many. */
export async function hasTrainingLabels(path: string, count: number): Promise<boolean> {
  try {
    return (await trainingLabelsOf(path)).labels.length === count;
  } catch (error) {
    if (error instanceof UserError) return false; // it is missing or damaged
    throw error;
  }
}
