import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {
  attention,
  attentionWeights,
  gelu,
  layerNorm,
  probabilitiesShape,
} from "../../../src/pipeline/model/tf/transformer/operations";
import {drawn, sameOnBoth} from "../../support/both-backends";

beforeAll(async () => {
  tf.enableProdMode();
  await startBackend("wasm");
});
afterAll(() => tf.setBackend("cpu"));

// float32 sums of up to 100 terms of order 1 in another order
const ROUNDING = {rtol: 1e-5, atol: 1e-5};

/** Both a function's answer and its gradient along drawn numbers, as one row. */
function withGradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  const {value, grad} = tf.valueAndGrad((given: tf.Tensor) =>
    f(given)
      .mul(drawn(f(x).shape, 9))
      .sum(),
  )(x);
  return tf.concat([f(x).flatten(), grad.flatten(), value.flatten()]);
}

describe.each<[images: number, tokens: number, heads: number, depth: number]>([
  [2, 16, 4, 16], // all in fours
  [3, 5, 2, 4],
  [1, 1, 1, 1],
  [2, 7, 3, 5], // nothing in fours
  [2, 21, 1, 19],
  [1, 50, 2, 8],
])("attention of %i images, %i tokens, %i heads of %i numbers", (images, tokens, heads, depth) => {
  const qkv = () => drawn([images, tokens, 3 * heads * depth], 1) as tf.Tensor3D;

  test("is softmax(q kᵀ / √depth) v, with its gradient", async () => {
    const f = () => withGradient((x) => attention(x as tf.Tensor3D, {heads}), qkv());
    await sameOnBoth(f, ROUNDING);
  });

  test("with hidden keys and dropout", async () => {
    const f = () => {
      const bias = drawn([images, tokens], 2).greater(0.5).toFloat().mul(-10_000) as tf.Tensor2D;
      const kept = drawn(probabilitiesShape([images, tokens], heads), 3)
        .greater(-0.5)
        .toFloat();
      const drop = kept.div(0.75) as tf.Tensor4D;
      return withGradient((x) => attention(x as tf.Tensor3D, {heads, bias, drop}), qkv());
    };
    await sameOnBoth(f, ROUNDING);
  });

  test("says which token looks at which", async () => {
    await sameOnBoth(() => attentionWeights(qkv(), {heads}), ROUNDING);
  });
});

test("two tokens attend as worked by hand", () => {
  // one head of one number: scores are products; token 0 asks with 1, token 1 with 0 (so it looks at both alike)
  const weights = tf.tidy(() => {
    const qkv = tf.tensor3d([1, Math.LN2, 10, 0, 0, 20], [1, 2, 3]); // q, k, v of each token
    return [...attentionWeights(qkv, {heads: 1}).dataSync(), ...attention(qkv, {heads: 1}).dataSync()];
  });
  const expected = [2 / 3, 1 / 3, 1 / 2, 1 / 2, (2 / 3) * 10 + (1 / 3) * 20, 15];
  expect(weights).toBeAllClose(expected, {rtol: 1e-6, atol: 1e-6});
});

test("great scores do not overflow", () => {
  const values = tf.tidy(() => attention(tf.tensor3d([300, 300, 1, 300, -300, 2], [1, 2, 3]), {heads: 1}).dataSync());
  expect([...values]).toBeAllClose([1, 1], {rtol: 1e-6, atol: 1e-6});
});

test.each([1, 3, 4, 64, 71])(
  "layer normalisation of width %i has the composed one's value and gradients",
  async (width) => {
    const f = () => {
      const [x, gain, bias] = [drawn([6, width], 1), drawn([width], 2), drawn([width], 3)];
      const value = layerNorm(x, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-3);
      const grads = tf.grads((a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
        layerNorm(a, b as tf.Tensor1D, c as tf.Tensor1D, 1e-3)
          .mul(drawn([6, width], 4))
          .sum(),
      )([x, gain, bias]);
      return tf.concat([value.flatten(), ...grads.map((grad) => grad.flatten())]);
    };
    await sameOnBoth(f, {rtol: 1e-4, atol: 5e-5}); // where the variance is small its root magnifies rounding
  },
);

describe.each([true, false])("GELU, exact %s,", (exact) => {
  test.each([1, 4, 10, 1003])("of %i numbers has the composed one's value and gradient", async (n) => {
    await sameOnBoth(() => withGradient((x) => gelu(x, exact), drawn([n], 1).mul(8)), {rtol: 1e-5, atol: 3e-6});
  });
});

test("GELU has the values of a table of the normal distribution", () => {
  // Φ(1) = 0.841344746, Φ(−2) = 0.022750132 (Abramowitz & Stegun 1964, table 26.1)
  const values = tf.tidy(() => gelu(tf.tensor1d([0, 1, -2, 30, -30])).dataSync());
  expect([...values]).toBeAllClose([0, 0.841344746, -2 * 0.022750132, 30, 0], {rtol: 1e-6, atol: 4e-7});
});

test.each([1, 4, 7])("a table's gradient adds up the rows taken from it, %i numbers each", async (width) => {
  const f = () => {
    const table = drawn([5, width], 1);
    const ids = tf.tensor1d([3, 0, 3, 3, 4], "int32");
    return tf.grad((rows: tf.Tensor) =>
      tf
        .gather(rows, ids)
        .mul(drawn([5, width], 2))
        .sum(),
    )(table);
  };
  await sameOnBoth(f, ROUNDING);
});

test("the attention's gradient is the slope between two nearby points", () => {
  const [heads, shape] = [2, [1, 5, 18] as const];
  const along = drawn([...shape], 5);
  const value = (x: tf.Tensor) =>
    attention(x as tf.Tensor3D, {heads})
      .mul(drawn([1, 5, 6], 6))
      .sum() as tf.Scalar;
  const [slope, between] = tf.tidy(() => {
    const x = drawn([...shape], 4);
    const step = 1 / 256;
    const [after, before] = [x.add(along.mul(step)), x.sub(along.mul(step))].map((at) => value(at).dataSync()[0]);
    return [tf.grad(value)(x).mul(along).sum().dataSync()[0], (after - before) / (2 * step)];
  });
  along.dispose();
  expect(Math.abs(slope - between)).toBeLessThan(2e-3 * Math.abs(slope)); // float32, and the third derivative's share
});
