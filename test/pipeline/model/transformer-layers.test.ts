/** @file The layers of a transformer, each by itself. */
import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";
import {models} from "../../../src/pipeline/model/index";
import {classifierOf} from "../../../src/pipeline/model/tf/classifier";
import {Patches} from "../../../src/pipeline/model/tf/transformer/patches";
import {PositionEmbedding} from "../../../src/pipeline/model/tf/transformer/position-embedding";
import {SelfAttention} from "../../../src/pipeline/model/tf/transformer/self-attention";
import {TokenNorm} from "../../../src/pipeline/model/tf/transformer/token-norm";

beforeAll(() => tf.setBackend("cpu"));

const numbers = (layer: tf.layers.Layer, x: tf.Tensor) => [...tf.tidy(() => (layer.apply(x) as tf.Tensor).dataSync())];
const weights = (layer: tf.layers.Layer) => layer.getWeights().map((tensor) => [...tensor.dataSync()]);

test.each<[number, number, readonly number[], readonly number[]]>([
  [2, 4, [1, 2, 4], [0, 1, 4, 5, 2, 3, 6, 7]],
  [2, 3, [1, 1, 4], [0, 1, 3, 4]], // a column is not seen
  [3, 2, [1, 1, 4], [0, 1, 2, 3]], // a row is not
  [3, 5, [1, 2, 4], [0, 1, 5, 6, 2, 3, 7, 8]],
])("patches of %i x %i pixels are squares of two, row by row", (height, width, shape, expected) => {
  const layer = new Patches({side: 2});
  const x = tf.tensor4d(
    Array.from({length: height * width}, (_, n) => n),
    [1, height, width, 1],
  );
  expect(layer.computeOutputShape([1, height, width, 1])).toEqual([...shape]);
  expect((layer.apply(x) as tf.Tensor).shape).toEqual([...shape]);
  expect(numbers(layer, x)).toEqual([...expected]);
  expect(layer.getConfig()).toMatchObject({side: 2});
});

test("patches keep a pixel's channels together", () => {
  const x = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2]);
  const layer = new Patches({side: 1});
  expect(layer.computeOutputShape([1, 2, 2, 2])).toEqual([1, 4, 2]);
  expect(numbers(layer, x)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("places begin as they are told, or at nothing, and are added to each image", () => {
  const x = () => tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  const plain = new PositionEmbedding({});
  expect(numbers(plain, x())).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const told = new PositionEmbedding({initializer: tf.initializers.ones()});
  expect(numbers(told, x())).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(told.weights.map(({shape}) => shape)).toEqual([[2, 2]]);
});

test("attention begins with the weights that it is told, or with none", () => {
  const x = () => tf.tensor3d([1, 2, 3, 4], [1, 2, 2]);
  const plain = new SelfAttention({heads: 2});
  expect(numbers(plain, x())).toEqual([0, 0, 0, 0]);
  const told = new SelfAttention({heads: 2, initializers: [tf.initializers.zeros(), tf.initializers.ones()]});
  expect(numbers(told, x())).toEqual([0, 0, 0, 0]);
  expect(told.weights.map(({shape}) => shape)).toEqual([[2, 6], [6], [2, 2], [2]]);
  expect(weights(told)[2]).toEqual([1, 1, 1, 1]);
  expect(weights(plain)[2]).toEqual([0, 0, 0, 0]);
});

test("a norm of tokens takes their mean away, and adds what it is told to their variance", () => {
  const x = () => tf.tensor3d([1, 3], [1, 1, 2]);
  expect(numbers(new TokenNorm({epsilon: 3}), x())).toBeAllClose([-0.5, 0.5], {rtol: 1e-6}); // ±1 / √(1 + 3)
  expect(numbers(new TokenNorm({}), x())).toBeAllClose([-1, 1], {rtol: 1e-5});
  expect(new TokenNorm({}).epsilon).toBe(1e-6);
});

test("a network has attention to show only with patches and with layers that attend", () => {
  const end = [tf.layers.dense({units: 2, name: "logits"}), tf.layers.softmax({name: "probabilities"})];
  const net = tf.sequential({
    layers: [
      tf.layers.rescaling({scale: 1, inputShape: [2, 2, 1]}),
      new Patches({side: 1}),
      tf.layers.flatten(),
      ...end,
    ],
  });
  expect(classifierOf(net, [2, 2, 1], ["a", "b"]).attention).toBeUndefined();
  const vit = models.vit([7, 14, 1], 2, 1);
  expect(classifierOf(vit, [7, 14, 1], ["a", "b"]).attention?.grid).toEqual({rows: 1, columns: 2, side: 7});
});

test("images are answered in batches as they are alone", async () => {
  const shape = [2, 2, 1] as const;
  const model = models.mlp(shape, 3, 4);
  const pixels = Float32Array.from({length: 20}, (_, n) => Math.sin(n));
  const images = {count: 5, shape, pixels};
  const [inTwos, whole] = [classifierOf(model, shape, ["a", "b", "c"], 2), classifierOf(model, shape, ["a", "b", "c"])];
  const logits = await whole.logits(images);
  expect(logits).toHaveLength(15);
  expect(await inTwos.logits(images)).toBeAllClose(logits, {rtol: 1e-5, atol: 1e-6});
  const targets = [0, 1, 2, 0, 1];
  expect(await inTwos.inputGradient(images, targets)).toBeAllClose(await whole.inputGradient(images, targets), {
    ...{rtol: 1e-5, atol: 1e-6},
  });
  const into = new Float32Array(640); // of 5 images, 128 units each
  const [hidden, again] = await inTwos.forward(images, ["hidden", "flatten"], into);
  expect(hidden.values).toBe(into);
  expect(again.values).toBeAllClose(pixels, {rtol: 1e-6});
  expect((await whole.forward(images, ["hidden"]))[0].values).toBeAllClose(into, {rtol: 1e-5, atol: 1e-6});
  expect(await whole.forward(images, [])).toEqual([]);
  model.dispose();
});
