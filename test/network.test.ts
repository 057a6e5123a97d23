import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {fusedNetwork, plan} from "../src/engine/index";
import {startBackend} from "../src/pipeline/backend/index";
import {type ModelName, models} from "../src/pipeline/model/index";
import {tfNetwork} from "../src/pipeline/model/tf-network";
import {randomSource} from "../src/pipeline/random";
import type {ImageShape, LabelledImages, Network} from "../src/pipeline/types";

const shape: ImageShape = [12, 11, 1];
const classNames = ["a", "b", "c"];

function batchOf(count: number, seed: number): LabelledImages {
  const random = randomSource(seed);
  const pixels = Float32Array.from({length: count * 12 * 11}, random);
  return {count, shape, pixels, labels: Uint16Array.from({length: count}, (_, n) => n % 3)};
}

async function open(
  name: ModelName,
  engine: "cpu" | "wasm" | "fused",
  optimizer: "adam" | "sgd" = "adam",
): Promise<Network> {
  if (engine !== "fused") {
    await startBackend(engine);
    return tfNetwork(models[name](shape, 3, 4), shape, classNames, {optimizer, seed: 9});
  }
  await tf.setBackend("cpu");
  const planned = plan(models[name](shape, 3, 4), optimizer);
  if ("reason" in planned) throw new Error(planned.reason);
  return fusedNetwork(planned, {threads: 2, classNames, batchSize: 16, seed: 9});
}

afterAll(() => tf.setBackend("cpu"));

/** Largest difference of two arrays over the largest magnitude of the second. */
function apart(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return Array.from(expected).reduce((most, v, i) => Math.max(most, Math.abs(v - actual[i])), 0) / (scale || 1);
}

describe.each(Object.keys(models) as ModelName[])("the model %s", (name) => {
  describe.each(["cpu", "wasm", "fused"] as const)("on %s", (engine) => {
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
        const h = 5e-4; // float32 leaves about 1e-7 / 1e-3 = 1e-4 of round-off; a larger h crosses kinks of relus
        const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
        const analytic = values.reduce((sum, g, j) => sum + g * direction[j], 0);
        const size = Math.sqrt(values.reduce((sum, g) => sum + g * g, 0));
        expect(Math.abs(analytic - numeric), `${weightName}: ${analytic} against ${numeric}`).toBeLessThan(
          0.02 * size + 4e-4,
        );
      }
      await network.setWeights(weights);
    });

    if (engine === "cpu") return; // 15 images a second
    test("learns a batch by heart", async () => {
      const batch = batchOf(12, 5);
      const before = (await network.trainBatch(batch, 0, 0)).lossSum;
      let after = {lossSum: 0, correct: 0};
      for (let step = 1; step < 60; step++) after = await network.trainBatch(batch, 0.005, step);
      expect(after.lossSum).toBeLessThan(0.9 * before);
    });
  });

  test("has on wasm the gradients of the cpu backend", async () => {
    const batch = batchOf(7, 3);
    const [onCpu, onWasm] = [await open(name, "cpu"), await open(name, "wasm")];
    await tf.setBackend("cpu");
    const expected = await onCpu.gradients(batch, 2);
    await tf.setBackend("wasm");
    const actual = await onWasm.gradients(batch, 2);
    for (const [i, {name: weightName, values}] of expected.entries()) {
      expect(actual[i].name).toBe(weightName);
      expect(apart(actual[i].values, values), weightName).toBeLessThan(1e-5);
    }
  });
});

/** What the fused engine refuses: a depthwise convolution, elu, an average pool of its own kind, a tanh. */
function refused(): tf.Sequential {
  const seed = 5;
  const kernelInitializer = tf.initializers.glorotUniform({seed});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [...shape], filters: 6, kernelSize: 3, activation: "elu", kernelInitializer}),
      tf.layers.depthwiseConv2d({kernelSize: 3, padding: "same", depthwiseInitializer: kernelInitializer}),
      tf.layers.separableConv2d({
        ...{filters: 9, kernelSize: 3, activation: "relu"},
        ...{depthwiseInitializer: kernelInitializer, pointwiseInitializer: kernelInitializer},
      }),
      tf.layers.averagePooling2d({poolSize: 2}),
      tf.layers.flatten(),
      tf.layers.dense({units: 11, activation: "tanh", kernelInitializer}),
      tf.layers.dense({units: 3, name: "logits", kernelInitializer}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
}

test("a model that the fused engine refuses learns on wasm as on cpu, step by step", async () => {
  expect(plan(refused(), "adam")).toHaveProperty("reason");
  const follow = async (engine: "cpu" | "wasm") => {
    await startBackend(engine);
    const network = tfNetwork(refused(), shape, classNames, {optimizer: "adam", seed: 9});
    const gradients = await network.gradients(batchOf(7, 3), 0);
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) losses.push((await network.trainBatch(batchOf(8, step), 1e-3, step)).lossSum);
    return {gradients, losses};
  };
  const [expected, actual] = [await follow("cpu"), await follow("wasm")];
  for (const [i, {name, values}] of expected.gradients.entries()) {
    expect(apart(actual.gradients[i].values, values), name).toBeLessThan(1e-5);
  }
  // Adam takes whole steps where a gradient is all but nothing, so weights may part by more than rounding, the loss hardly.
  expect(actual.losses).toBeAllClose(expected.losses, {rtol: 1e-4});
});

test("weights and the optimizer's moments, taken and put back, go on bit for bit", async () => {
  const train = async (network: Network, from: number, to: number) => {
    for (let step = from; step < to; step++) await network.trainBatch(batchOf(8, step), 0.01, step);
    return network.getWeights();
  };
  const unbroken = await train(await open("mlp", "wasm"), 0, 8);
  const first = await open("mlp", "wasm");
  await train(first, 0, 5);
  const [weights, optimizer] = [await first.getWeights(), await first.getOptimizerState()];
  expect(optimizer.steps).toBe(5);
  const second = await open("mlp", "wasm");
  await second.setWeights(weights);
  await second.setOptimizerState(optimizer);
  expect(await train(second, 5, 8)).toEqual(unbroken);
});

test("a loss that is not finite ends with the step and the layer", async () => {
  const network = await open("cnn", "wasm");
  const weights = await network.getWeights();
  weights[2].values.fill(Number.NaN); // conv2/kernel
  await network.setWeights(weights);
  await expect(network.trainBatch(batchOf(4, 1), 0.01, 17)).rejects.toThrow(
    "loss at step 17: expected a finite number, got NaN (first in layer conv2)",
  );
});

test("weights of another shape or number are refused by name", async () => {
  const network = await open("mlp", "cpu");
  const weights = await network.getWeights();
  await expect(network.setWeights(weights.slice(1))).rejects.toThrow("weights: expected 4 arrays, got 3");
  const odd = weights.map((w, i) => (i === 0 ? {...w, shape: [3, 2]} : w));
  await expect(network.setWeights(odd)).rejects.toThrow(
    "weights of hidden/kernel: expected shape [132,128], got [3,2]",
  );
});

test("training on tfjs leaves no tensor behind but the optimizer's", async () => {
  const network = await open("cnn", "wasm");
  await network.trainBatch(batchOf(4, 1), 0.01, 0); // makes the moments
  await network.gradients(batchOf(4, 1), 0);
  const before = tf.memory().numTensors;
  await network.trainBatch(batchOf(4, 2), 0.01, 1);
  await network.gradients(batchOf(4, 2), 1);
  await network.setWeights(await network.getWeights());
  expect(tf.memory().numTensors).toBe(before);
});
