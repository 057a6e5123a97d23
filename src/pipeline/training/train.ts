import type {Network} from "../../nouns/network";
import {fork} from "../../nouns/random";
import type {Split} from "../../nouns/samples";
import type {Batch} from "../data/batches";
import type {Augment} from "./augment/augment";
import type {Schedule} from "./schedule";
import {streamOf} from "./stream";
import {putAnswers, type TrainingRecord} from "./training-record";

export interface TrainOptions {
  /** How many epochs the whole run has, over which the schedule extends. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly schedule: Schedule;
  /** Changes the images at random, differently at each epoch. If it is absent, the network learns them unchanged. */
  readonly augment?: Augment | undefined;
  /** Stores what the network answered to each image, just before it learnt from it. */
  readonly record?: TrainingRecord;
  /**
   * Numbers of steps, counted over the whole run. After each of them the network gets no further batch until the driver
   * pulls again: at that yield its weights are exactly those after so many steps.
   */
  readonly stopAt?: ReadonlySet<number>;
}

/** How far an epoch has come: everything that is needed to continue it later. Sums are over its images so far. */
export interface EpochProgress {
  readonly epoch: number;
  /** How many batches are done, and how many the epoch has. */
  readonly batch: number;
  readonly batches: number;
  readonly images: number;
  /** The sum of the images' losses and the number of right answers, each before the step that learnt from the image. */
  readonly lossSum: number;
  readonly correct: number;
  /** The points of the curve: `at` in epochs, and the means since the point before. */
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
}

/** How many points the curve has within an epoch. */
const CURVE_POINTS = 20;

export function epochStart(epoch: number, train: Split, batchSize: number): EpochProgress {
  return {epoch, batch: 0, batches: Math.ceil(train.count / batchSize), images: 0, lossSum: 0, correct: 0, steps: []};
}

/**
 * Trains one epoch, from its start or from where it was interrupted, and yields after each batch. It calls no callback.
 * It does not use `model.fit`, whose shuffle draws from a global generator and cannot be seeded.
 *
 * A network that takes several steps at once is never left waiting: it gets the next batch before it has answered the
 * last. So at a yield the network may be ahead of the progress; once the generator has ended, it is not.
 *
 * @param signal Ends the epoch after the batches that the network already has.
 */
export async function* trainEpoch(
  network: Network,
  train: Split,
  start: EpochProgress,
  {epochs, batchSize, seed, schedule, record, augment, stopAt}: TrainOptions,
  signal?: AbortSignal,
): AsyncGenerator<EpochProgress> {
  const {epoch, batches} = start;
  const atOnce = network.stepsAtOnce ?? 1;
  const random = fork(seed, "shuffle", epoch);
  const changed = augment && ((batch: Batch) => augment(batch, epoch));
  const stream = streamOf(train, batchSize, {random, from: start.batch, inUse: atOnce, augment: changed});
  const atHand: {batch: Given; result: ReturnType<Network["trainBatch"]>}[] = [];
  let progress = start;
  for (let next = start.batch; ; ) {
    for (; next < batches && atHand.length < atOnce && !signal?.aborted; next++) {
      const step = (epoch - 1) * batches + next;
      if (atHand.length > 0 && stopAt?.has(step)) break;
      const {value} = await stream.next();
      if (!value) throw new Error(`batch ${next} of ${batches}: expected images, got none`);
      const {count, indices, labels, own} = value;
      const drawn = {...value, draws: {round: epoch, own}};
      const result = network.trainBatch(drawn, schedule(step, epochs * batches), step);
      result.catch(() => undefined); // thrown below, when it is this batch's turn
      atHand.push({batch: {count, indices, labels}, result});
    }
    const done = atHand.shift();
    if (!done) return;
    const result = await done.result;
    if (record) putAnswers(record, done.batch, result.answers, network.classNames.length);
    progress = advanced(progress, done.batch.count, result, batchSize);
    yield progress;
  }
}

/** The parts of a batch that are still needed once the network has it. */
type Given = Pick<Batch, "count" | "indices" | "labels">;

function advanced(
  progress: EpochProgress,
  count: number,
  {lossSum, correct}: {readonly lossSum: number; readonly correct: number},
  batchSize: number,
): EpochProgress {
  const {batch, batches} = progress;
  const now = {
    ...progress,
    batch: batch + 1,
    images: progress.images + count,
    lossSum: progress.lossSum + lossSum,
    correct: progress.correct + correct,
  };
  const point = Math.floor(((batch + 1) * CURVE_POINTS) / batches) > Math.floor((batch * CURVE_POINTS) / batches);
  return point ? withPoint(now, batchSize) : now;
}

function withPoint(progress: EpochProgress, batchSize: number): EpochProgress {
  const {epoch, batch, batches, images, lossSum, correct, steps} = progress;
  // Computes the sums at the last point from the points themselves, so that no second set of sums must be kept.
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
