import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeEach, describe, expect, test} from "vitest";
import {fork} from "../../../src/nouns/random";
import {backends} from "../../../src/pipeline/backend/index";
import {type OptimizerName, tensorOptimizer} from "../../../src/pipeline/model/tf/optimizer";
import type {TensorOptimizer} from "../../../src/pipeline/model/tf/tensor-optimizer";
import {tfjsOptimizer} from "../../../src/pipeline/model/tf/tfjs-optimizer";

/** Every length modulo a register's four numbers. */
const SHAPES = [[], [3], [4, 1], [7, 19], [2, 3, 5]];

/** tfjs' own optimizers, composed of many kernels: the oracle. */
const own = {
  adam: () => tf.train.adam(1),
  sgd: () => tf.train.momentum(1, 0.9),
  rmsprop: () => tf.train.rmsprop(1),
};

function drawn(shape: number[], name: string, step: number): tf.Tensor {
  const random = fork(3, name, step);
  // Sizes over eight decades: epsilon matters at one end, and not at the other.
  const values = Array.from({length: tf.util.sizeFromShape(shape)}, () => (random() - 0.5) * 10 ** (-8 * random()));
  return tf.tensor(values, shape);
}

function start(): tf.Variable[] {
  return SHAPES.map((shape, i) => tf.tidy(() => tf.variable(drawn(shape, "start", i))));
}

/** Steps from..to of a rule, each at a rate of its own. @returns The values, one list. */
function follow(optimizer: TensorOptimizer, variables: tf.Variable[], from: number, to: number): number[] {
  for (let step = from; step < to; step++) {
    tf.tidy(() => {
      const pairs = variables.map((variable, i) => ({variable, gradient: drawn(SHAPES[i], `gradient ${i}`, step)}));
      optimizer.apply(pairs, 0.01 * (1 + (step % 3)));
    });
  }
  return variables.flatMap((variable) => [...variable.dataSync()]);
}

beforeEach(async () => {
  tf.enableProdMode();
  await backends.wasm.start();
});
afterAll(() => tf.setBackend("cpu"));

describe.each(["adam", "sgd"] as const)("%s in one kernel a variable", (name) => {
  test("is tfjs' own to the last bit, for 20 steps at changing rates", async () => {
    const expected = follow(tfjsOptimizer(own[name]()), start(), 0, 20);
    expect(follow(tensorOptimizer(name), start(), 0, 20)).toEqual(expected);
  });

  test("stays within rounding of tfjs on its cpu backend", async () => {
    const actual = follow(tensorOptimizer(name), start(), 0, 20);
    await tf.setBackend("cpu");
    // 20 steps of up to 0.03 a weight, each of a dozen roundings of 6e-8
    expect(actual).toBeAllClose(follow(tfjsOptimizer(own[name]()), start(), 0, 20), {rtol: 1e-6, atol: 1e-6});
  });

  test("leaves whoever shares a variable's numbers theirs, and no tensor but its moments", () => {
    const optimizer = tensorOptimizer(name);
    const variables = start();
    const shared = variables.map((variable) => variable.reshape([variable.size])); // the same memory
    const before = shared.flatMap((tensor) => [...tensor.dataSync()]);
    const tensors = tf.memory().numTensors;
    follow(optimizer, variables, 0, 3);
    expect(shared.flatMap((tensor) => [...tensor.dataSync()])).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors + SHAPES.length * (name === "adam" ? 2 : 1));
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test("continues where the backend's memory has grown", () => {
    const [optimizer, variables] = [tensorOptimizer(name), start()];
    follow(optimizer, variables, 0, 2);
    const large = tf.zeros([64 << 20]); // 256 MiB: more than the memory starts with
    const actual = follow(optimizer, variables, 2, 4);
    large.dispose();
    expect(actual).toEqual(follow(tfjsOptimizer(own[name]()), start(), 0, 4));
  });

  test("takes up the state that tfjs' own left, and gives it", async () => {
    const [before, after, fused] = [tfjsOptimizer(own[name]()), tfjsOptimizer(own[name]()), tensorOptimizer(name)];
    const variables = start();
    follow(before, variables, 0, 7);
    const state = await before.getState();
    const other = variables.map((variable) => tf.variable(variable.clone(), true, variable.name + name));
    await fused.setState(state);
    await after.setState(state);
    expect(await fused.getState()).toEqual(state);
    expect(follow(fused, other, 7, 12)).toEqual(follow(after, variables, 7, 12));
    const [left, expected] = [await fused.getState(), await after.getState()];
    expect(left.steps).toBe(12);
    expect(left).toEqual(expected);
  });
});

describe.each(["wasm", "cpu"] as const)("on %s", (backend) => {
  test.each(["adam", "sgd", "rmsprop"] as const)("%s, stopped and taken up, continues bit by bit", async (name) => {
    await tf.setBackend(backend);
    const unbroken = follow(tensorOptimizer(name), start(), 0, 8);
    const variables = start();
    const [first, second] = [tensorOptimizer(name), tensorOptimizer(name)];
    await first.setState({steps: 0, slots: []}); // a run that was stopped before its first step
    follow(first, variables, 0, 5);
    await second.setState(await first.getState());
    expect(follow(second, variables, 5, 8)).toEqual(unbroken);
  });

  // The first step of each, worked by hand with a gradient of 2.
  test.each<[OptimizerName, number]>([
    ["adam", 0.5], // rate · g / |g|
    ["sgd", 0.5 * 2],
    ["rmsprop", 0.5 / Math.sqrt(0.1)], // rate · g / √(0.1 g²)
  ])("%s takes its first step by the rate it is told", async (name, step) => {
    await tf.setBackend(backend);
    const [optimizer, variable] = [tensorOptimizer(name), tf.variable(tf.scalar(10))];
    optimizer.apply([{variable, gradient: tf.scalar(2)}], 0.5);
    expect(variable.dataSync()[0]).toBeCloseTo(10 - step, 5);
  });
});
