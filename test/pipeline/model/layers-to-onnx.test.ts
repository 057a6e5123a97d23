import * as tf from "@tensorflow/tfjs";
import {InferenceSession, Tensor} from "onnxruntime-node";
import {expect, test} from "vitest";

import {randomSource} from "../../../src/nouns/random";
import {models} from "../../../src/pipeline/model/index";
import {layersToOnnx} from "../../../src/pipeline/model/load/layers-to-onnx";
import {onnxNetwork} from "../../../src/pipeline/model/load/onnx-network";
import {savedLayers} from "../../../src/pipeline/model/load/saved-layers";
import {savedModel} from "../../../src/pipeline/model/load/saved-model";

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
  ["vit", [28, 28, 1]],
  ["vit", [30, 23, 3]], // what no whole patch covers is not seen
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
  const turned = tf.sequential({layers: [tf.layers.permute({inputShape: [3, 2], dims: [2, 1], name: "turned"})]});
  await expect(exported(turned, 2)).rejects.toThrow(
    /^--to onnx: expected layers of Conv2D, .*, got turned of Permute$/,
  );
  const two = tf.input({shape: [3]});
  const outputs = ["a", "b"].map((name) => tf.layers.dense({units: 2, name}).apply(two) as tf.SymbolicTensor);
  const forked = tf.model({inputs: two, outputs});
  await expect(exported(forked, 2)).rejects.toThrow("expected layers with one output in model.json, got 2 outputs");
  const elu = tf.sequential({layers: [tf.layers.dense({inputShape: [3], units: 2, activation: "elu", name: "odd"})]});
  await expect(exported(elu, 2)).rejects.toThrow(
    "--to onnx: expected an activation of relu, softmax, sigmoid, tanh, got elu in odd",
  );
});

test("branches, layers that are called twice, and layers over channels are as tfjs has them", async () => {
  const pixels = tf.input({shape: [10, 9, 3], name: "pixels"});
  const apply = (layer: tf.layers.Layer, ...given: tf.SymbolicTensor[]) =>
    layer.apply(given.length === 1 ? given[0] : given) as tf.SymbolicTensor;
  const same = {kernelSize: 3, padding: "same"} as const;
  const shared = tf.layers.conv2d({filters: 4, ...same, name: "shared", activation: "softmax"});
  const by4 = tf.layers.conv2d({filters: 4, ...same, name: "by4"});
  const wide = apply(by4, pixels);
  const [once, twice] = [apply(shared, wide), apply(shared, apply(tf.layers.reLU({name: "relu"}), wide))];
  const sum = apply(tf.layers.add({name: "sum"}), once, twice, wide);
  const mixed = apply(tf.layers.dense({units: 4, name: "over_channels"}), sum); // a dense layer over each pixel's channels
  const product = apply(tf.layers.multiply({name: "product"}), mixed, sum);
  const parts = [product, apply(tf.layers.maximum({name: "greater"}), once, wide)];
  const joined = apply(tf.layers.concatenate({name: "joined"}), ...parts);
  const scaled = apply(tf.layers.batchNormalization({name: "scaled", scale: false}), joined);
  const mean = apply(tf.layers.average({name: "mean"}), scaled, joined);
  const pooled = apply(tf.layers.globalAveragePooling2d({name: "pooled"}), mean);
  const normal = apply(tf.layers.batchNormalization({name: "normal"}), pooled);
  const logits = apply(tf.layers.dense({units: 3, name: "logits"}), normal);
  const model = tf.model({inputs: pixels, outputs: apply(tf.layers.softmax({name: "probabilities"}), logits)});
  shaken(model);
  const values = Float32Array.from({length: 2 * 270}, randomSource(2));
  const session = await InferenceSession.create(await exported(model, 3), {logSeverityLevel: 3});
  const {logits: said} = await session.run({pixels: new Tensor("float32", values, [2, 10, 9, 3])});
  const given = tf.tidy(() => {
    const cut = tf.model({inputs: model.inputs, outputs: logits}).predict(tf.tensor(values, [2, 10, 9, 3]));
    return (cut as tf.Tensor).dataSync();
  });
  expect(said.data as Float32Array).toBeAllClose([...given], {rtol: 1e-5, atol: 1e-5});
  await session.release();
  model.dispose();
});

test("an exported transformer has gradients, which are the network's own", async () => {
  const model = models.vit([14, 14, 1], 3, 1);
  const network = await onnxNetwork(await exported(model, 3), {input: {scale: 1, mean: [0], std: [1]}, output: "auto"});
  const pixels = Float32Array.from({length: 196}, randomSource(1));
  const toLogits = tf.model({inputs: model.inputs, outputs: model.getLayer("logits").output as tf.SymbolicTensor});
  const own = tf.tidy(() => {
    const score = (x: tf.Tensor) => (toLogits.apply(x) as tf.Tensor).slice([0, 2], [1, 1]).asScalar();
    return tf
      .grad(score)(tf.tensor(pixels, [1, 14, 14, 1]))
      .dataSync();
  });
  const image = {count: 1, shape: [14, 14, 1] as const, pixels};
  const most = Math.max(...own.map(Math.abs));
  expect(await network.inputGradient(image, [2])).toBeAllClose([...own], {rtol: 1e-4, atol: 1e-5 * most});
  await network.dispose();
  model.dispose();
});
