import {createHash} from "node:crypto";
import {readdir} from "node:fs/promises";
import {join} from "node:path";

import {judgedLoss} from "../../nouns/judged-loss";
import {UserError} from "../../nouns/options";
import type {EpochMetrics} from "../types";
import {epochStem} from "./epoch-stem";
import {checkOwnFiles} from "./own-files";
import {findRun, openRunDirectory} from "./run-directory";
import {readRunFile} from "./run-file";
import {runReference} from "./run-reference";
import {readArtifactFile} from "./saved-file";
import {readTestImages, type SavedImages} from "./test-images";

/** The content of run.json, as far as this file reads it. */
export interface RunFacts {
  readonly name: string;
  readonly startedAt: string;
  readonly seed: number;
  /** Only in a run that watched another program's network. */
  readonly watch?: {readonly folder?: string};
  readonly options: {readonly [name: string]: unknown};
  /** The training settings that resulted from the options. */
  readonly training: {readonly learningRate: number; readonly schedule: string};
  readonly probes: {readonly [name: string]: {readonly [name: string]: unknown}};
  readonly data: {readonly name: string; readonly digest: string; readonly classNames: readonly string[]};
  readonly model: {readonly name: string; readonly parameters: number};
  readonly engine: {readonly name: string; readonly kernels?: string};
  readonly versions: {readonly [name: string]: string};
}

/** A finished or unfinished run, to be read. */
export interface SavedRun {
  readonly path: string;
  readonly facts: RunFacts;
  readonly metrics: readonly EpochMetrics[];
  /** The epochs whose answers to all test images are kept, in rising order. */
  readonly epochs: readonly number[];
}

/** A network's answers to the test images at one epoch. */
export interface SavedAnswers {
  /** `[n * classes + k]`, each row sums to 1. */
  readonly probabilities: Float32Array;
  /** The class of every test image. */
  readonly labels: Uint16Array;
}

export type {SavedImages};

/** @throws UserError if the folder has no run that this version can read, or contains links. */
export async function openSavedRun(path: string): Promise<SavedRun> {
  await checkOwnFiles(path);
  const facts = readRunFile(path) as unknown as RunFacts;
  const metrics = await openRunDirectory(path).readMetrics();
  const kept = await readdir(join(path, "artifacts", "confusion")).catch(() => []);
  const epochs = kept
    .flatMap((name) => /^matrix-epoch-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((epoch) => metrics.some((line) => line.epoch === epoch))
    .sort((a, b) => a - b);
  return {path, facts, metrics, epochs};
}

/** The answers of the run's network at `epoch`, one of `run.epochs`. */
export async function answersAt({path}: SavedRun, epoch: number): Promise<SavedAnswers> {
  const name = `${epochStem(epoch, "matrix")}.json`;
  const {numbers} = await readArtifactFile(join(path, "artifacts", "confusion", name));
  return numbers as unknown as SavedAnswers; // written by the probe "confusion"
}

/** The images that the run was tested on. */
export async function testImagesOf({path}: SavedRun): Promise<SavedImages> {
  return readTestImages(path);
}

/** A hash of every image's pixels and label: equal if two runs were tested on the same picture, with the same label. */
export function imageKeys({count, pixels, labels}: SavedImages): string[] {
  const size = pixels.length / count;
  return Array.from({length: count}, (_, n) =>
    createHash("sha1")
      .update(pixels.subarray(n * size, (n + 1) * size))
      .update(`${labels[n]}`)
      .digest("base64"),
  );
}

/** A run and one of its epochs, in the user's words. */
export interface RunAt {
  readonly run: SavedRun;
  readonly epoch: number;
}

/**
 * Finds the run and the epoch that the user names: a run's name, an unambiguous beginning of it, its folder, `latest`
 * or `latest~1` (the one before); then, if wanted, `@3`, `@best` (by validation loss: also without a word) or `@last`.
 *
 * @throws UserError if there is no such run, or if it has kept no answers at that epoch.
 */
export async function findRunAt(save: string, reference: string): Promise<RunAt> {
  const {name, epoch: at = "best"} = runReference(reference);
  const run = await openSavedRun((await findRun(save, name)).path);
  if (run.epochs.length === 0) {
    throw new UserError(
      `${reference}: expected a run with saved answers (from the probe "confusion"), got a run without them`,
    );
  }
  if (at === "last") return {run, epoch: run.epochs[run.epochs.length - 1]};
  if (at === "best") {
    const lossOf = new Map(run.metrics.map((line) => [line.epoch, judgedLoss(line)]));
    const epoch = run.epochs.reduce((a, b) => ((lossOf.get(b) ?? 0) < (lossOf.get(a) ?? 0) ? b : a));
    return {run, epoch};
  }
  if (!run.epochs.includes(at)) {
    const kept = run.epochs.join(", ");
    throw new UserError(`${reference}: expected an epoch with answers kept (${kept}), got ${at}`, {code: "NOT_FOUND"});
  }
  return {run, epoch: at};
}
