/** @file Folders with a tfjs GraphModel each, looked at like any other network. */
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";
import {EMBEDDING, LOGITS} from "../../../src/nouns/network";
import type {LayerState} from "../../../src/pipeline/record/layer-state";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {openerOf} from "../../../src/pipeline/watch/openers";
import {watchOptionsOf} from "../../../src/pipeline/watch/options";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf} from "../../support/small-run";
import {epochsOf, linesOf, pathOf, pixelsOf, refusalsOf, testImages, watchAll} from "../../support/watched";

const sized = (...sizes: number[]) => ({dim: sizes.map((size) => ({size: `${size}`}))});
const ints = (...list: number[]) => ({list: {i: list.map(String)}});
const word = (text: string) => ({s: Buffer.from(text).toString("base64")});
const SHAPES = {kernel: [3, 3, 1, 4], dense: [4, 3]} as const;

/** Weights of an epoch, any but the same every time. */
const valuesOf = (name: keyof typeof SHAPES, epoch: number) =>
  Float32Array.from({length: SHAPES[name].reduce<number>((a, b) => a * b, 1)}, (_, i) =>
    Math.sin(7 * i + 3 * epoch + name.length),
  );

/** Convolution, relu, mean of each channel, dense, and a softmax or a sigmoid. */
function written(folder: string, epoch: number, end = "Softmax"): void {
  const stored = (name: keyof typeof SHAPES) => ({
    ...{name, op: "Const"},
    attr: {dtype: {type: "DT_FLOAT"}, value: {tensor: {dtype: "DT_FLOAT", tensorShape: sized(...SHAPES[name])}}},
  });
  const conv = {
    strides: ints(1, 1, 1, 1),
    dilations: ints(1, 1, 1, 1),
    padding: word("VALID"),
    data_format: word("NHWC"),
  };
  const node = [
    {name: "x", op: "Placeholder", attr: {dtype: {type: "DT_FLOAT"}, shape: {shape: sized(-1, 8, 8, 1)}}},
    stored("kernel"),
    stored("dense"),
    {
      name: "axes",
      op: "Const",
      attr: {dtype: {type: "DT_INT32"}, value: {tensor: {dtype: "DT_INT32", tensorShape: sized(2)}}},
    },
    {name: "conv", op: "Conv2D", input: ["x", "kernel"], attr: conv},
    {name: "relu", op: "Relu", input: ["conv"], attr: {}},
    {name: "mean", op: "Mean", input: ["relu", "axes"], attr: {keep_dims: {b: false}}},
    {name: "scores", op: "MatMul", input: ["mean", "dense"], attr: {transpose_a: {b: false}, transpose_b: {b: false}}},
    {name: "out", op: end, input: ["scores"], attr: {}},
  ];
  const weights = [
    ...(["kernel", "dense"] as const).map((name) => ({name, shape: SHAPES[name], dtype: "float32"})),
    {name: "axes", shape: [2], dtype: "int32"},
  ];
  const own = join(folder, `epoch-${epoch}`);
  mkdirSync(own);
  writeFileSync(
    join(own, "weights.bin"),
    Buffer.concat(
      [valuesOf("kernel", epoch), valuesOf("dense", epoch), Int32Array.of(1, 2)].map(({buffer}) => Buffer.from(buffer)),
    ),
  );
  const model = {
    format: "graph-model",
    modelTopology: {node, versions: {producer: 1, minConsumer: 0}},
    weightsManifest: [{paths: ["weights.bin"], weights}],
  };
  writeFileSync(join(own, "model.json"), JSON.stringify(model));
}

test("scores, gradients, activations and weights are tfjs' own", async () => {
  const folder = temporaryFolder();
  written(folder, 1);
  const {options} = await watchOptionsOf(folder, {mean: "0.25", std: "0.5"});
  const opener = await openerOf(options);
  const {network, dispose} = await opener.checkpoint(
    {epoch: 1, name: "epoch-1", kind: "tfjs", path: join(folder, "epoch-1")},
    undefined,
  );
  const images = {count: 4, shape: [8, 8, 1] as const, pixels: Float32Array.from(pixelsOf(4), (v) => v / 255)};
  const kernel = tf.tensor4d(valuesOf("kernel", 1), [...SHAPES.kernel]);
  const dense = tf.tensor2d(valuesOf("dense", 1), [...SHAPES.dense]);
  const inner = (x: tf.Tensor) => (x.sub(0.25).div(0.5) as tf.Tensor4D).conv2d(kernel, 1, "valid").relu();
  const scores = (x: tf.Tensor) => (inner(x).mean([1, 2]) as tf.Tensor2D).matMul(dense);
  const x = tf.tensor4d(images.pixels, [4, 8, 8, 1]);
  const [scored, embedded] = await network.forward(images, [LOGITS, EMBEDDING]);
  expect(scored.values).toBeAllClose(scores(x).dataSync(), {rtol: 1e-4, atol: 1e-5});
  expect(embedded.shape).toEqual([4]);
  expect(embedded.values).toBeAllClose(inner(x).mean([1, 2]).dataSync(), {rtol: 1e-4, atol: 1e-5});
  const wanted = tf.grad((at: tf.Tensor) => scores(at).slice([0, 1], [4, 1]).sum())(x);
  expect(await network.inputGradient(images, [1, 1, 1, 1])).toBeAllClose(wanted.dataSync(), {rtol: 1e-4, atol: 1e-5});
  const answers = await network.forward(
    images,
    (network.shownLayers ?? []).map(({name}) => name),
  );
  expect(answers.map(({layer, shape}) => `${layer} ${shape}`)).toEqual([
    "conv 6,6,4",
    "relu 6,6,4",
    "mean 4",
    "scores 3",
  ]);
  expect(answers[1].values).toBeAllClose(inner(x).dataSync(), {rtol: 1e-4, atol: 1e-5});
  expect((await network.getWeights()).map(({name, shape}) => `${name} ${shape}`).sort()).toEqual([
    "dense 4,3",
    "kernel 3,3,1,4",
  ]);
  const told = network.weightedLayers?.() ?? [];
  expect(told.map(({layer, type, answer, shape}) => [layer, type, answer, shape])).toEqual([
    ["conv", "Conv2D", "relu", [6, 6, 4]],
    ["scores", "Dense", "scores", [1, 1, 3]],
  ]);
  expect(told.map((one) => [one.kernel.shape, one.kernel.values])).toEqual([
    [[3, 3, 1, 4], valuesOf("kernel", 1)],
    [[4, 3], valuesOf("dense", 1)],
  ]);
  await dispose();
  await opener.end();
});

test("how layers change between epochs is kept, as of a network that is trained here", async () => {
  const folder = temporaryFolder();
  for (const epoch of [1, 2]) written(folder, epoch);
  const path = pathOf(await watchAll(folder, {data: testImages(), save: join(folder, "save"), probes: "confusion"}));
  for (const i of [0, 1]) {
    const saved = await readSaved(join(path, "artifacts", "layers", `epoch-00${i + 1}.json`));
    const {layers} = saved as {readonly layers: readonly LayerState[]};
    expect(layers.map(({layer}) => layer)).toEqual(["conv", "scores"]);
    expect(layers[0].kernel).toEqual(valuesOf("kernel", i + 1));
    expect(layers[0].rectified).toBe(true);
  }
});

test("the whole run folder and page come of GraphModels, epoch by epoch", async () => {
  const folder = temporaryFolder();
  for (const epoch of [1, 2]) written(folder, epoch);
  const events = await watchAll(folder, {data: testImages(), save: join(folder, "save")});
  expect(refusalsOf(events)).toEqual([]);
  expect(
    events.flatMap((event) => (event.type === "failure" ? [`${event.probe}: ${event.error.message}`] : [])),
  ).toEqual([]);
  expect(epochsOf(events)).toEqual([1, 2]);
  const path = pathOf(events);
  expect(metricsOf(path).length).toBe(2);
  const files = filesOf(path);
  for (const probe of ["saliency/gradient", "lime/segments", "confusion/matrix"])
    expect(files.join("\n")).toContain(`${probe}-epoch-002`);
  expect(JSON.parse(readFileSync(join(path, "model", "model.json"), "utf8")).format).toBe("graph-model");
  const inside = files.find((file) => /network\/inside-epoch-002\.json$/.test(file)) ?? "";
  expect(JSON.stringify(await readArtifactFile(join(path, inside)).catch((error: Error) => error.message))).toMatch(
    /relu|plot/,
  );
  expect(linesOf(events).join("\n")).toMatch(/the graph ends in Softmax/);
});

test("classes that do not exclude each other are refused, with the file", async () => {
  const folder = temporaryFolder();
  written(folder, 1, "Sigmoid");
  const events = await watchAll(folder, {data: testImages(), save: join(folder, "save")});
  expect(refusalsOf(events).join()).toMatch(
    /epoch-1\/model\.json: expected classes of which each image shows exactly one, got 3 independent probabilities/,
  );
});
