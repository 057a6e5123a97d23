import * as tf from "@tensorflow/tfjs";
import {afterAll, describe, expect, test} from "vitest";

import {plan} from "../../../src/engine/index";
import {graphOf} from "../../../src/graph/index";
import {randomSource} from "../../../src/nouns/random";
import {startBackend} from "../../../src/pipeline/backend/index";
import {type ModelName, models} from "../../../src/pipeline/model/index";
import {tfNetwork} from "../../../src/pipeline/model/tf/tf-network";
import {
  apart,
  batchOf,
  classNames,
  memorySuite,
  networkSuite,
  open,
  resumeSuite,
  shape,
} from "../../support/network-suite";

afterAll(() => tf.setBackend("cpu"));

describe.each(Object.keys(models) as ModelName[])("the model %s", (name) => {
  // four blocks take the cpu backend minutes
  const leftOut: {readonly [name: string]: string} = {deep: "cpu"};
  const engines = (["cpu", "wasm", "fused"] as const).filter((engine) => engine !== leftOut[name]);
  describe.each(engines)("on %s", (engine) => networkSuite(name, engine));

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

/**
 * A network that the fused engine refuses: it has a depthwise convolution, elu, an average pool and
 * tanh.
 */
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
  expect(plan(graphOf(refused()), "adam")).toHaveProperty("reason");
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

describe.each(["adam", "sgd", "rmsprop"] as const)("with %s", (optimizer) => resumeSuite("wasm", optimizer));

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

memorySuite("wasm");

describe.each(["fused", "wasm"] as const)(
  "what %s says of each image before the step that learns from it",
  (engine) => {
    test("is by the papers' formulas what its logits come to", async () => {
      const network = await open("cnn", engine); // without dropout
      const batch = batchOf(9, 3);
      const logits = await network.logits(batch);
      const {answers} = await network.trainBatch(batch, 0, 2);
      const classes = classNames.length;
      for (let n = 0; n < batch.count; n++) {
        const z = [...logits.subarray(n * classes, (n + 1) * classes)];
        const sum = z.reduce((all, v) => all + Math.exp(v), 0);
        const p = z.map((v) => Math.exp(v) / sum);
        const label = batch.labels[n];
        const el2n = Math.hypot(...p.map((v, k) => v - (k === label ? 1 : 0)));
        const entropy = -p.reduce((all, v) => all + v * Math.log(v), 0);
        const margin = z[label] - Math.max(...z.filter((_, k) => k !== label));
        expect(answers.losses[n]).toBeCloseTo(-Math.log(p[label]), 5);
        expect(answers.margins[n]).toBeCloseTo(margin, 5);
        expect(answers.errors[n]).toBeCloseTo(el2n, 5);
        expect(answers.entropies[n]).toBeCloseTo(entropy, 5);
      }
      await network.dispose();
    });
  },
);

/** A weight of each class, as unequal ones give. */
const WEIGHTS = Float32Array.from([0.4, 1, 3.5]);

describe.each(["fused", "wasm"] as const)("with weights of classes, on %s", (engine) => {
  test("the gradients are those of the weighted mean of the images' losses, by central differences", async () => {
    const network = await open("cnn", engine, "adam", WEIGHTS);
    const batch = batchOf(7, 3);
    const gradients = await network.gradients(batch, 2);
    const weights = await network.getWeights();
    const random = randomSource(4);
    for (const [layer, {name, values}] of gradients.entries()) {
      const direction = Float32Array.from(values, () => random() - 0.5);
      const lossAt = async (h: number) => {
        const moved = weights.map((w, i) =>
          i === layer ? {...w, values: w.values.map((v, j) => v + h * direction[j])} : w,
        );
        await network.setWeights(moved);
        const {answers, lossSum} = await network.trainBatch(batch, 0, 2);
        expect(lossSum).toBeCloseTo(
          answers.losses.reduce((sum, loss) => sum + loss, 0),
          4,
        ); // told without weights
        return answers.losses.reduce((sum, loss, n) => sum + WEIGHTS[batch.labels[n]] * loss, 0) / batch.count;
      };
      const numeric = ((await lossAt(1e-4)) - (await lossAt(-1e-4))) / 2e-4; // smaller: weights make kinks count for more
      const analytic = values.reduce((sum, g, j) => sum + g * direction[j], 0);
      const size = Math.sqrt(values.reduce((sum, g) => sum + g * g, 0));
      expect(Math.abs(analytic - numeric), name).toBeLessThan(0.02 * size + 2e-3);
    }
    await network.dispose();
  });
});

test("weighted gradients of the fused engine are tfjs' own, and weights of 1 are no weights, to the bit", async () => {
  const batch = batchOf(7, 3);
  const [onCpu, onFused] = [await open("cnn", "cpu", "adam", WEIGHTS), await open("cnn", "fused", "adam", WEIGHTS)];
  await tf.setBackend("cpu");
  const expected = await onCpu.gradients(batch, 2);
  const actual = await onFused.gradients(batch, 2);
  for (const [i, {name, values}] of expected.entries()) {
    expect(apart(actual[i].values, values), name).toBeLessThan(1e-5);
  }
  const [ones, none] = [await open("cnn", "fused", "adam", new Float32Array(3).fill(1)), await open("cnn", "fused")];
  expect(await ones.gradients(batch, 2)).toEqual(await none.gradients(batch, 2));
  const plain = await none.gradients(batch, 2);
  expect(apart(actual[0].values, plain[0].values)).toBeGreaterThan(0.05); // so weights are not left out
  for (const network of [onFused, ones, none]) await network.dispose();
});
