import * as tf from "@tensorflow/tfjs";
import {InferenceSession, Tensor} from "onnxruntime-node";
import {expect, test} from "vitest";

import {randomSource} from "../src/nouns/random";
import {models} from "../src/pipeline/model/index";
import {layersToOnnx, savedLayers} from "../src/pipeline/model/load/layers-to-onnx";
import {onnxNetwork} from "../src/pipeline/model/load/onnx-network";
import {savedModel} from "../src/pipeline/model/load/saved-model";

async function exported(model: tf.LayersModel, classes: number): Promise<Uint8Array> {
  const weights = await Promise.all(
    model.weights.map(async (weight) => ({
      name: weight.originalName,
      shape: weight.shape as number[],
      values: (await weight.read().data()) as Float32Array,
    })),
  );
  const saved = savedModel(model, weights, "test");
  const shape = (model.inputs[0].shape as number[]).slice(1);
  return layersToOnnx(savedLayers(saved["model.json"], saved["weights.bin"], "model.json"), shape, classes);
}

/** Other weights than those a network begins with, moving means and variances too. */
function shaken(model: tf.LayersModel): void {
  const random = randomSource(5);
  const moved = model.getWeights().map((weight) =>
    tf.tidy(() => {
      const values = Float32Array.from(weight.dataSync(), (value) => Math.abs(value + 0.2 * (random() - 0.3)) + 0.01);
      const signed = weight.shape.length > 1 ? values.map((value, i) => (i % 3 ? value : -value)) : values;
      return tf.tensor(signed, weight.shape);
    }),
  );
  model.setWeights(moved);
}

test.each([
  ["cnn", [28, 28, 1]],
  ["cnn", [17, 23, 3]],
  ["deep", [32, 32, 3]],
  ["deep", [41, 30, 1]],
  ["mlp", [9, 7, 3]],
  ["exigo", [28, 28, 1]],
] as const)(
  "%s on images of %s: onnxruntime gives the logits and probabilities that tfjs gives",
  async (name, shape) => {
    const classes = 4;
    const model = models[name]([...shape], classes, 3);
    shaken(model);
    const count = 3;
    const size = shape.reduce<number>((a, b) => a * b, count);
    const random = randomSource(1);
    const pixels = Float32Array.from({length: size}, random);
    const session = await InferenceSession.create(await exported(model, classes), {logSeverityLevel: 3});
    expect([session.inputNames, session.outputNames]).toEqual([["pixels"], ["logits", "probabilities"]]);
    const answers = await session.run({pixels: new Tensor("float32", pixels, [count, ...shape])});
    const outputs = ["logits", "probabilities"].map((layer) => model.getLayer(layer).output as tf.SymbolicTensor);
    const given = tf.tidy(() => {
      const both = tf
        .model({inputs: model.inputs, outputs})
        .predict(tf.tensor(pixels, [count, ...shape])) as tf.Tensor[];
      return both.map((tensor) => tensor.dataSync());
    });
    expect(answers.logits.dims).toEqual([count, classes]);
    const greatest = Math.max(...given[0].map(Math.abs));
    // sums of some thousand products in another order: about 1e-6 of the greatest
    expect(answers.logits.data as Float32Array).toBeAllClose([...given[0]], {rtol: 1e-5, atol: 1e-5 * greatest});
    expect(answers.probabilities.data as Float32Array).toBeAllClose([...given[1]], {rtol: 1e-4, atol: 1e-5});
    await session.release();
    model.dispose();
  },
);

test("an exported network is opened as one that others have trained, by the scores that it calls logits", async () => {
  const model = models.mlp([9, 7, 3], 4, 3);
  shaken(model);
  const network = await onnxNetwork(await exported(model, 4), {input: {scale: 1, mean: [0], std: [1]}, output: "auto"});
  const pixels = Float32Array.from({length: 2 * 189}, randomSource(1));
  const wanted = tf.tidy(() => (model.predict(tf.tensor(pixels, [2, 9, 7, 3])) as tf.Tensor).dataSync());
  expect(network.facts.logits).toBe("logits");
  expect(await network.predict({count: 2, shape: [9, 7, 3], pixels})).toBeAllClose([...wanted], {
    rtol: 1e-4,
    atol: 1e-6,
  });
  await network.dispose();
  model.dispose();
});

test("padding, strides, averages and activations as TensorFlow has them", async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [11, 8, 2],
        filters: 3,
        kernelSize: [3, 2],
        strides: [2, 1],
        padding: "same",
        activation: "tanh",
      }),
      tf.layers.averagePooling2d({poolSize: 2, padding: "same"}),
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 2,
        dilationRate: 2,
        useBias: false,
        padding: "same",
        activation: "sigmoid",
      }),
      tf.layers.flatten(),
      tf.layers.dense({units: 5, activation: "relu", useBias: false}),
      tf.layers.dense({units: 3, activation: "softmax"}),
    ],
  });
  const pixels = Float32Array.from({length: 2 * 11 * 8 * 2}, randomSource(2));
  const session = await InferenceSession.create(await exported(model, 3), {logSeverityLevel: 3});
  expect(session.outputNames).toEqual(["probabilities"]);
  const {probabilities} = await session.run({pixels: new Tensor("float32", pixels, [2, 11, 8, 2])});
  const given = (model.predict(tf.tensor(pixels, [2, 11, 8, 2])) as tf.Tensor).dataSync();
  expect(probabilities.data as Float32Array).toBeAllClose([...given], {rtol: 1e-5, atol: 1e-6});
  await session.release();
});

test("a layer or an activation that is not known is refused by its name", async () => {
  const vit = models.vit([16, 16, 1], 3, 0);
  await expect(exported(vit, 3)).rejects.toThrow(/^--to onnx: expected (layers of|a sequence of layers)/);
  const elu = tf.sequential({layers: [tf.layers.dense({inputShape: [3], units: 2, activation: "elu", name: "odd"})]});
  await expect(exported(elu, 2)).rejects.toThrow(
    "--to onnx: expected an activation of relu, softmax, sigmoid, tanh, got elu in odd",
  );
});
