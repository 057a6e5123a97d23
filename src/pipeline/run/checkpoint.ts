import {join} from "node:path";
import type {NamedArray, Network} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {readCheckpoint, writeCheckpoint} from "../record/checkpoint";
import type {RunDirectory} from "../record/run-directory";
import {type EpochProgress, epochStart} from "../training/train";
import type {TrainingRecord} from "../training/training-record";
import type {EpochMetrics} from "../types";

/** Writes a run's checkpoints whenever one is due. */
export interface Checkpoints {
  /** Whether so much time has passed since the last checkpoint that one is due now, within the epoch. */
  isDue(): boolean;
  /** Writes a checkpoint of the network. The network must stand exactly where `progress` says. */
  keep(progress: EpochProgress, record: TrainingRecord): Promise<void>;
}

/**
 * `every` is the number of seconds after which a checkpoint is due; with 0, none is due within an epoch. `from` is
 * where the run starts or continues; that point needs no checkpoint.
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
        // the record of a whole epoch is kept as an artifact
        const ofPart = progress.batch < progress.batches ? {record} : {};
        await directory.settle(); // a resumed run starts from this checkpoint, so all earlier files must be on the disk
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

/** The point from which a run continues. */
export interface Restored {
  readonly progress: EpochProgress;
  /** The network's answers in the part of an epoch that is trained already. */
  readonly record?: TrainingRecord;
  /** The metrics of the epochs that are complete and need not be trained again. */
  readonly metrics: EpochMetrics[];
  /** Notes for the user, one line each. */
  readonly notes: readonly string[];
}

/**
 * Puts the network back to the point at which the run was interrupted. If that point is lost, the run continues from an
 * earlier one, or from the beginning; it then learns the same again.
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
    // interrupted before anything was kept, or some epochs are lost and must be trained again
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

/**
 * The first epoch before `epoch` that should have metrics and has none. The untrained network (epoch 0) may lack them.
 */
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
    throw new UserError(
      `${path}: expected the sums over what was learnt by then, got ${JSON.stringify({images, lossSum, correct})}`,
    );
  }
}

function checkWeights(weights: readonly NamedArray[], own: readonly NamedArray[], path: string): void {
  if (weights.length !== own.length) {
    throw new UserError(`${path}: expected ${own.length} arrays of weights, got ${weights.length}: another network's`);
  }
  const at = own.findIndex(({shape}, i) => `${shape}` !== `${weights[i].shape}`);
  if (at < 0) return;
  const [expected, got] = [own[at], weights[at]].map(({shape}) => `[${shape}]`);
  throw new UserError(`${path}: expected ${own[at].name} of shape ${expected}, got ${got}: another network's`);
}
