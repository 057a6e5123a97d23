/** @file Networks that tfjs has saved: their scores, gradients and layers, worked by hand. */
import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {EMBEDDING, LOGITS} from "../../../src/nouns/network";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {savedModel} from "../../../src/pipeline/model/load/saved-model";
import {tfjsModelJson} from "../../../src/pipeline/model/load/tfjs-weights";
import {tfjsNetwork} from "../../../src/pipeline/model/tf/tfjs-network";

const plain: LoadSettings = {what: "net", input: {scale: 1, mean: [0], std: [1]}, output: "auto"};
beforeAll(() => tf.setBackend("cpu"));

function opened(model: tf.LayersModel, settings: Partial<LoadSettings> & {readonly layer?: string} = {}) {
  const weights = model.weights.map((weight) => ({
    ...{name: weight.originalName, shape: weight.shape as number[]},
    values: weight.read().dataSync() as Float32Array,
  }));
  const saved = savedModel(model, weights, "test");
  const json = tfjsModelJson(JSON.parse(saved["model.json"]), "net");
  return tfjsNetwork(json, saved["weights.bin"], {...plain, ...settings});
}

/** An image is a row of two pixels. */
const images = (...pixels: readonly number[]) => ({
  ...{count: pixels.length / 2, shape: [1, 2, 1] as const, pixels: Float32Array.from(pixels)},
});
const dense = (kernel: readonly (readonly number[])[], activation: "linear" | "sigmoid" | "softmax", name = "out") =>
  tf.layers.dense({
    ...{units: kernel[0].length, useBias: false, activation, name},
    weights: [tf.tensor2d(kernel.map((row) => [...row]))],
  });
const net = (last: tf.layers.Layer, batch: number | null = null) =>
  tf.sequential({layers: [tf.layers.flatten({batchInputShape: [batch, 1, 2, 1], name: "flat"}), last]});
const kernel = [
  [1, 2, 3],
  [4, 5, 7],
];

test("a single score is half for its class and half against it, and so are its gradients", async () => {
  const network = await opened(net(dense([[2], [-4]], "sigmoid")));
  expect(network.classNames).toEqual(["0", "1"]);
  expect(await network.logits(images(1, 0, 0, 0.5))).toBeAllClose([-1, 1, 1, -1], {rtol: 1e-6});
  const pair = images(0.1, 0.2, 0.3, 0.4);
  expect(await network.inputGradient(pair, [1, 0])).toBeAllClose([1, -2, -1, 2], {rtol: 1e-6});
  expect([...(await network.inputGradient(pair, "all"))].map(Math.abs)).toEqual([0, 0, 0, 0]);
  await network.dispose();
});

test("a single score that is none has gradients of its own", async () => {
  const network = await opened(net(dense([[2], [-4]], "linear")), {output: "logits"});
  expect(await network.logits(images(1, 0))).toBeAllClose([-1, 1], {rtol: 1e-6});
  expect(await network.inputGradient(images(1, 0), [1])).toBeAllClose([1, -2], {rtol: 1e-6});
  await network.dispose();
});

describe.each([null, 2])("scores of three classes, with a batch of %j,", (batch) => {
  test("and their gradients are of each image, however many are asked for", async () => {
    const network = await opened(net(dense(kernel, "softmax"), batch));
    const three = images(1, 0, 0, 1, 1, 1);
    expect(await network.logits(three)).toBeAllClose([1, 2, 3, 4, 5, 7, 5, 7, 10], {rtol: 1e-6});
    expect(await network.inputGradient(three, [2, 0, 1])).toBeAllClose([3, 7, 1, 4, 2, 5], {rtol: 1e-6});
    expect(await network.inputGradient(three, "all")).toBeAllClose([6, 16, 6, 16, 6, 16], {rtol: 1e-6});
    expect(network.parameters).toBe(6);
    await network.dispose();
  });

  test("come with the answers of layers, the first of them where it is wanted", async () => {
    const network = await opened(net(dense(kernel, "softmax"), batch));
    const three = images(1, 0, 0, 1, 1, 1);
    const into = new Float32Array(6);
    const [flat, logits, embedding, out] = await network.forward(three, ["flat", LOGITS, EMBEDDING, "out"], into);
    expect(flat).toEqual({layer: "flat", shape: [2], values: into});
    expect([...into]).toEqual([1, 0, 0, 1, 1, 1]);
    expect(logits).toMatchObject({layer: LOGITS, shape: [3]});
    expect(logits.values).toBeAllClose([1, 2, 3, 4, 5, 7, 5, 7, 10], {rtol: 1e-6});
    expect([embedding.layer, [...embedding.values]]).toEqual([EMBEDDING, [1, 0, 0, 1, 1, 1]]);
    expect(out.values.subarray(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    await expect(network.forward(three, ["gone"])).rejects.toThrow('layer: expected one of flat, out, got "gone"');
    await expect(network.logits({...three, shape: [2, 1, 1]})).rejects.toThrow(
      "images: expected 1 x 2 x 1, the model's input, got 2 x 1 x 1",
    );
    await network.dispose();
  });
});

test("independent classes have their own scores", async () => {
  const network = await opened(net(dense(kernel, "sigmoid")));
  expect(network.kind).toBe("independent");
  expect(await network.logits(images(1, 0))).toBeAllClose([1, 2, 3], {rtol: 1e-6});
  await network.dispose();
});

describe("maps", () => {
  const conv = (name: string, filters = 1) =>
    tf.layers.conv2d({filters, kernelSize: 1, name, kernelInitializer: "ones", useBias: false});
  const head = (...layers: tf.layers.Layer[]) =>
    tf.sequential({
      layers: [
        tf.layers.rescaling({scale: 1, inputShape: [2, 2, 1], name: "in"}),
        ...layers,
        tf.layers.flatten(),
        last(),
      ],
    });
  const last = () =>
    dense(
      [
        [1, 0],
        [0, 2],
        [3, 0],
        [0, 4],
      ],
      "softmax",
    );
  const image = {count: 3, shape: [2, 2, 1] as const, pixels: Float32Array.from({length: 12}, (_, n) => n + 1)};

  test("are those of the last convolution, or what follows it at its size, with their gradients", async () => {
    const network = await opened(head(conv("first"), conv("second"), tf.layers.reLU({name: "relu"})));
    const made = await network.layerGradient?.(image, [0, 1, 0]);
    expect([made?.layer, made?.shape]).toEqual(["relu", [2, 2, 1]]);
    expect([...(made?.activations ?? [])]).toEqual([...image.pixels]);
    expect([...(made?.gradients ?? [])]).toEqual([1, 0, 3, 0, 0, 2, 0, 4, 1, 0, 3, 0]);
    expect((await network.layerGradient?.(image, [0, 1, 0], "first"))?.layer).toBe("first");
    await expect(network.layerGradient?.(image, [0, 1, 0], "out")).rejects.toThrow(
      "--grad-cam.layer: expected a layer with rows and columns, got out of [2]",
    );
    await network.dispose();
  });

  test("are missing where there is no convolution", async () => {
    const network = await opened(net(dense(kernel, "softmax")));
    await expect(network.layerGradient?.(images(1, 0), [0])).rejects.toThrow(
      "net: expected a convolution with rows and columns for --method grad-cam, got none",
    );
    await network.dispose();
  });

  test("are shown of twelve layers at most, from the first to the last", async () => {
    const shown = async (count: number) => {
      const relus = Array.from({length: count}, (_, n) => tf.layers.reLU({name: `r${n}`}));
      const network = await opened(head(...relus));
      await network.dispose();
      return (network.shownLayers ?? []).map(({name}) => name);
    };
    expect(await shown(11)).toEqual([...Array.from({length: 11}, (_, n) => `r${n}`), "out"]);
    const many = await shown(22); // with the last layer 23, of which every other one is taken
    expect(many).toEqual([...Array.from({length: 11}, (_, n) => `r${2 * n}`), "out"]);
  });
});
