import * as tf from "@tensorflow/tfjs";
import {afterAll, describe, expect, test} from "vitest";
import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import type {NamedArray} from "../../src/nouns/network";
import {randomSource} from "../../src/nouns/random";
import type {ImageShape} from "../../src/nouns/samples";
import {type ModelName, models} from "../../src/pipeline/model/index";
import {savedModel} from "../../src/pipeline/model/load/saved-model";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";
import {forward, inputGradient, softmax} from "../../src/report/client/live-digit/network";
import {type PageLayer, pageLayers, pageModelNote, type SavedLayer} from "../../src/report/page-model";

afterAll(() => tf.setBackend("cpu"));

/** A model's layers as the page has them, from the files that a run keeps of it. */
function layersOf(model: tf.LayersModel, weights: readonly NamedArray[]) {
  const saved = JSON.parse(savedModel(model, weights, "test")["model.json"]) as {
    modelTopology: {config: {layers: SavedLayer[]}};
  };
  return pageLayers(saved.modelTopology.config.layers, weights);
}

function known(layers: ReturnType<typeof layersOf>): readonly PageLayer<Float32Array>[] {
  if ("reason" in layers) throw new Error(layers.reason);
  return layers;
}

/** Greatest difference, over the greatest magnitude, where that is above 1. */
function apart(own: ArrayLike<number>, other: ArrayLike<number>): number {
  const size = Array.from(other).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  return Array.from(other).reduce((most, v, i) => Math.max(most, Math.abs(v - own[i])), 0) / size;
}

function imagesOf(shape: ImageShape, count: number, seed: number) {
  const random = randomSource(seed);
  const size = shape[0] * shape[1] * shape[2];
  return {count, shape, pixels: Float32Array.from({length: count * size}, random)};
}

const volume = ([height, width, channels]: ImageShape, values: Float32Array) => ({height, width, channels, values});

// a transformer is not one of the networks that the page runs
describe.each((Object.keys(models) as ModelName[]).filter((name) => name !== "vit"))(
  "the model %s in the page",
  (name) => {
    const shapes: ImageShape[] =
      name === "deep"
        ? [
            [64, 64, 3],
            [29, 28, 1],
          ]
        : [
            [28, 28, 1],
            [15, 14, 3],
          ];
    test.each(shapes)("answers as the engine does, and has its gradients, at %i x %i x %i", async (...shape) => {
      await tf.setBackend("cpu");
      const model = models[name](shape, 5, 3);
      const planned = plan(graphOf(model), "adam");
      if ("reason" in planned) throw new Error(planned.reason);
      const network = await fusedNetwork(planned, {threads: 2, classNames: [..."abcde"], batchSize: 16, seed: 1});
      // a few steps, so that moving averages and biases are not what they begin as
      for (let step = 0; step < 3; step++) {
        const labels = Uint16Array.from({length: 16}, (_, n) => n % 5);
        await network.trainBatch({...imagesOf(shape, 16, 50 + step), labels}, 0.003, step);
      }
      const layers = known(layersOf(model, await network.getWeights()));
      const images = imagesOf(shape, 4, 7);
      const targets = [0, 1, 2, 3];
      const [logits, probabilities, gradient] = [
        await network.logits(images),
        await network.predict(images),
        await network.inputGradient(images, targets),
      ];
      const size = images.pixels.length / 4;
      for (const n of targets) {
        const pass = forward(layers, volume(shape, images.pixels.subarray(n * size, (n + 1) * size)));
        expect(apart(pass.logits, logits.subarray(5 * n, 5 * n + 5))).toBeLessThan(1e-5);
        expect(apart(softmax(pass.logits), probabilities.subarray(5 * n, 5 * n + 5))).toBeLessThan(1e-5);
        const own = gradient.subarray(n * size, (n + 1) * size);
        expect(apart(inputGradient(layers, pass, n), own)).toBeLessThan(1e-5);
        expect(own.some((v) => v !== 0)).toBe(true);
      }
      await network.dispose();
    });
  },
);

test("depthwise convolutions, strides, average pools and relus of their own are tfjs' too", async () => {
  await tf.setBackend("cpu");
  const seed = 5;
  const initializer = tf.initializers.glorotUniform({seed});
  const shape: ImageShape = [13, 12, 2];
  const model = tf.sequential({
    layers: [
      tf.layers.depthwiseConv2d({
        ...{inputShape: [...shape], kernelSize: 3, depthMultiplier: 2, strides: 2, padding: "same", name: "depth"},
        ...{depthwiseInitializer: initializer, activation: "relu"},
      }),
      // unpadded: the gradient that tfjs' cpu backend gives a padded mean counts pixels that are not there
      tf.layers.averagePooling2d({poolSize: 3, strides: 2, name: "mean"}),
      tf.layers.conv2d({filters: 4, kernelSize: [1, 2], kernelInitializer: initializer, name: "wide"}),
      tf.layers.activation({activation: "relu", name: "kink"}),
      tf.layers.globalAveragePooling2d({name: "whole"}),
      tf.layers.dense({units: 3, kernelInitializer: initializer, name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
  const network = tfNetwork(model, shape, ["a", "b", "c"], {optimizer: "adam", seed});
  const layers = known(layersOf(model, await network.getWeights()));
  const images = imagesOf(shape, 1, 3);
  const pass = forward(layers, volume(shape, images.pixels));
  expect(apart(pass.logits, await network.logits(images))).toBeLessThan(1e-5);
  expect(apart(inputGradient(layers, pass, 2), await network.inputGradient(images, [2]))).toBeLessThan(1e-5);
});

test("a model that the page cannot run is refused by the layer, or by its size", () => {
  const dense = (units: number, activation: "tanh" | "linear", name: string) =>
    tf.layers.dense({units, activation, name});
  const build = (hidden: tf.layers.Layer, inputs = 4) => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({inputShape: [inputs, 1, 1]}),
        hidden,
        dense(2, "linear", "logits"),
        tf.layers.softmax({name: "probabilities"}),
      ],
    });
    const weights = model.weights.map((w) => ({
      name: w.originalName,
      shape: w.shape as number[],
      values: new Float32Array(w.read().size),
    }));
    return layersOf(model, weights);
  };
  expect(build(dense(3, "tanh", "hidden"))).toEqual({reason: "layer hidden: an activation tanh"});
  expect(build(tf.layers.elu({name: "bend"}))).toEqual({reason: "layer bend: a ELU"});
  const facts = {parameters: 20, layers: [{name: "bend", type: "ELU"}]};
  expect(pageModelNote(facts)).toBe("--page-model: the page cannot run this model: layer bend: a ELU");
  expect(pageModelNote({...facts, layers: [{name: "logits", type: "Dense"}]})).toBeUndefined();
  expect(build(dense(600, "linear", "hidden"), 1000)).toEqual({
    reason: "it has 601,802 weights, and a page carries at most 500,000 (2 MB)",
  });
});
