import {UserError} from "../nouns/options";
import type {Split} from "../nouns/samples";
import {accuracy, crossEntropy, softmaxRows} from "../numbers/scores";
import {first, take} from "../pipeline/data/split";
import {oneCycle} from "../pipeline/training/schedule";
import {epochStart, trainEpoch} from "../pipeline/training/train";
import type {Config} from "./config";
import {hashOf} from "./hash";
import {type Material, splitsOf} from "./lesson";
import {mapOf} from "./map-of";
import {batchesOf, stopsOf} from "./moments";
import {networkOf} from "./network";
import {withWrongLabels} from "./noise";

/** The network at one step of its training, and what it makes of the test pictures. */
export interface Moment {
  readonly kind: "moment";
  readonly index: number;
  readonly step: number;
  /** All weights as one array. */
  readonly weights: Float32Array;
  /** The map, `[n * 2]`. */
  readonly points: Float32Array;
  /** `[n * classes]`. */
  readonly probabilities: Float32Array;
  readonly loss: number;
  readonly accuracy: number;
  /**
   * How many milliseconds the training took since the start, and how many it took to look at the network at this
   * moment.
   */
  readonly trained: number;
  readonly looked: number;
}

/**
 * One step of training: what the network answered before it. `pictures` says which pictures it learnt from, in their
 * order.
 */
export interface Batch {
  readonly kind: "batch";
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly pictures: Uint32Array;
}

export type Told =
  | Moment
  | Batch
  /** The answers at a moment, which come before its map. */
  | {readonly kind: "looked"; readonly index: number; readonly probabilities: Float32Array; readonly accuracy: number}
  /** The map of a moment while it is being made. */
  | {readonly kind: "points"; readonly index: number; readonly points: Float32Array}
  /** The network is about to learn the next batch; the caller may wait here. */
  | {readonly kind: "next"; readonly step: number}
  | {readonly kind: "done"; readonly hash: string; readonly trained: number; readonly images: number};

/**
 * Teaches one network, and looks at it at the moments that `stopsOf` names. Nothing happens between two calls, so a
 * caller pauses the training by waiting after "next".
 *
 * @throws UserError if the loss or the scores are not finite.
 */
export async function* learn(config: Config, material: Material): AsyncGenerator<Told> {
  const {epochs, seed, rate} = config;
  const {lesson} = material;
  const {batchSize, classNames} = lesson;
  const splits = splitsOf(material);
  const batches = batchesOf(config, batchSize);
  const stops = stopsOf(config, batchSize);
  const read: Uint32Array[] = [];
  const labelled = withWrongLabels(take(splits.train, config.train), config.noise, classNames.length, seed);
  const train = watched(labelled, read);
  const seen = await splits.test.read(first(splits.test.count));
  const network = await networkOf(config, lesson);
  let points: Float32Array | undefined;
  let [trained, images] = [0, 0];

  /** Looks at the network after a step. */
  const look = async function* (step: number): AsyncGenerator<Told> {
    const begun = performance.now();
    const index = stops.indexOf(step);
    const logits = await network.logits(seen);
    if (!logits.every(Number.isFinite)) {
      throw new UserError(`scores after step ${step}: expected finite numbers, got others; try a lower learning rate`);
    }
    const probabilities = softmaxRows(logits, classNames.length);
    const right = accuracy(logits, seen.labels, classNames.length);
    yield {kind: "looked", index, probabilities, accuracy: right};
    const maps = mapOf(logits, classNames.length, points, step <= batches);
    for (;;) {
      const {done, value} = await maps.next();
      points = done ? value.points : value;
      if (done) break;
      yield {kind: "points", index, points};
    }
    const weights = await network.getFlatWeights();
    const loss = crossEntropy(logits, seen.labels, classNames.length);
    const looked = performance.now() - begun;
    yield {kind: "moment", index, step, weights, points, probabilities, loss, accuracy: right, trained, looked};
  };

  try {
    yield* look(0);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      read.length = 0;
      const before = (epoch - 1) * batches;
      yield {kind: "next", step: before};
      const options = {epochs, batchSize, seed, schedule: oneCycle(rate), stopAt: new Set(stops)};
      let [lossSum, correct, count] = [0, 0, 0];
      let since = performance.now();
      for await (const progress of trainEpoch(network, train, epochStart(epoch, train, batchSize), options)) {
        trained += performance.now() - since;
        const [step, n] = [before + progress.batch, progress.images - count];
        const [loss, right] = [(progress.lossSum - lossSum) / n, (progress.correct - correct) / n];
        yield {kind: "batch", step, loss, accuracy: right, pictures: read[progress.batch - 1]};
        ({lossSum, correct, images: count} = progress);
        images += n;
        if (stops.includes(step)) yield* look(step);
        if (progress.batch < progress.batches) yield {kind: "next", step};
        since = performance.now();
      }
    }
    yield {kind: "done", hash: hashOf(await network.getFlatWeights()), trained, images};
  } finally {
    await network.dispose();
  }
}

/** Records which pictures were read, batch by batch. */
function watched(split: Split, read: Uint32Array[]): Split {
  return {
    count: split.count,
    read(indices, into) {
      read.push(Uint32Array.from(indices));
      return split.read(indices, into);
    },
  };
}
