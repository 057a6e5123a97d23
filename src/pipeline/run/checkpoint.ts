import {join} from "node:path";
import type {NamedArray, Network} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {readCheckpoint, writeCheckpoint} from "../record/checkpoint";
import type {RunDirectory} from "../record/run-directory";
import {type EpochProgress, epochStart} from "../training/train";
import type {TrainingRecord} from "../training/training-record";
import type {EpochMetrics} from "../types";

/** Keeps checkpoints of a run, when they are due. */
export interface Checkpoints {
  /** Whether the last is so long ago that another is due within the epoch. */
  isDue(): boolean;
  /** Keeps where the network is. The network must be no further than `progress`. */
  keep(progress: EpochProgress, record: TrainingRecord): Promise<void>;
}

/**
 * `every`: seconds after which one is due; 0: never within an epoch. `from`: where the run goes on from, which is kept
 * already.
 */
export function checkpointsOf(
  directory: RunDirectory,
  network: Network,
  {every, from}: {readonly every: number; readonly from: EpochProgress},
): Checkpoints {
  let last = performance.now();
  let kept = from.batch > 0 ? nameOf(from) : "";
  return {
    isDue: () => every > 0 && performance.now() - last >= 1000 * every,
    async keep(progress, record) {
      if (nameOf(progress) !== kept) {
        const [weights, optimizer] = [await network.getWeights(), await network.getOptimizerState()];
        const ofPart = progress.batch < progress.batches ? {record} : {}; // a whole epoch's is an artifact
        await directory.settle(); // the run goes on after what was kept by now, which must be there
        await writeCheckpoint(directory.path, nameOf(progress), {position: progress, weights, optimizer, ...ofPart});
        kept = nameOf(progress);
      }
      last = performance.now();
    },
  };
}

function nameOf({epoch, batch}: EpochProgress): string {
  return `${epoch}-${batch}`;
}

/** Where a run goes on. */
export interface Restored {
  readonly progress: EpochProgress;
  /** What the network has answered in the part of an epoch that was trained. */
  readonly record?: TrainingRecord;
  /** The epochs that are whole and need not be trained again. */
  readonly metrics: EpochMetrics[];
  /** What the user should know of it, in one line each. */
  readonly notes: readonly string[];
}

/**
 * Puts the network where the run was broken off. Where that is lost, it goes on from an earlier place, or from the beginning:
 * what it learns again is what it had learnt.
 *
 * @throws UserError if a checkpoint is of another run.
 */
export async function restored(
  directory: RunDirectory,
  network: Network,
  data: Dataset,
  {batchSize, epochs}: {readonly batchSize: number; readonly epochs: number},
): Promise<Restored> {
  const metrics = await directory.mendMetrics();
  const start = (epoch: number) => epochStart(epoch, data.train, batchSize);
  const own = await network.getWeights();
  const found = await readCheckpoint<EpochProgress, TrainingRecord>(directory.path, ({position, weights}, path) => {
    checkPosition(position, start(1).batches, epochs, path);
    checkWeights(weights, own, path);
  });
  const notes = found?.note ? [found.note] : [];
  const lacking = found && firstLacking(metrics, found.checkpoint.position.epoch);
  if (!found || lacking !== undefined) {
    // broken off before anything was kept, or epochs are lost that only training can give back
    const untrained = metrics.filter(({epoch}) => epoch === 0);
    if (metrics.length > untrained.length || lacking !== undefined) {
      const what = found ? `metrics.jsonl: expected a line for epoch ${lacking}` : "checkpoint: expected one";
      notes.push(`${join(directory.path, what)}, got none; the run is trained again from its beginning`);
    }
    return {progress: start(1), metrics: untrained, notes};
  }
  const {position, weights, optimizer, record} = found.checkpoint;
  await network.setWeights(weights);
  await network.setOptimizerState(optimizer);
  const isWhole = position.batch === position.batches && metrics.some(({epoch}) => epoch === position.epoch);
  const whole = metrics.filter(({epoch}) => epoch < position.epoch || (isWhole && epoch === position.epoch));
  if (isWhole) return {progress: start(position.epoch + 1), metrics: whole, notes};
  return {progress: position, metrics: whole, notes, ...(record ? {record} : {})};
}

/** The first epoch before `epoch` that has no metrics, though it was looked at; the untrained network may not have been. */
function firstLacking(metrics: readonly EpochMetrics[], epoch: number): number | undefined {
  const there = new Set(metrics.map((line) => line.epoch));
  for (let e = epoch > 1 ? 0 : 1; e < epoch; e++) if (!there.has(e)) return e;
  return undefined;
}

function checkPosition(position: EpochProgress, batches: number, epochs: number, path: string): void {
  const {epoch, batch, images, lossSum, correct, steps} = position;
  const isWithin = (value: number, low: number, high: number) =>
    Number.isSafeInteger(value) && value >= low && value <= high;
  const shown = JSON.stringify({epoch, batch, batches: position.batches});
  if (position.batches !== batches || !isWithin(epoch, 1, epochs) || !isWithin(batch, 0, batches)) {
    throw new UserError(`${path}: expected a place in ${epochs} epochs of ${batches} batches, got ${shown}`);
  }
  if (![images, lossSum, correct].every(Number.isFinite) || !Array.isArray(steps)) {
    throw new UserError(`${path}: expected what was learnt by then, got ${JSON.stringify({images, lossSum, correct})}`);
  }
}

function checkWeights(weights: readonly NamedArray[], own: readonly NamedArray[], path: string): void {
  const layout = (arrays: readonly NamedArray[]) => arrays.map(({shape}) => `[${shape}]`).join(" ");
  if (layout(weights) !== layout(own)) {
    throw new UserError(`${path}: expected weights of shapes ${layout(own)}, got ${layout(weights)}`);
  }
}
