import {fork} from "../random";
import type {Network, Split} from "../types";
import type {Schedule} from "./schedule";
import {streamOf} from "./stream";

export interface TrainOptions {
  /** Of the whole run, which the schedule spans. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly schedule: Schedule;
}

/** How far an epoch is: all that must be known to go on with it later. Sums are over its images so far. */
export interface EpochProgress {
  readonly epoch: number;
  /** Batches done, and in the epoch. */
  readonly batch: number;
  readonly batches: number;
  readonly images: number;
  /** Of each image's loss, and of right answers, before the step that learnt from it. */
  readonly lossSum: number;
  readonly correct: number;
  /** Points of the curve: `at` in epochs, means since the point before. */
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
}

/** Points of the curve within an epoch. */
const CURVE_POINTS = 20;

export function epochStart(epoch: number, train: Split, batchSize: number): EpochProgress {
  return {epoch, batch: 0, batches: Math.ceil(train.count / batchSize), images: 0, lossSum: 0, correct: 0, steps: []};
}

/**
 * Trains one epoch, from its start or from where it was broken off, and yields after each batch, so that whoever drives
 * the loop decides what happens between batches; nothing is called back from in here. Not `model.fit`: its shuffle draws
 * from a global generator and cannot be seeded.
 *
 * The next batch is handed over before the last one's figures are back, so that the engine never waits: at a yield the
 * network may be one batch further. At an end, by itself or by `signal`, it is where the last progress says.
 *
 * @param signal Broken off, no further batch is begun.
 */
export async function* trainEpoch(
  network: Network,
  train: Split,
  start: EpochProgress,
  {epochs, batchSize, seed, schedule}: TrainOptions,
  signal?: AbortSignal,
): AsyncGenerator<EpochProgress> {
  const {epoch, batches} = start;
  const stream = await streamOf(train, batchSize, fork(seed, "shuffle", epoch), start.batch);
  let begun = start.batch;
  const begin = async () => {
    if (begun === batches || signal?.aborted) return undefined;
    const step = (epoch - 1) * batches + begun++;
    const {value} = await stream.next();
    const result = network.trainBatch(value, schedule(step, epochs * batches), step);
    result.catch(() => {}); // is awaited below; until then it is nobody's
    return {count: value.count, result};
  };
  let progress = start;
  let next = await begin();
  while (next) {
    const {count, result} = next;
    next = await begin();
    const {lossSum, correct} = await result;
    const batch = progress.batch + 1;
    progress = {
      ...progress,
      batch,
      images: progress.images + count,
      lossSum: progress.lossSum + lossSum,
      correct: progress.correct + correct,
    };
    const point = Math.floor((batch * CURVE_POINTS) / batches) > Math.floor(((batch - 1) * CURVE_POINTS) / batches);
    if (point) progress = withPoint(progress, batchSize);
    yield progress;
  }
}

function withPoint(progress: EpochProgress, batchSize: number): EpochProgress {
  const {epoch, batch, batches, images, lossSum, correct, steps} = progress;
  // The sums at the last point, from the points themselves: so that no second set of sums must be kept.
  let [imagesBefore, lossBefore, correctBefore] = [0, 0, 0];
  for (const {at, loss, accuracy} of steps) {
    const until = Math.min(images, Math.round((at - (epoch - 1)) * batches) * batchSize);
    lossBefore += loss * (until - imagesBefore);
    correctBefore += accuracy * (until - imagesBefore);
    imagesBefore = until;
  }
  const since = images - imagesBefore;
  const point = {
    at: epoch - 1 + batch / batches,
    loss: (lossSum - lossBefore) / since,
    accuracy: (correct - correctBefore) / since,
  };
  return {...progress, steps: [...steps, point]};
}
