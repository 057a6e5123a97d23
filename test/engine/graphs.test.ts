/** @file Models with branches, and what a vision transformer is made of: all of it against tfjs' cpu backend. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {afterEach, beforeAll, describe, expect, test} from "vitest";

import {Gelu} from "../../src/pipeline/model/tf/transformer/gelu";
import {Patches} from "../../src/pipeline/model/tf/transformer/patches";
import {PositionEmbedding} from "../../src/pipeline/model/tf/transformer/position-embedding";
import {SelfAttention} from "../../src/pipeline/model/tf/transformer/self-attention";
import {TokenNorm} from "../../src/pipeline/model/tf/transformer/token-norm";
import {vit} from "../../src/pipeline/model/zoo/vit";
import {closeAll, compare, start} from "./compared";
import {randomBatch, randomizeWeights} from "./tfjs";

type Shape = readonly [number, number, number];
type Value = tf.SymbolicTensor;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});
afterEach(closeAll);

const through = (x: Value, ...layers: tf.layers.Layer[]) => layers.reduce((y, layer) => layer.apply(y) as Value, x);
const added = (...values: Value[]) => tf.layers.add().apply(values) as Value;
const conv = (filters: number, kernelSize: number, more: object = {}) =>
  tf.layers.conv2d({filters, kernelSize, padding: "same", ...more});
const dense = (units: number, more: object = {}) => tf.layers.dense({units, ...more});
const norm = () => new TokenNorm({});
const attention = (heads: number) => new SelfAttention({heads});
const mean = () => tf.layers.globalAveragePooling1d({});

/** From an image to three classes, weights drawn anew. */
function modelOf(shape: Shape, seed: number, body: (x: Value) => Value): tf.LayersModel {
  const image = tf.input({shape: [...shape]});
  const value = body(image);
  const flat = value.shape.length > 2 ? through(value, tf.layers.flatten()) : value;
  const outputs = through(flat, dense(3, {name: "logits"}), tf.layers.softmax({name: "probabilities"}));
  const model = tf.model({inputs: image, outputs});
  randomizeWeights(model, seed);
  return model;
}

describe("a graph computes what tfjs' does, and its gradients", () => {
  const cases: [string, Shape, (x: Value) => Value][] = [
    ["a sum of two convolutions of the image", [6, 7, 2], (x) => added(through(x, conv(3, 3)), through(x, conv(3, 1)))],
    [
      "a residual block, its sum followed by relu",
      [6, 7, 2],
      (image) => {
        const x = through(image, conv(4, 3, {activation: "relu"}));
        const inner = through(x, conv(4, 3, {activation: "relu"}), conv(4, 3));
        return through(added(x, inner), tf.layers.reLU(), conv(2, 3));
      },
    ],
    [
      "an answer that three layers read, one of them by strides",
      [8, 8, 2],
      (image) => {
        const x = through(image, conv(3, 3));
        const parts = [through(x, conv(3, 3, {strides: 2})), through(x, conv(3, 1, {strides: 2}))];
        return added(...parts, through(x, tf.layers.maxPooling2d({poolSize: 2})));
      },
    ],
    [
      "a sum of three, one of them a sum that is read twice",
      [5, 5, 2],
      (image) => {
        const x = through(image, conv(3, 3));
        const twice = added(x, through(x, conv(3, 3, {activation: "relu"})));
        return added(twice, through(twice, conv(3, 3)), through(twice, conv(3, 5)));
      },
    ],
    ["an answer added to itself", [4, 5, 3], (x) => through(added(x, x), conv(2, 3))],
    [
      "a relu of an answer that is also read as it is",
      [5, 6, 2],
      (image) => {
        const x = through(image, conv(3, 3));
        return added(x, through(x, tf.layers.reLU()));
      },
    ],
    [
      "a fused relu whose answer is added to another",
      [5, 6, 2],
      (image) => {
        const x = through(image, conv(3, 3, {activation: "relu"}));
        return through(added(x, through(x, conv(3, 1))), tf.layers.flatten(), dense(4, {activation: "relu"}));
      },
    ],
    [
      "two answers and the image itself side by side",
      [6, 7, 2],
      (image) => {
        const x = through(image, conv(5, 3, {activation: "relu"}));
        const all = tf.layers.concatenate().apply([x, through(x, conv(3, 1)), image]) as Value;
        return through(all, conv(4, 3));
      },
    ],
    [
      "tokens that a convolution and a normalisation read",
      [6, 6, 1],
      (image) => {
        const x = through(image, conv(4, 3));
        return added(through(x, conv(4, 3)), through(x, tf.layers.layerNormalization()));
      },
    ],
    [
      "flat answers side by side",
      [5, 4, 2],
      (image) => {
        const parts = [
          through(image, conv(3, 3), tf.layers.globalAveragePooling2d({})),
          through(image, tf.layers.flatten(), dense(5)),
        ];
        return tf.layers.concatenate().apply(parts) as Value;
      },
    ],
    ["a dense layer of each pixel", [3, 4, 2], (x) => through(x, dense(5, {activation: "relu"}), dense(2))],
    ["patches, a part of the image left over", [9, 11, 2], (x) => through(x, new Patches({side: 4}), dense(5))],
    ["rows for each place", [6, 6, 1], (x) => through(x, new Patches({side: 2}), new PositionEmbedding({}), dense(3))],
    ["normalised tokens", [6, 6, 1], (x) => through(x, new Patches({side: 3}), dense(7), norm(), dense(3))],
    [
      "normalised tokens by tfjs' own layer",
      [6, 6, 1],
      (x) => through(x, new Patches({side: 3}), dense(7), tf.layers.layerNormalization(), dense(3)),
    ],
    ["gelu", [6, 6, 1], (x) => through(x, new Patches({side: 3}), dense(7), new Gelu({}), dense(3))],
    ["attention of one head, four tokens", [4, 4, 1], (x) => through(x, new Patches({side: 2}), attention(1))],
    ["attention of two heads, nine tokens", [6, 6, 1], (x) => through(x, new Patches({side: 2}), attention(2))],
    ["attention of three heads of three", [6, 10, 1], (x) => through(x, new Patches({side: 3}), attention(3))],
    ["attention, then the tokens' mean", [6, 6, 1], (x) => through(x, new Patches({side: 3}), attention(3), mean())],
    [
      "a transformer's block",
      [8, 8, 1],
      (image) => {
        let x = through(image, new Patches({side: 2}), dense(8), new PositionEmbedding({}));
        x = added(x, through(x, norm(), attention(2)));
        x = added(x, through(x, norm(), dense(16), new Gelu({}), dense(8)));
        return through(x, norm(), mean());
      },
    ],
  ];
  test.each(cases)("%s", async (_, shape, body) => {
    for (const [seed, count, threads] of [
      [1, 6, 2],
      [2, 1, 1],
    ]) {
      await compare(modelOf(shape, seed, body), shape, count, threads);
    }
  });
});

test("vision transformers of any size compute what tfjs does", async () => {
  const sizes = fc.record({
    side: fc.integer({min: 2, max: 4}),
    height: fc.integer({min: 4, max: 9}),
    width: fc.integer({min: 4, max: 9}),
    channels: fc.constantFrom(1, 3),
    heads: fc.integer({min: 2, max: 3}), // two numbers a token are 1 and −1 once normalised: their gradients are all rounding
    depth: fc.integer({min: 2, max: 6}),
    count: fc.integer({min: 1, max: 9}),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({side, height, width, channels, heads, depth, count}) => {
      const shape: Shape = [height, width, channels];
      const options = {"vit.patch": side, "vit.width": heads * depth, "vit.heads": heads, "vit.depth": 1};
      const model = vit(shape, 3, 1, options);
      randomizeWeights(model, count);
      await compare(model, shape, count, 2);
      await closeAll();
    }),
    {numRuns: 12, seed: 5},
  );
}, 60_000);

test("a vision transformer trains to the same bits with 1 to 3 threads", async () => {
  const shape: Shape = [12, 12, 1];
  const batch = randomBatch(3, 13, shape, 3);
  const ends: string[] = [];
  for (const threads of [1, 2, 3]) {
    const options = {"vit.patch": 4, "vit.width": 12, "vit.heads": 2, "vit.depth": 2};
    const network = await start(vit(shape, 3, 1, options), threads, 16);
    for (let step = 0; step < 3; step++) await network.trainBatch(batch, 0.1, step);
    ends.push(JSON.stringify((await network.getWeights()).map(({values}) => [...values])));
    await closeAll();
  }
  expect(new Set(ends).size).toBe(1);
});

test("every node of a graph with branches answers by its name what tfjs' layer does", async () => {
  const shape: Shape = [8, 8, 1];
  const model = vit(shape, 3, 1, {"vit.patch": 4, "vit.width": 8, "vit.heads": 2, "vit.depth": 1});
  randomizeWeights(model, 2);
  const network = await start(model, 1, 5);
  const batch = randomBatch(4, 5, shape, 3);
  const layers = model.layers.slice(1);
  const all = await network.forward(
    batch,
    layers.map(({name}) => name),
  );
  for (const [i, layer] of layers.entries()) {
    const part = tf.model({inputs: model.inputs, outputs: layer.output as Value});
    const expected = part.predict(tf.tensor(batch.pixels, [batch.count, ...shape])) as tf.Tensor;
    expect(all[i].shape, layer.name).toEqual(expected.shape.slice(1));
    const wanted = await expected.data();
    const alone = (await network.forward(batch, [layer.name]))[0].values;
    for (const [n, value] of all[i].values.entries()) {
      expect(Math.abs(value - wanted[n]), layer.name).toBeLessThan(1e-5);
      expect(alone[n]).toBe(value);
    }
  }
});
