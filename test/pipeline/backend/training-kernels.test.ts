import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import {startBackend} from "../../../src/pipeline/backend/index";

/** The gradients of `f` on one backend, flat. */
async function on(backend: string, f: () => tf.Tensor[]): Promise<number[][]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(f);
  const values = await Promise.all(tensors.map(async (t) => Array.from(await t.data())));
  tf.dispose(tensors);
  return values;
}

function numbers(count: number, seed: number): Float32Array {
  const random = randomSource(seed);
  return Float32Array.from({length: count}, () => random() * 2 - 1);
}

beforeAll(async () => {
  await startBackend("wasm");
});
afterAll(() => tf.setBackend("cpu"));

describe.each([1, 2, 3] as const)("stride %i", (stride) => {
  describe.each(["valid", "same"] as const)("%s padding", (padding) => {
    test.each([
      [3, 3, 1, 2, 9, 8],
      [5, 3, 3, 4, 11, 10],
      [1, 1, 4, 3, 7, 7],
      [2, 2, 2, 2, 8, 9],
    ])(
      "gradients of a %i x %i convolution, %i to %i channels, on %i x %i are the cpu backend's",
      async (kh, kw, ci, co, h, w) => {
        const f = () => {
          const x = tf.tensor4d(numbers(3 * h * w * ci, 1), [3, h, w, ci]);
          const k = tf.tensor4d(numbers(kh * kw * ci * co, 2), [kh, kw, ci, co]);
          const y = tf.conv2d(x, k, stride, padding);
          const dy = tf.tensor4d(numbers(y.size, 3), y.shape);
          return tf.grads((a: tf.Tensor, b: tf.Tensor) =>
            tf
              .conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, padding)
              .mul(dy)
              .sum(),
          )([x, k]);
        };
        const [expected, actual] = [await on("cpu", f), await on("wasm", f)];
        // float32 sums of up to 300 terms of order 1 in another order: 300 · 2⁻²⁴ ≈ 2e-5
        for (const [i, values] of actual.entries()) expect(values).toBeAllClose(expected[i], {rtol: 1e-5, atol: 2e-5});
      },
    );

    test.each([
      [2, 8, 9],
      [3, 10, 7],
    ])("gradients of a max pool of %i on %i x %i are the cpu backend's, ties included", async (size, h, w) => {
      const f = () => {
        // a few grey levels only, so that most windows hold their maximum more than once
        const x = tf.tensor4d(
          numbers(2 * h * w * 3, 5).map((v) => Math.round(2 * v)),
          [2, h, w, 3],
        );
        const y = tf.maxPool(x, size, stride, padding);
        const dy = tf.tensor4d(numbers(y.size, 6), y.shape);
        return [
          tf.grad((a: tf.Tensor) =>
            tf
              .maxPool(a as tf.Tensor4D, size, stride, padding)
              .mul(dy)
              .sum(),
          )(x),
        ];
      };
      const [[expected], [actual]] = [await on("cpu", f), await on("wasm", f)];
      expect(actual).toBeAllClose(expected, {rtol: 1e-6, atol: 1e-6});
    });
  });
});

test("the kernels leave no tensor behind", async () => {
  await tf.setBackend("wasm");
  const before = tf.memory().numTensors;
  const x = tf.ones([2, 6, 6, 2]) as tf.Tensor4D;
  const g = tf.grad((a: tf.Tensor) =>
    tf.maxPool(tf.conv2d(a as tf.Tensor4D, tf.ones([3, 3, 2, 2]), 1, "same"), 2, 2, "same").sum(),
  )(x);
  tf.dispose([x, g]);
  expect(tf.memory().numTensors).toBe(before);
});
