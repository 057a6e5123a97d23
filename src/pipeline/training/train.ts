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

/** How far an epoch is: means over its batches so far, each before its step. */
export interface Progress {
  readonly epoch: number;
  /** Batches done, and in the epoch. */
  readonly batch: number;
  readonly batches: number;
  readonly images: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface TrainedEpoch {
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
}

/** Points of the curve within an epoch. */
const CURVE_POINTS = 20;

/**
 * Trains one epoch and yields after each batch, so that whoever drives the loop decides what happens between batches;
 * nothing is called back from in here. Not `model.fit`: its shuffle draws from a global generator and cannot be seeded.
 *
 * @param epoch Counts from 1.
 */
export async function* trainEpoch(
  network: Network,
  train: Split,
  epoch: number,
  {epochs, batchSize, seed, schedule}: TrainOptions,
): AsyncGenerator<Progress, TrainedEpoch> {
  const count = Math.ceil(train.count / batchSize);
  const stream = await streamOf(train, batchSize, fork(seed, "shuffle", epoch));
  const steps: {at: number; loss: number; accuracy: number}[] = [];
  let [lossSum, correct, images] = [0, 0, 0];
  let [lossBefore, correctBefore, imagesBefore] = [0, 0, 0];
  for (let batch = 0; batch < count; batch++) {
    const {value} = await stream.next();
    const step = (epoch - 1) * count + batch;
    const result = await network.trainBatch(value, schedule(step, epochs * count), step);
    lossSum += result.lossSum;
    correct += result.correct;
    images += value.count;
    if (Math.floor(((batch + 1) * CURVE_POINTS) / count) > Math.floor((batch * CURVE_POINTS) / count)) {
      const since = images - imagesBefore;
      const at = epoch - 1 + (batch + 1) / count;
      steps.push({at, loss: (lossSum - lossBefore) / since, accuracy: (correct - correctBefore) / since});
      [lossBefore, correctBefore, imagesBefore] = [lossSum, correct, images];
    }
    yield {epoch, batch: batch + 1, batches: count, images, loss: lossSum / images, accuracy: correct / images};
  }
  return {trainLoss: lossSum / images, trainAccuracy: correct / images, steps};
}
