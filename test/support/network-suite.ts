/** @file Tests that every engine's network must pass. */
import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import type {Network} from "../../src/nouns/network";
import {randomSource} from "../../src/nouns/random";
import type {ImageShape, LabelledImages} from "../../src/nouns/samples";
import {type BackendName, startBackend} from "../../src/pipeline/backend/index";
import {type ModelName, models} from "../../src/pipeline/model/index";
import type {OptimizerName} from "../../src/pipeline/model/tf/optimizer";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";

export const shape: ImageShape = [12, 11, 1];
export const classNames = ["a", "b", "c"];

export function batchOf(count: number, seed: number): LabelledImages {
  const random = randomSource(seed);
  const pixels = Float32Array.from({length: count * 12 * 11}, random);
  return {count, shape, pixels, labels: Uint16Array.from({length: count}, (_, n) => n % 3)};
}

export async function open(
  name: ModelName,
  engine: BackendName | "fused",
  optimizer: OptimizerName = "adam",
  classWeights?: Float32Array,
): Promise<Network> {
  if (engine !== "fused") {
    await startBackend(engine);
    return tfNetwork(models[name](shape, 3, 4), shape, classNames, {optimizer, seed: 9, classWeights});
  }
  await tf.setBackend("cpu");
  const planned = plan(graphOf(models[name](shape, 3, 4)), optimizer);
  if ("reason" in planned) throw new Error(planned.reason);
  return fusedNetwork(planned, {threads: 2, classNames, batchSize: 16, seed: 9, classWeights});
}

/** Largest difference of two arrays over the largest magnitude of the second. */
export function apart(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return Array.from(expected).reduce((most, v, i) => Math.max(most, Math.abs(v - actual[i])), 0) / (scale || 1);
}

export function networkSuite(name: ModelName, engine: BackendName | "fused"): void {
  let network: Network;
  beforeAll(async () => {
    network = await open(name, engine);
    return () => network.dispose();
  });

  test("has weight gradients, layer by layer, that agree with central differences under the same dropout mask", async () => {
    const batch = batchOf(6, 1);
    const gradients = await network.gradients(batch, 3);
    const weights = await network.getWeights();
    const random = randomSource(2);
    for (const [layer, {name: weightName, values}] of gradients.entries()) {
      // Along one random direction a layer: the sum over all its weights, so that none goes unseen.
      const direction = Float32Array.from(values, () => random() - 0.5);
      const lossAt = async (h: number) => {
        const moved = weights.map((w, i) =>
          i === layer ? {...w, values: w.values.map((v, j) => v + h * direction[j])} : w,
        );
        await network.setWeights(moved);
        return (await network.trainBatch(batch, 0, 3)).lossSum / batch.count; // a rate of 0: the loss, and no step
      };
      // normalised batches have more kinks near, and larger gradients
      const h = name === "deep" ? 5e-5 : 5e-4; // float32 leaves about 1e-7 / 1e-3 = 1e-4 of round-off; a larger h crosses kinks of relus
      const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
      const analytic = values.reduce((sum, g, j) => sum + g * direction[j], 0);
      const size = Math.sqrt(values.reduce((sum, g) => sum + g * g, 0));
      expect(Math.abs(analytic - numeric), `${weightName}: ${analytic} against ${numeric}`).toBeLessThan(
        0.02 * size + (name === "deep" ? 0.02 : 4e-4), // round-off grows as h falls
      );
    }
    await network.setWeights(weights);
  });

  test("answers for each image of a batch as its own logits say, before the step", async () => {
    const batch = batchOf(7, 11);
    const weights = await network.getWeights();
    const logits = await network.logits(batch); // dropout off
    const {lossSum, correct, answers} = await network.trainBatch(batch, 0.01, 5);
    await network.setWeights(weights);
    const {losses, predicted, probabilities, margins} = answers;
    expect([losses, predicted, probabilities, margins].map(({length}) => length)).toEqual([7, 7, 7, 7]);
    expect(losses.reduce((sum, loss) => sum + loss, 0)).toBeCloseTo(lossSum, 4);
    expect(Array.from(predicted).filter((k, n) => k === batch.labels[n])).toHaveLength(correct);
    margins.forEach((margin, n) => {
      expect(margin > 0).toBe(predicted[n] === batch.labels[n]);
      if (margin > 0) expect(probabilities[n]).toBeCloseTo(Math.exp(-losses[n]), 5);
    });
    if (name === "mlp" || name === "deep") return; // which drop units, and normalise by the batch, while they train
    for (let n = 0; n < 7; n++) {
      const z = Array.from(logits.subarray(3 * n, 3 * n + 3));
      const sum = z.reduce((total, v) => total + Math.exp(v), 0);
      const label = batch.labels[n];
      expect(losses[n]).toBeCloseTo(Math.log(sum) - z[label], 4);
      expect(predicted[n]).toBe(z.indexOf(Math.max(...z)));
      expect(probabilities[n]).toBeCloseTo(Math.exp(Math.max(...z)) / sum, 4);
      expect(margins[n]).toBeCloseTo(z[label] - Math.max(...z.filter((_, k) => k !== label)), 4);
    }
  });

  if (engine === "cpu") return; // 15 images a second
  test("learns a batch by heart", async () => {
    const batch = batchOf(12, 5);
    const before = (await network.trainBatch(batch, 0, 0)).lossSum;
    let after = {lossSum: Number.POSITIVE_INFINITY};
    for (let step = 1; step < 60; step++) after = await network.trainBatch(batch, 0.005, step);
    expect(after.lossSum).toBeLessThan(0.9 * before);
  });
}

/** Taken up from its saved state, a network goes on bit for bit. */
export function resumeSuite(engine: BackendName, optimizer: OptimizerName): void {
  test("weights and the optimizer's moments, taken and put back, continue bit for bit", async () => {
    const train = async (network: Network, from: number, to: number) => {
      for (let step = from; step < to; step++) await network.trainBatch(batchOf(8, step), 0.01, step);
      return network.getWeights();
    };
    const unbroken = await train(await open("mlp", engine, optimizer), 0, 8);
    const first = await open("mlp", engine, optimizer);
    await train(first, 0, 5);
    const [weights, state] = [await first.getWeights(), await first.getOptimizerState()];
    expect(state.steps).toBe(5);
    const second = await open("mlp", engine, optimizer);
    await second.setWeights(weights);
    await second.setOptimizerState(state);
    expect(await train(second, 5, 8)).toEqual(unbroken);
  });
}

export function memorySuite(engine: BackendName): void {
  test("training on tfjs leaves no tensor behind but the optimizer's", async () => {
    const network = await open("cnn", engine);
    await network.trainBatch(batchOf(4, 1), 0.01, 0); // makes the moments
    await network.gradients(batchOf(4, 1), 0);
    const before = tf.memory().numTensors;
    await network.trainBatch(batchOf(4, 2), 0.01, 1);
    await network.gradients(batchOf(4, 2), 1);
    await network.setWeights(await network.getWeights());
    expect(tf.memory().numTensors).toBe(before);
  });
}
