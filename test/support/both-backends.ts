/** @file tfjs' cpu backend as the oracle of its wasm backend's kernels. */
import * as tf from "@tensorflow/tfjs";
import {expect} from "vitest";

import {randomSource} from "../../src/nouns/random";

/** Uniform numbers from -1 to 1. */
export function drawn(shape: number[], seed: number): tf.Tensor {
  const random = randomSource(seed);
  return tf.tensor(
    Float32Array.from({length: tf.util.sizeFromShape(shape)}, () => random() * 2 - 1),
    shape,
  );
}

/** The result of `f` on one backend. */
async function on(backend: string, f: () => tf.Tensor): Promise<{shape: number[]; values: Float32Array}> {
  await tf.setBackend(backend);
  const result = tf.tidy(f);
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return {shape: result.shape, values};
}

/** Checks that `f` gives the same on wasm as on cpu, each time, and leaves no tensor behind. */
export async function sameOnBoth(f: () => tf.Tensor, tolerance: {rtol: number; atol: number}): Promise<void> {
  const expected = await on("cpu", f);
  await tf.setBackend("wasm");
  const before = tf.memory().numTensors;
  for (let again = 0; again < 2; again++) {
    const actual = await on("wasm", f);
    expect(actual.shape).toEqual(expected.shape);
    expect(actual.values).toBeAllClose(expected.values, tolerance);
  }
  expect(tf.memory().numTensors).toBe(before);
}
