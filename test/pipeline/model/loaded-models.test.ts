import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";
import {explainWithLime} from "../../../src/lime/lime";
import {fork} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {modelInput} from "../../../src/pipeline/model/load/model-input";
import {onnxClassifier} from "../../../src/pipeline/model/load/onnx-classifier";
import {savedModel} from "../../../src/pipeline/model/load/saved-model";
import {tfjsClassifier} from "../../../src/pipeline/model/tf/tfjs-classifier";
import {tinyOnnx} from "../../support/tiny-onnx";

const random = fork(3, "images");
const images = (count: number, shape: Images["shape"]): Images => ({
  count,
  shape,
  pixels: Float32Array.from({length: count * shape[0] * shape[1] * shape[2]}, random),
});
const plain: LoadSettings = {input: {scale: 1, mean: [0], std: [1]}, output: "auto"};
const tiny = {layout: "nchw", input: [6, 5, 3], weights: [4, -1, 0.5, 2, -3, 1], classes: 2, softmax: true} as const;

/** The tiny model's answers, computed here: channel means times its weights, then softmax. */
function expected({count, shape: [height, width], pixels}: Images, input = plain.input): number[] {
  return Array.from({length: count}, (_, n) => {
    const means = [0, 1, 2].map((c) => {
      let sum = 0;
      for (let p = 0; p < height * width; p++) sum += pixels[(n * height * width + p) * 3 + c];
      const mean = (sum / (height * width)) * input.scale;
      return (mean - input.mean[c % input.mean.length]) / input.std[c % input.std.length];
    });
    const scores = [0, 1].map((k) => means.reduce((sum, m, c) => sum + m * tiny.weights[2 * c + k], 0));
    const odds = scores.map(Math.exp);
    return odds.map((v) => v / (odds[0] + odds[1]));
  }).flat();
}

describe("an ONNX model", () => {
  test.each(["nchw", "nhwc"] as const)("in %s is asked in its own layout, found from its input", async (layout) => {
    const classifier = await onnxClassifier(tinyOnnx({...tiny, layout}), plain);
    expect(classifier.imageShape).toEqual([6, 5, 3]);
    expect(classifier.classNames).toEqual(["0", "1"]);
    const batch = images(7, [6, 5, 3]);
    expect(await classifier.predict(batch)).toBeAllClose(expected(batch), {rtol: 1e-5});
    await classifier.dispose();
  });

  test("gets its pixels scaled and normalised, and its logits made probabilities", async () => {
    const input = {scale: 255, mean: [120, 110, 100], std: [60, 50, 70]};
    const classifier = await onnxClassifier(tinyOnnx({...tiny, softmax: false}), {...plain, input});
    const batch = images(3, [6, 5, 3]);
    expect(await classifier.predict(batch)).toBeAllClose(expected(batch, input), {rtol: 1e-4});
    await classifier.dispose();
  });

  test("of a fixed batch size answers any number of images", async () => {
    const classifier = await onnxClassifier(tinyOnnx({...tiny, batch: 4}), plain);
    for (const count of [1, 4, 6]) {
      const batch = images(count, [6, 5, 3]);
      expect(await classifier.predict(batch)).toBeAllClose(expected(batch), {rtol: 1e-5});
    }
    await classifier.dispose();
  });

  test("is explained like any classifier", async () => {
    const classifier = await onnxClassifier(tinyOnnx(tiny), plain);
    const image = images(1, [6, 5, 3]);
    const segmentation = {labels: Uint16Array.from({length: 30}, (_, p) => (p % 5 < 2 ? 0 : 1)), count: 2};
    const {weights} = await explainWithLime(classifier, image, {segmentation, hiding: [0], explained: 0});
    expect(weights[1]).toBeGreaterThan(weights[0]); // three columns of pixels against two, all for class 0
    await classifier.dispose();
  });

  test("that is none, or does not fit what was said, is refused in one line", async () => {
    await expect(onnxClassifier(Uint8Array.of(1, 2, 3), plain)).rejects.toThrow(
      "model: expected an ONNX file, got one that starts with 01 02 03",
    );
    await expect(onnxClassifier(tinyOnnx(tiny), {...plain, classNames: ["a", "b", "c"]})).rejects.toThrow(
      "--classes: expected 2 names, one for each output of model, got 3",
    );
    await expect(onnxClassifier(tinyOnnx(tiny), {...plain, imageShape: [8, 8, 3]})).rejects.toThrow(
      "--size: expected 6 x 5 x 3, the model's input, got 8 x 8 x 3",
    );
    const strange = tinyOnnx({...tiny, input: [6, 5, 7], weights: new Array(14).fill(1)});
    await expect(onnxClassifier(strange, plain)).rejects.toThrow("--layout: expected nchw or nhwc");
  });
});

describe("a saved tfjs model", () => {
  beforeAll(() => tf.setBackend("cpu"));
  const layers = () =>
    tf.sequential({
      layers: [
        tf.layers.globalAveragePooling2d({inputShape: [6, 5, 3]}),
        tf.layers.dense({
          units: 2,
          useBias: false,
          activation: "softmax",
          weights: [tf.tensor2d([...tiny.weights], [3, 2])],
        }),
      ],
    });

  test("is asked as saved, and lets its memory go", async () => {
    const model = layers();
    const weights = model.weights.map((w) => ({
      name: w.originalName,
      shape: w.shape as number[],
      values: w.read().dataSync() as Float32Array,
    }));
    const saved = savedModel(model, weights, "test");
    model.dispose();
    const before = tf.memory().numTensors;
    const classifier = await tfjsClassifier(JSON.parse(saved["model.json"]), saved["weights.bin"], plain);
    const batch = images(4, [6, 5, 3]);
    expect(await classifier.predict(batch)).toBeAllClose(expected(batch), {rtol: 1e-5});
    expect(await classifier.predict(batch)).toBeAllClose(expected(batch), {rtol: 1e-5});
    await classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("in the graph format too", async () => {
    const sized = (...sizes: number[]) => ({dim: sizes.map((size) => ({size: `${size}`}))});
    const constant = (name: string, dtype: string, ...sizes: number[]) => ({
      name,
      op: "Const",
      attr: {dtype: {type: dtype}, value: {tensor: {dtype, tensorShape: sized(...sizes)}}},
    });
    const image = {dtype: {type: "DT_FLOAT"}, shape: {shape: sized(-1, 6, 5, 3)}};
    const node = [
      {name: "image", op: "Placeholder", attr: image},
      constant("axes", "DT_INT32", 2),
      constant("weights", "DT_FLOAT", 3, 2),
      {name: "means", op: "Mean", input: ["image", "axes"], attr: {keep_dims: {b: false}}},
      {
        name: "scores",
        op: "MatMul",
        input: ["means", "weights"],
        attr: {transpose_a: {b: false}, transpose_b: {b: false}},
      },
      {name: "out", op: "Softmax", input: ["scores"], attr: {}},
    ];
    const specs = [
      {name: "axes", shape: [2], dtype: "int32"},
      {name: "weights", shape: [3, 2], dtype: "float32"},
    ];
    const binary = new Uint8Array([
      ...new Uint8Array(Int32Array.of(1, 2).buffer),
      ...new Uint8Array(Float32Array.from(tiny.weights).buffer),
    ]);
    const json = {
      format: "graph-model",
      modelTopology: {node, versions: {producer: 1, minConsumer: 0}},
      weightsManifest: [{paths: ["w.bin"], weights: specs}],
    };
    const before = tf.memory().numTensors;
    const classifier = await tfjsClassifier(json, binary, plain);
    const batch = images(3, [6, 5, 3]);
    expect(await classifier.predict(batch)).toBeAllClose(expected(batch), {rtol: 1e-5});
    await classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("pixels go through scale, mean and standard deviation into either layout", () => {
  const two: Images = {count: 1, shape: [1, 2, 3], pixels: Float32Array.of(0, 0.5, 1, 0.2, 0.4, 0.6)};
  const settings = {scale: 10, mean: [1, 2, 3], std: [1, 2, 4]};
  expect(modelInput(two, {...settings, layout: "nhwc"})).toBeAllClose([-1, 1.5, 1.75, 1, 1, 0.75], {rtol: 1e-6});
  expect(modelInput(two, {...settings, layout: "nchw"})).toBeAllClose([-1, 1, 1.5, 1, 1.75, 0.75], {rtol: 1e-6});
  expect(() => modelInput(two, {...settings, mean: [1, 2], layout: "nchw"})).toThrow("mean: expected 1 or 3 numbers");
});
