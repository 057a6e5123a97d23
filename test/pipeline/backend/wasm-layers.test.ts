import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {lossAndGradients, randomBatch, randomizeWeights, worst} from "../../engine/tfjs";

beforeAll(async () => {
  tf.enableProdMode();
  await startBackend("wasm");
});
afterAll(() => tf.setBackend("cpu"));

const {layers} = tf;
const activations = ["elu", "selu", "sigmoid", "softplus", "softsign", "tanh", "hardSigmoid", "relu6", "swish", "mish"];

/** Layers that may stand between a convolution and a dense layer. */
const cases: [name: string, make: () => tf.layers.Layer[]][] = [
  ...activations.map((name): [string, () => tf.layers.Layer[]] => [
    name,
    () => [layers.activation({activation: name as "elu"})],
  ]),
  ["leaky relu", () => [layers.leakyReLU()]],
  ["relu with trained slopes", () => [layers.prelu()]],
  ["a transposed convolution", () => [layers.conv2dTranspose({filters: 3, kernelSize: 3, strides: 2})]],
  ["a separable convolution", () => [layers.separableConv2d({filters: 3, kernelSize: 3})]],
  ["a depthwise convolution", () => [layers.depthwiseConv2d({kernelSize: 3, depthMultiplier: 2, strides: [2, 2]})]],
  ["a convolution by 3", () => [layers.conv2d({filters: 3, kernelSize: 3, strides: 3, activation: "tanh"})]],
  ["layer normalisation", () => [layers.layerNormalization()]],
  ["a global maximum", () => [layers.globalMaxPooling2d({})]],
  ["padded max pools", () => [layers.maxPooling2d({poolSize: 3, strides: 2, padding: "same"})]],
  ["padded average pools", () => [layers.averagePooling2d({poolSize: 3, strides: 2, padding: "same"})]],
  ["bilinear upsampling", () => [layers.upSampling2d({size: [2, 2], interpolation: "bilinear"})]],
  ["zero padding", () => [layers.zeroPadding2d({padding: 1})]],
  ["cropping", () => [layers.cropping2D({cropping: 1})]],
  ["turned axes", () => [layers.permute({dims: [2, 1, 3]})]],
  [
    "a convolution of rows",
    () => [layers.reshape({targetShape: [12, 48]}), layers.conv1d({filters: 3, kernelSize: 3})],
  ],
  ["a recurrent layer over rows", () => [layers.reshape({targetShape: [12, 48]}), layers.lstm({units: 5})]],
];

test.each(cases)("a network with %s has on wasm the gradients of the cpu backend", async (_, make) => {
  const batch = randomBatch(1, 5, [12, 12, 1], 3);
  const on = async (backend: string) => {
    await tf.setBackend(backend);
    const first = layers.conv2d({inputShape: [12, 12, 1], filters: 4, kernelSize: 3, padding: "same"});
    const last = layers.dense({units: 3, name: "logits"});
    const made = make();
    const model = tf.sequential({layers: [first, ...made]});
    if (model.outputShape.length > 2) model.add(layers.flatten());
    model.add(last);
    model.add(layers.softmax());
    randomizeWeights(model, 3);
    return lossAndGradients(model, batch, 3);
  };
  const [expected, actual] = [await on("cpu"), await on("wasm")];
  expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-5);
  expect(actual.gradients).toHaveLength(expected.gradients.length);
  actual.gradients.forEach((gradient, i) => {
    expect(worst(gradient, expected.gradients[i])).toBeLessThan(1e-5);
  });
});
