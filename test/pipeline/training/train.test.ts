import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import {afterEach, beforeAll, expect, test} from "vitest";
import {type FusedNetwork, fusedNetwork, plan} from "../../../src/engine/index";
import {graphOf} from "../../../src/graph/index";
import type {Network} from "../../../src/nouns/network";
import type {LabelledImages, Split} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {models} from "../../../src/pipeline/model/index";
import {constant} from "../../../src/pipeline/training/schedule";
import {type EpochProgress, epochStart, trainEpoch} from "../../../src/pipeline/training/train";
import {randomBatch} from "../../engine/tfjs";

const SHAPE = [8, 8, 1] as const;
const CLASSES = 3;
const COUNT = 43; // the last batch is smaller
const BATCH_SIZE = 4;
const noAnswers = {
  losses: new Float32Array(),
  predicted: new Uint16Array(),
  probabilities: new Float32Array(),
  margins: new Float32Array(),
  errors: new Float32Array(),
  entropies: new Float32Array(),
};
const options = {epochs: 1, batchSize: BATCH_SIZE, seed: 5, schedule: constant(1e-2)};

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

const open: FusedNetwork[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((network) => network.dispose()));
  tf.disposeVariables();
});

function images(): Split {
  const {pixels, labels} = randomBatch(3, COUNT, SHAPE, CLASSES);
  return {
    count: COUNT,
    async read(indices) {
      const rows = Array.from(indices);
      return {
        count: rows.length,
        shape: SHAPE,
        pixels: Float32Array.from(rows.flatMap((n) => [...pixels.subarray(n * 64, (n + 1) * 64)])),
        labels: Uint16Array.from(rows, (n) => labels[n]),
      };
    },
  };
}

async function start(): Promise<FusedNetwork> {
  const planned = plan(graphOf(models.mlp(SHAPE, CLASSES, 1)), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const classNames = ["a", "b", "c"];
  const network = await fusedNetwork(planned, {threads: 2, classNames, batchSize: BATCH_SIZE, seed: 7});
  open.push(network);
  return network;
}

/** Everything an epoch yields; `stop` is asked for after so many batches. */
async function train(network: Network, from?: EpochProgress, stopAt?: number): Promise<EpochProgress[]> {
  const stop = new AbortController();
  const all: EpochProgress[] = [];
  const first = from ?? epochStart(1, images(), BATCH_SIZE);
  for await (const progress of trainEpoch(network, images(), first, options, stop.signal)) {
    all.push(progress);
    if (all.length === stopAt) stop.abort();
  }
  return all;
}

test("an epoch asked for two steps at once is the epoch asked for step by step, bit by bit", async () => {
  const [patient, hasty] = [await start(), await start()];
  expect(hasty.stepsAtOnce).toBe(2);
  const expected = await train({...patient, stepsAtOnce: 1});
  expect(expected.map(({batch}) => batch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(expected.at(-1)?.images).toBe(COUNT);
  expect(await train(hasty)).toEqual(expected);
  expect(await hasty.getWeights()).toEqual(await patient.getWeights());
});

test("a batch stands as it was given until its step is answered, though its memory is used again", async () => {
  const {pixels, labels} = randomBatch(3, COUNT, SHAPE, CLASSES);
  const bytes = {shape: [COUNT, 8, 8], values: Uint8Array.from(pixels, (v) => 255 * Math.abs(v))};
  const split = byteSplit(bytes, Uint8Array.from(labels), [8, 8, 1]);
  const memories = new Set<ArrayBufferLike>();
  let steps = 0;
  const slow = {
    stepsAtOnce: 2,
    async trainBatch({pixels: given}: LabelledImages) {
      const before = given.slice();
      memories.add(given.buffer);
      for (let turn = 0; turn < 5; turn++) await eventLoopTurn(); // time enough to read ahead
      expect(given).toEqual(before);
      steps++;
      return {lossSum: 0, correct: 0, answers: noAnswers};
    },
  } as Partial<Network> as Network;
  for await (const _ of trainEpoch(slow, split, epochStart(1, split, BATCH_SIZE), options));
  expect(steps).toBe(11);
  expect(memories.size).toBeLessThan(11);
});

test("an epoch that is stopped tells of every step that was taken, and can be resumed", async () => {
  const [unbroken, broken, other] = [await start(), await start(), await start()];
  const expected = await train(unbroken);
  const told = await train(broken, undefined, 3);
  expect(told).toEqual(expected.slice(0, 4)); // one more was at hand
  await other.setWeights(await broken.getWeights());
  await other.setOptimizerState(await broken.getOptimizerState());
  expect(await train(other, told.at(-1))).toEqual(expected.slice(4));
  expect(await other.getWeights()).toEqual(await unbroken.getWeights());
});

test("after a step to stop at, the weights are those after so many steps, though two are asked for at once", async () => {
  const [patient, hasty] = [await start(), await start()];
  const weightsAfter = new Map<number, Float32Array>();
  const oneByOne = {...patient, stepsAtOnce: 1};
  for await (const {batch} of trainEpoch(oneByOne, images(), epochStart(1, images(), BATCH_SIZE), options)) {
    weightsAfter.set(batch, await patient.getFlatWeights());
  }
  const stopAt = new Set([3, 4, 11]);
  const seen: number[] = [];
  for await (const {batch} of trainEpoch(hasty, images(), epochStart(1, images(), BATCH_SIZE), {...options, stopAt})) {
    if (!stopAt.has(batch)) continue;
    seen.push(batch);
    expect(await hasty.getFlatWeights(), `after step ${batch}`).toEqual(weightsAfter.get(batch));
  }
  expect(seen).toEqual([3, 4, 11]);
  expect(weightsAfter.get(3)).not.toEqual(weightsAfter.get(4));
});

test("weights as one array are the arrays one after the other, and are taken as they were given", async () => {
  const [network, other] = [await start(), await start()];
  await train(network);
  const flat = await network.getFlatWeights();
  expect([...flat]).toEqual((await network.getWeights()).flatMap(({values}) => [...values]));
  const batch = randomBatch(4, 5, SHAPE, CLASSES);
  await other.setFlatWeights(flat);
  expect(await other.getFlatWeights()).toEqual(flat);
  expect(await other.logits(batch)).toEqual(await network.logits(batch));
  expect(await other.inputGradient(batch, "all")).toEqual(await network.inputGradient(batch, "all"));
  await expect(other.setFlatWeights(flat.subarray(1))).rejects.toThrow(
    `weights: expected ${flat.length} numbers, got ${flat.length - 1}`,
  );
});

test("a step that fails ends the epoch with its error", async () => {
  const network = await start();
  const weights = await network.getWeights();
  await network.setWeights(weights.map((array) => ({...array, values: array.values.map(() => Number.NaN)})));
  await expect(train(network)).rejects.toThrow(/^loss at step 0: expected a finite number, got NaN/);
});
