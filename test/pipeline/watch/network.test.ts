/** @file A checkpoint's network against PyTorch itself (test/fixtures/watch/make_watch.py). */
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {EMBEDDING, LOGITS} from "../../../src/nouns/network";

import {decodeModel, encodeModel} from "../../../src/onnx/file/model";
import {OnnxError} from "../../../src/onnx/index";
import {isChannelsFirst} from "../../../src/pipeline/model/load/onnx-layers";
import type {OnnxNetworkSettings} from "../../../src/pipeline/model/load/onnx-network";
import {onnxNetwork} from "../../../src/pipeline/model/load/onnx-network";
import {moduleName} from "../../../src/pipeline/model/load/onnx-weighted-layers";
import {FIXTURES, onnxOf, pixelsOf, REFERENCE, withoutRule} from "../../support/watched";

const SETTINGS: OnnxNetworkSettings = {input: {scale: 1, mean: [0.25], std: [0.5]}, output: "auto", what: "net.onnx"};
const FOUR = {count: 4, shape: [8, 8, 1] as const, pixels: Float32Array.from(pixelsOf(4), (v) => v / 255)};
const LABELS = [0, 1, 2, 0];

describe.each([0, 1, 2])("after epoch %i", (epoch) => {
  test("logits and gradients per pixel in [0, 1] are PyTorch's", async () => {
    const network = await onnxNetwork(onnxOf(epoch), SETTINGS);
    try {
      expect(await network.logits(FOUR)).toBeAllClose(REFERENCE[epoch].logits, {rtol: 1e-5, atol: 1e-5});
      expect(await network.inputGradient(FOUR, LABELS)).toBeAllClose(REFERENCE[epoch].gradient, {
        rtol: 1e-5,
        atol: 1e-6,
      });
      const probabilities = await network.predict(FOUR);
      for (let n = 0; n < 4; n++) {
        const row = probabilities.subarray(3 * n, 3 * n + 3);
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      }
    } finally {
      await network.dispose();
    }
  });
});

describe("what is found without being told", () => {
  test("the layout, the scores, and what feeds the last dense layer", async () => {
    const network = await onnxNetwork(onnxOf(2), SETTINGS);
    const {input, logits, parameters, layers} = network.facts;
    expect(input.layout).toBe("nchw");
    expect(network.imageShape).toEqual([8, 8, 1]);
    expect(logits).toBe("y");
    expect(layers.map(({type}) => type)).toEqual(["Conv", "BatchNormalization", "Relu", "MaxPool", "Gemm"]);
    expect(parameters).toBe(4 * 9 + 4 * 4 + 64 * 3 + 3); // kernels, the norm's four rows, the dense layer
    const [features, z] = await network.forward(FOUR, [EMBEDDING, LOGITS]);
    expect(features.shape).toEqual([64]); // 4 channels of 4 x 4
    expect(z.values).toEqual(await network.logits(FOUR));
    expect(z.shape).toEqual([3]);
    await network.dispose();
  });

  test("layers' answers have their channels last, and weights their names", async () => {
    const network = await onnxNetwork(onnxOf(2), SETTINGS);
    const shown = network.shownLayers ?? [];
    const answers = await network.forward(FOUR, [...shown.map(({name}) => name), EMBEDDING]);
    expect(shown.map(({type}, i) => [type, ...answers[i].shape])).toEqual([
      ["Relu", 8, 8, 4],
      ["MaxPool", 4, 4, 4],
      ["Gemm", 3],
    ]);
    const {values} = answers[3]; // channels first, as the dense layer reads them
    const pooled = answers[1].values;
    for (const [n, y, x, c] of [
      [0, 0, 0, 0],
      [1, 2, 3, 1],
      [3, 3, 1, 3],
    ]) {
      expect(pooled[((n * 4 + y) * 4 + x) * 4 + c]).toBe(values[n * 64 + (c * 4 + y) * 4 + x]);
    }
    const weights = await network.getWeights();
    expect(weights.map(({name}) => name).sort()).toContain("fc.weight");
    expect(weights.find(({name}) => name === "fc.weight")!.shape).toEqual([3, 64]);
    await network.dispose();
  });

  test("a graph that ends in a softmax has the same logits and gradients", async () => {
    const model = decodeModel(onnxOf(1));
    const graph = model.graph!;
    const node = [...graph.node!, {opType: "Softmax", input: ["y"], output: ["p"]}];
    const output = [{...graph.output![0], name: "p"}];
    const network = await onnxNetwork(encodeModel({...model, graph: {...graph, node, output}}), SETTINGS);
    expect(network.facts.logits).toBe("y");
    expect(await network.logits(FOUR)).toBeAllClose(REFERENCE[1].logits, {rtol: 1e-5, atol: 1e-5});
    expect(await network.inputGradient(FOUR, LABELS)).toBeAllClose(REFERENCE[1].gradient, {rtol: 1e-5, atol: 1e-6});
    await network.dispose();
  });

  test("the trap of a default export: a batch of one, and its weights in a file beside", async () => {
    const network = await onnxNetwork(join(FIXTURES, "../onnx/default/resnet.onnx"), {
      ...SETTINGS,
      input: {scale: 1, mean: [0], std: [1]},
    });
    const [height, width, channels] = network.imageShape;
    const pixels = Float32Array.from({length: 3 * height * width * channels}, (_, i) => ((i * 31) % 97) / 97);
    const size = pixels.length / 3;
    const all = await network.logits({count: 3, shape: network.imageShape, pixels});
    const classes = network.classNames.length;
    for (let n = 0; n < 3; n++) {
      const one = {count: 1, shape: network.imageShape, pixels: pixels.slice(n * size, (n + 1) * size)};
      expect(await network.logits(one)).toEqual(all.slice(n * classes, (n + 1) * classes));
    }
    expect((await network.inputGradient({count: 3, shape: network.imageShape, pixels}, [0, 1, 2])).length).toBe(
      pixels.length,
    );
    await network.dispose();
  });

  test("one score an image is two logits, whose gradients are each other's opposites", async () => {
    const model = decodeModel(onnxOf(1));
    const graph = model.graph!;
    const node = [
      ...graph.node!,
      {opType: "ReduceSum", input: ["y"], output: ["s"], attribute: []},
      {opType: "Sigmoid", input: ["s2"], output: ["p"]},
    ];
    // ReduceSum over all axes but the batch, by its axes as a stored array
    const axes = {name: "axes", dataType: 7, dims: [1], rawData: new Uint8Array(BigInt64Array.of(1n).buffer)};
    node[node.length - 2] = {opType: "ReduceSum", input: ["y", "axes"], output: ["s2"]};
    const output = [{name: "p", type: {tensorType: {elemType: 1, shape: {dim: [{param: "batch"}, {value: 1}]}}}}];
    const initializer = [...graph.initializer!, axes];
    const bytes = encodeModel({...model, graph: {...graph, node, output, initializer}});
    const network = await onnxNetwork(bytes, SETTINGS);
    const logits = await network.logits(FOUR);
    for (let n = 0; n < 4; n++) {
      const sum = REFERENCE[1].logits.slice(3 * n, 3 * n + 3).reduce((a, b) => a + b);
      expect(logits[2 * n]).toBeCloseTo(-sum / 2, 4);
      expect(logits[2 * n + 1]).toBeCloseTo(sum / 2, 4);
    }
    const up = await network.inputGradient(FOUR, [1, 1, 1, 1]);
    const down = await network.inputGradient(FOUR, [0, 0, 0, 0]);
    expect(down).toBeAllClose(
      up.map((v) => -v),
      {rtol: 1e-6, atol: 1e-7},
    );
    await network.dispose();
  });

  test("an operator that has no rule is named, and asking from outside continues", async () => {
    const network = await onnxNetwork(withoutRule(onnxOf(1)), SETTINGS);
    expect(network.noGradient).toMatch(
      /^no gradients, so no saliency: there is no rule for the operator com\.microsoft\.QuickGelu;/,
    );
    expect(await network.logits(FOUR)).toBeAllClose(
      REFERENCE[1].logits.map((v) => v / (1 + Math.exp(-1.702 * v))), // what QuickGelu is (onnxruntime's own operator)
      {rtol: 1e-5, atol: 1e-5},
    );
    await expect(network.inputGradient(FOUR, LABELS)).rejects.toThrow(
      /^net\.onnx: expected a gradient, got none: .*QuickGelu/,
    );
    await network.dispose();
  });

  test("errors are one line that names the file", async () => {
    await expect(onnxNetwork(new Uint8Array([1, 2, 3]), SETTINGS)).rejects.toThrow(/^net\.onnx: expected an ONNX file/);
    const cut = onnxOf(1).slice(0, 900);
    const error = await onnxNetwork(cut, SETTINGS).catch((e: Error) => e);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(OnnxError);
    expect((error as Error).message).toMatch(/^net\.onnx: .*$/);
  });
});

describe("further traps of exports", () => {
  const input = {scale: 1, mean: [0], std: [1]};
  const fixture = (name: string) => onnxNetwork(join(FIXTURES, "../onnx", name), {...SETTINGS, input});
  const imagesFor = ([height, width, channels]: readonly number[]) => ({
    count: 2,
    shape: [height, width, channels] as const,
    pixels: Float32Array.from({length: 2 * height * width * channels}, (_, i) => ((i * 31) % 97) / 97),
  });

  test("a model of 16-bit floats answers and has gradients", async () => {
    const network = await fixture("half/resnet-float16.onnx");
    expect(network.noGradient).toBeUndefined();
    const images = imagesFor(network.imageShape);
    const logits = await network.logits(images);
    const gradient = await network.inputGradient(images, [0, 1]);
    // the logit of class k moves by step · gradient: a step along it raises it
    const length = gradient.reduce((sum, v) => sum + v * v, 0);
    const step = 1e-3 / Math.sqrt(length);
    const moved = await network.logits({...images, pixels: images.pixels.map((v, i) => v + step * gradient[i])});
    const k = network.classNames.length;
    const gained = moved[0] - logits[0] + (moved[k + 1] - logits[k + 1]);
    expect(gained / (step * length)).toBeGreaterThan(0.9);
    expect(gained / (step * length)).toBeLessThan(1.1);
    await network.dispose();
  });

  test.each(["dynamic.onnx", "operators.onnx", "static.onnx"])(
    "quantised %s is explained from outside, and that is said",
    async (name) => {
      const network = await fixture(`quantised/${name}`);
      expect(network.noGradient).toMatch(/^no gradients, so no saliency: /);
      expect(network.noGradient).not.toContain("\n");
      expect((await network.logits(imagesFor(network.imageShape))).every(Number.isFinite)).toBe(true);
      await network.dispose();
    },
  );

  test("constants that an export lost as further inputs are refused by name", async () => {
    const model = decodeModel(onnxOf(1));
    const graph = model.graph!;
    const lost = graph.initializer!.find(({name}) => name === "fc.bias")!;
    const more = {name: "fc.bias", type: {tensorType: {elemType: 1, shape: {dim: [{value: 3}]}}}};
    const bytes = encodeModel({
      ...model,
      graph: {
        ...graph,
        initializer: graph.initializer!.filter((tensor) => tensor !== lost),
        input: [...graph.input!, more],
      },
    });
    await expect(onnxNetwork(bytes, SETTINGS)).rejects.toThrow(
      /^--feed: expected values for net\.onnx's other inputs, .*, got none for fc\.bias \[3\]$/,
    );
  });
});

test("layers with weights are reported with their kernels as tfjs has them, and answers channels last", async () => {
  const network = await onnxNetwork(onnxOf(2), SETTINGS);
  const told = network.weightedLayers?.() ?? [];
  const graph = decodeModel(onnxOf(2)).graph!;
  expect(told.map(({type}) => type)).toEqual(["Conv2D", "Dense"]);
  const answers = await network.forward(
    FOUR,
    told.map(({answer}) => answer),
  );
  expect(answers.map(({shape}) => [...[1, 1, 1], ...shape].slice(-3))).toEqual(told.map(({shape}) => shape));
  // a place of the first layer by hand: normalised pixels times the kernel, plus the bias, through the relu
  const [{kernel, shape}] = told;
  const [rows, columns, ins, outs] = kernel.shape;
  const stored = graph.initializer!.find(({name}) => name === kernel.name)!;
  expect(stored.dims).toEqual([outs, ins, rows, columns]);
  const raw = new Float32Array(new Uint8Array(stored.rawData!).buffer);
  for (let o = 0; o < outs; o++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        expect(kernel.values[(y * columns + x) * ins * outs + o]).toBe(raw[(o * ins * rows + y) * columns + x]);
      }
    }
  }
  expect(shape[2]).toBe(outs);
  expect(answers[0].values.every((v) => v >= 0)).toBe(true); // behind its relu
  const dense = answers[1].values; // the scores
  expect(dense).toBeAllClose(REFERENCE[2].logits, {rtol: 1e-4, atol: 1e-5});
  await network.dispose();
});

test("a layer is called as its module in PyTorch", () => {
  expect(moduleName("/features/features.15/conv/conv.1/conv.1.0/Conv_output_0")).toBe("features.15.conv.1.0");
  expect(moduleName("/layer1/layer1.0/conv2/Conv_output_0")).toBe("layer1.0.conv2");
  expect(moduleName("/fc/Gemm_output_0")).toBe("fc");
  expect(["conv2d", "y", "/Conv_output_0"].map(moduleName)).toEqual(["conv2d", "y", "/Conv_output_0"]);
});

test.each([
  ["conv", true], // always channels first
  ["active", true], // passes on what it is given
  ["turned", false], // the convolution's answer with its channels last
  ["back", true],
  ["pooled", true],
  ["flat", false], // its sizes are its own: taken as the input's
])("whether %s has its channels first is found by the operators that made it", (tensor, isFirst) => {
  const node = (opType: string, from: string, to: string) => ({opType, input: [from, "w"], output: [to]});
  const nodes = [
    ...[node("Transpose", "pixels", "first"), node("Conv", "first", "conv"), node("Relu", "conv", "active")],
    ...[node("Transpose", "active", "turned"), node("Transpose", "turned", "back"), node("MaxPool", "back", "pooled")],
    node("Reshape", "pooled", "flat"),
  ];
  expect(isChannelsFirst({graph: {node: nodes}}, tensor, "nhwc")).toBe(isFirst);
});
