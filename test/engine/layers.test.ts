import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {afterEach, beforeAll, describe, expect, test} from "vitest";

import type {NamedArray} from "../../src/nouns/network";
import {SeededDropout} from "../../src/pipeline/model/zoo/seeded-dropout";
import {closeAll, compare, start} from "./compared";
import {lossAndGradients, randomBatch, randomizeWeights, worst} from "./tfjs";

type Shape = readonly [number, number, number];
const CLASSES = 3;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

afterEach(closeAll);

/** The layers between an image and a dense layer of logits, weights drawn anew. */
function modelOf(shape: Shape, seed: number, layers: readonly tf.layers.Layer[]): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({inputShape: [...shape]}));
  for (const layer of layers) model.add(layer);
  if ((model.outputs[0].shape.length as number) > 2) model.add(tf.layers.flatten());
  model.add(tf.layers.dense({units: CLASSES, name: "logits"}));
  model.add(tf.layers.softmax({name: "probabilities"}));
  randomizeWeights(model, seed);
  // Variances are positive.
  const drawn = model.weights.map((weight) => ({weight, values: weight.read()}));
  for (const {weight, values} of drawn)
    if (weight.originalName.endsWith("moving_variance")) weight.write(values.abs().add(0.5));
  return model;
}

const conv = (
  filters: number,
  kernelSize: number | [number, number],
  more: Partial<Parameters<typeof tf.layers.conv2d>[0]> = {},
) => tf.layers.conv2d({filters, kernelSize, ...more});

describe("a layer computes what tfjs' does, and its gradients", () => {
  const cases: [string, Shape, () => tf.layers.Layer[]][] = [
    ["convolution 1 x 1", [6, 7, 3], () => [conv(5, 1)]],
    ["convolution 2 x 2, same", [6, 7, 2], () => [conv(4, 2, {padding: "same"}), conv(3, 2, {padding: "same"})]],
    [
      "convolution 3 x 3, same, relu",
      [6, 7, 2],
      () => [conv(3, 3, {padding: "same", activation: "relu"}), conv(6, 3, {padding: "same"})],
    ],
    ["convolution 4 x 4 without bias", [9, 8, 2], () => [conv(4, 4, {useBias: false}), conv(2, 4, {useBias: false})]],
    ["convolution 5 x 5, same", [8, 8, 2], () => [conv(7, 5, {padding: "same"}), conv(2, 5, {padding: "same"})]],
    ["convolution 7 x 7", [9, 15, 1], () => [conv(2, 7), conv(3, [3, 7])]],
    [
      "convolution 2 x 3 as wide as it is not high",
      [5, 9, 2],
      () => [conv(3, [2, 3], {activation: "relu"}), conv(3, [3, 1])],
    ],
    ["convolution by strides of 2", [9, 10, 2], () => [conv(3, 3, {strides: 2, activation: "relu"}), conv(2, 3)]],
    [
      "convolution by strides of 2, same",
      [9, 10, 2],
      () => [conv(3, 3, {strides: 2, padding: "same"}), conv(2, 3, {strides: 2, padding: "same"})],
    ],
    [
      "convolution by strides of 2 and 1",
      [9, 10, 2],
      () => [conv(3, 3, {strides: [2, 1]}), conv(5, 3, {strides: [1, 2]})],
    ],
    ["convolution 1 x 1 by strides of 2", [7, 8, 3], () => [conv(3, 2), conv(4, 1, {strides: 2}), conv(2, 2)]],
    [
      "relu of its own",
      [6, 6, 2],
      () => [
        conv(3, 3),
        tf.layers.reLU(),
        tf.layers.averagePooling2d({poolSize: 2}),
        tf.layers.activation({activation: "relu"}),
      ],
    ],
    [
      "maximum of 2 x 2, a row left over",
      [9, 7, 2],
      () => [conv(3, 2, {activation: "relu"}), tf.layers.maxPooling2d({poolSize: 2}), conv(2, 2)],
    ],
    [
      "maximum of 2 x 2 after strides",
      [12, 12, 2],
      () => [conv(3, 2, {strides: 2}), tf.layers.maxPooling2d({poolSize: 2})],
    ],
    [
      "maximum of 3 x 3 that overlap",
      [9, 8, 2],
      () => [conv(3, 2, {activation: "relu"}), tf.layers.maxPooling2d({poolSize: 3, strides: 2}), conv(2, 2)],
    ],
    [
      "maximum of 2 x 2, 3 apart, same",
      [8, 7, 3],
      () => [conv(2, 1), tf.layers.maxPooling2d({poolSize: 2, strides: 3, padding: "same"})],
    ],
    [
      "mean of 2 x 2",
      [8, 9, 2],
      () => [conv(3, 1, {activation: "relu"}), tf.layers.averagePooling2d({poolSize: 2}), conv(2, 2)],
    ],
    ["mean of 3 x 3, 1 apart", [6, 7, 2], () => [conv(3, 2), tf.layers.averagePooling2d({poolSize: 3, strides: 1})]],
    ["mean of all", [6, 5, 2], () => [conv(5, 2, {activation: "relu"}), tf.layers.globalAveragePooling2d({})]],
    ["maximum of all", [6, 5, 2], () => [conv(5, 2, {activation: "relu"}), tf.layers.globalMaxPooling2d({})]],
    [
      "dense layers of odd widths",
      [3, 3, 2],
      () => [
        tf.layers.flatten(),
        tf.layers.dense({units: 13, activation: "relu"}),
        tf.layers.dense({units: 7, useBias: false}),
        tf.layers.dense({units: 21, activation: "relu"}),
        tf.layers.dense({units: 1}),
      ],
    ],
    ["rescaling", [5, 5, 2], () => [tf.layers.rescaling({scale: 2, offset: -1}), conv(2, 3, {padding: "same"})]],
    ["normalisation", [5, 6, 2], () => [conv(3, 2), tf.layers.batchNormalization({}), tf.layers.reLU(), conv(2, 2)]],
    [
      "normalisation of the image, and twice",
      [5, 6, 2],
      () => [
        tf.layers.batchNormalization({}),
        conv(5, 2, {strides: 2}),
        tf.layers.batchNormalization({}),
        conv(2, 2, {padding: "same", activation: "relu"}),
        tf.layers.batchNormalization({momentum: 0.5}),
      ],
    ],
    [
      "normalisation of dense outputs",
      [3, 3, 1],
      () => [tf.layers.flatten(), tf.layers.dense({units: 6, activation: "relu"}), tf.layers.batchNormalization({})],
    ],
    [
      "many channels, odd sizes",
      [9, 11, 1],
      () => [conv(7, 3, {activation: "relu"}), conv(9, 3, {activation: "relu"}), conv(13, 3), tf.layers.reLU()],
    ],
    [
      "many channels, more rows than are done at a time",
      [30, 17, 1],
      () => [conv(33, 2), conv(34, 3, {padding: "same", useBias: false}), tf.layers.maxPooling2d({poolSize: 2})],
    ],
    [
      "many channels around strides and pools",
      [15, 14, 1],
      () => [
        conv(8, 2, {strides: 2, activation: "relu"}),
        conv(8, 3, {padding: "same", activation: "relu"}),
        tf.layers.maxPooling2d({poolSize: 2}),
        conv(7, 3, {padding: "same"}),
      ],
    ],
    [
      "many channels",
      [6, 6, 2],
      () => [conv(18, 3, {activation: "relu"}), conv(11, 3, {padding: "same", activation: "relu"})],
    ],
  ];
  test.each(cases)("%s", async (_, shape, layers) => {
    const model = modelOf(shape, 5, layers());
    await compare(model, shape, 6, 2);
  });
});

type BlockOf<A> = A extends fc.Arbitrary<infer B> ? B : never;

test("any composition of layers computes what tfjs' does", {timeout: 120_000}, async () => {
  const block = fc.oneof(
    fc.record({
      kind: fc.constant("convolution" as const),
      filters: fc.integer({min: 1, max: 12}),
      kernel: fc.tuple(fc.integer({min: 1, max: 4}), fc.integer({min: 1, max: 4})),
      strides: fc.tuple(fc.integer({min: 1, max: 2}), fc.integer({min: 1, max: 2})),
      same: fc.boolean(),
      relu: fc.boolean(),
      bias: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("pooling" as const),
      average: fc.boolean(),
      size: fc.integer({min: 2, max: 3}),
      strides: fc.integer({min: 1, max: 3}),
    }),
    fc.record({kind: fc.constant("normalisation" as const)}),
    fc.record({kind: fc.constant("relu" as const)}),
  );
  const network = fc.record({
    shape: fc.tuple(fc.integer({min: 6, max: 13}), fc.integer({min: 6, max: 13}), fc.integer({min: 1, max: 3})),
    blocks: fc.array(block, {minLength: 1, maxLength: 4}),
    hidden: fc.option(fc.integer({min: 1, max: 20})),
    count: fc.integer({min: 2, max: 9}),
    threads: fc.integer({min: 1, max: 4}),
  });
  const layerOf = (b: BlockOf<typeof block>): tf.layers.Layer => {
    if (b.kind === "convolution") {
      const [padding, activation] = [b.same ? "same" : "valid", b.relu ? "relu" : "linear"] as const;
      return conv(b.filters, b.kernel, {strides: b.strides, padding, activation, useBias: b.bias});
    }
    if (b.kind === "pooling") {
      const settings = {poolSize: b.size, strides: b.strides};
      return b.average ? tf.layers.averagePooling2d(settings) : tf.layers.maxPooling2d(settings);
    }
    return b.kind === "relu" ? tf.layers.reLU() : tf.layers.batchNormalization({});
  };
  await fc.assert(
    fc.asyncProperty(network, async ({shape, blocks, hidden, count, threads}) => {
      // A normalisation undoes the one before it: what is left of that one's gradient is rounding alone.
      fc.pre(blocks.every(({kind}, i) => kind !== "normalisation" || blocks[i - 1]?.kind !== kind));
      const layers = blocks.map(layerOf);
      const sizes = layers.reduce<tf.Shape>((s, layer) => layer.computeOutputShape(s) as tf.Shape, [null, ...shape]);
      fc.pre(sizes.every((n) => n === null || n > 0));
      if (hidden) layers.push(tf.layers.flatten(), tf.layers.dense({units: hidden, activation: "relu"}));
      await compare(modelOf(shape, count, layers), shape, count, threads);
      await closeAll();
    }),
    {seed: 20_261_121, numRuns: 25},
  );
});

test("means cut at the image's edge have the gradient finite differences give (tfjs divides by the whole window)", async () => {
  const shape = [5, 5, 1] as const;
  const model = modelOf(shape, 3, [tf.layers.averagePooling2d({poolSize: 3, strides: 2, padding: "same"})]);
  const network = await start(model, 1, 4);
  const batch = randomBatch(1, 1, shape, CLASSES);
  const gradient = await network.inputGradient(batch, [1]);
  const h = 0.25; // logits are linear in the pixels: no curvature, little rounding
  for (const at of [0, 2, 7, 12, 20, 24]) {
    const logit = async (sign: number) => {
      const pixels = batch.pixels.slice();
      pixels[at] += sign * h;
      return (await network.logits({...batch, pixels}))[1];
    };
    expect(gradient[at]).toBeCloseTo(((await logit(1)) - (await logit(-1))) / (2 * h), 5);
  }
});

test("moving averages end where tfjs' end, and a batch that changes no weight does not move them", async () => {
  const shape = [5, 6, 2] as const;
  const model = modelOf(shape, 5, [conv(3, 2), tf.layers.batchNormalization({momentum: 0.8})]);
  const network = await start(model, 2, 8);
  const before = await network.getWeights();
  await network.gradients(randomBatch(1, 8, shape, CLASSES), 0);
  expect(await network.getWeights()).toEqual(before);
  for (const step of [0, 1, 2]) {
    const batch = randomBatch(step, 7, shape, CLASSES);
    await network.trainBatch(batch, 0, step);
    lossAndGradients(model, batch, CLASSES);
  }
  const moving = (await network.getWeights()).slice(-2);
  expect(moving.map(({name}) => name.split("/")[1])).toEqual(["moving_mean", "moving_variance"]);
  moving.forEach(({values}, i) => {
    expect(worst(values, model.weights.slice(-2)[i].read().dataSync())).toBeLessThan(1e-5);
  });
});

test("normalised networks train to the same bits with 1 to 4 threads", async () => {
  const shape = [8, 8, 1] as const;
  const model = modelOf(shape, 5, [
    conv(6, 3),
    tf.layers.batchNormalization({}),
    tf.layers.reLU(),
    new SeededDropout({rate: 0.3, name: "drop"}),
    conv(3, 3, {padding: "same"}),
  ]);
  const trained = [];
  for (const threads of [1, 2, 3, 4]) {
    const network = await start(model, threads, 30);
    for (let step = 0; step < 4; step++) await network.trainBatch(randomBatch(step, 30, shape, CLASSES), 1e-2, step);
    trained.push(await network.getWeights());
  }
  for (const other of trained.slice(1)) expect(other).toEqual(trained[0]);
});

test("normalisation without scale or shift is one whose scale is 1 and shift 0 (tfjs cannot train such)", async () => {
  const shape = [5, 6, 2] as const;
  const batch = randomBatch(4, 7, shape, CLASSES);
  const layers = (more: object) => [conv(3, 2), tf.layers.batchNormalization({...more, name: "norm"}), conv(2, 2)];
  const bare = await start(modelOf(shape, 5, layers({scale: false, center: false})), 2, 8);
  const full = await start(modelOf(shape, 6, layers({})), 2, 8);
  const others = (await bare.getWeights()).values();
  const roles = (await full.getWeights()).map((weight): NamedArray => {
    if (!/gamma|beta/.test(weight.name)) return {...weight, values: (others.next().value as NamedArray).values};
    return {...weight, values: weight.values.map(() => (weight.name.endsWith("gamma") ? 1 : 0))};
  });
  await full.setWeights(roles);
  expect(await bare.predict(batch)).toEqual(await full.predict(batch));
  const gradients = (await full.gradients(batch, 0)).filter(({name}) => !/gamma|beta/.test(name));
  expect((await bare.gradients(batch, 0)).map(({values}) => values)).toEqual(gradients.map(({values}) => values));
});
