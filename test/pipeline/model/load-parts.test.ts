/** @file The facts that are read from a model's file: its layers, maps, inputs and end, each by itself. */
import {describe, expect, test} from "vitest";

import type {ImageShape} from "../../../src/nouns/samples";
import type {ModelProto, NodeProto} from "../../../src/onnx/file/model";
import {TYPE} from "../../../src/onnx/file/tensors";
import {askInBatches} from "../../../src/pipeline/model/load/ask-in-batches";
import {imageShapeOf} from "../../../src/pipeline/model/load/black-box";
import {checkGpu} from "../../../src/pipeline/model/load/device";
import {beforeActivation, type GraphNode, graphEnd} from "../../../src/pipeline/model/load/graph-end";
import {inPixels, seedsOf} from "../../../src/pipeline/model/load/onnx-gradients";
import {placeOf} from "../../../src/pipeline/model/load/onnx-graph";
import {
  channelsLast,
  isChannelsFirst,
  layersOf,
  parametersOf,
  shownLayers,
  tensorNamed,
} from "../../../src/pipeline/model/load/onnx-layers";
import {lastMap, mapNamed} from "../../../src/pipeline/model/load/onnx-maps";
import {moduleName, weightedLayersOf} from "../../../src/pipeline/model/load/onnx-weighted-layers";
import {otherInputs} from "../../../src/pipeline/model/load/other-inputs";
import {
  imagesWords,
  type Port,
  portWords,
  shapeWords,
  theInput,
  theOutput,
} from "../../../src/pipeline/model/load/ports";
import {bytesOfGroup, checkGroupSize, tfjsModelJson} from "../../../src/pipeline/model/load/tfjs-weights";
import {bytesIfWhole} from "../../../src/pipeline/model/load/whole-pixels";
import {isModelFile, kindOf, stemOf} from "../../../src/pipeline/model/own/model-file";
import {weightedLayersOf as layersWithWeights} from "../../../src/pipeline/model/tf/weighted-layers";

const node = (opType: string, input: readonly string[], output: string, name = ""): NodeProto =>
  ({opType, input, output: [output], name}) as unknown as NodeProto;
const weight = (name: string, ...dims: readonly number[]) => {
  const count = dims.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({length: count}, (_, n) => n);
  return {name, dims, dataType: TYPE.float32, rawData: new Uint8Array(values.buffer)};
};
const modelOf = (nodes: readonly NodeProto[], initializer: readonly object[] = []) =>
  ({graph: {node: nodes, initializer, output: [{name: "y"}]}}) as unknown as ModelProto;
const sizesOf = (dims: {readonly [name: string]: readonly number[]}, type = "float32") =>
  new Map(Object.entries(dims).map(([name, own]) => [name, {type, dims: own}])) as never;

describe("the layers of an ONNX graph", () => {
  test("are those with a row for each image; their weights are counted, but neither numbers nor whole numbers", () => {
    const whole = {...weight("w2", 9), dataType: TYPE.int64};
    const model = modelOf(
      [
        node("Conv", ["x", "w", "b"], "c"),
        node("Relu", ["c"], "r"),
        node("Shape", ["r"], "s"),
        node("Gemm", ["r", "w2", "one"], "g"),
        node("MatMul", ["r"], "other"),
        node("MatMul", ["r"], "empty"),
        node("MatMul", ["r"], "flat"),
      ],
      [weight("w", 4, 3, 1, 1), weight("b", 4), whole, weight("one", 1)],
    );
    const sizes = sizesOf({
      ...{x: [2, 3, 5, 5], c: [2, 4, 5, 5], r: [2, 4, 5, 5], s: [2, 4], g: [2, 7]},
      ...{other: [1, 7], empty: [2, 0], flat: [2]},
    });
    expect(layersOf(model, sizes, "x")).toEqual([
      {name: "c", type: "Conv", dims: [4, 5, 5], parameters: 16},
      {name: "r", type: "Relu", dims: [4, 5, 5], parameters: 0},
      {name: "g", type: "Gemm", dims: [7], parameters: 0},
    ]);
    expect(parametersOf(model)).toBe(16);
    expect(layersOf(model, sizes, "none")).toEqual([]);
  });

  test("are shown where they end, as maps or rows, twelve at most, from the first to the last", () => {
    const layer = (name: string, type: string, ...dims: readonly number[]) => ({name, type, dims, parameters: 0});
    const names = (layers: readonly {readonly name: string}[]) => layers.map(({name}) => name);
    const some = [
      layer("a", "Conv", 3, 2, 2),
      layer("b", "Relu", 3, 2, 2),
      layer("c", "Add", 4, 5),
      layer("d", "Gemm", 9),
    ];
    expect(names(shownLayers(some))).toEqual(["b", "d"]);
    expect(names(shownLayers([some[0], some[2], layer("e", "Conv", 7)]))).toEqual(["a", "e"]);
    const many = (count: number) => Array.from({length: count}, (_, n) => layer(`${n}`, "Relu", 9));
    expect(names(shownLayers(many(12)))).toEqual(names(many(12)));
    expect(names(shownLayers(many(23)))).toEqual(Array.from({length: 12}, (_, n) => `${2 * n}`));
  });

  test("have their channels first as the operators on the way say, or else as the input", () => {
    const model = modelOf([
      node("Transpose", ["x"], "t"),
      node("Relu", ["t"], "r"),
      node("Conv", ["r", "w"], "c"),
      node("Add", ["w", "c"], "a"),
      node("Transpose", ["a"], "back"),
      node("Gemm", ["back"], "g"),
    ]);
    const first = (tensor: string, input: "nchw" | "nhwc") => isChannelsFirst(model, tensor, input);
    expect([first("x", "nchw"), first("x", "nhwc"), first("r", "nchw"), first("r", "nhwc")]).toEqual([
      ...[true, false, false, false],
    ]);
    expect([first("a", "nhwc"), first("back", "nchw"), first("g", "nchw"), first("g", "nhwc")]).toEqual([
      ...[true, false, true, false],
    ]);
  });

  test("are turned so that their channels come last, image by image", () => {
    const values = Float32Array.from({length: 12}, (_, n) => n);
    expect([...channelsLast(values, 2, [1, 3, 2])]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
    expect(channelsLast(values, 4, [3, 1, 1])).toBe(values);
    expect(channelsLast(values, 4, [1, 1, 3])).toBe(values);
  });

  test("are named by a tensor or by a node", () => {
    const model = modelOf([node("Relu", ["x"], "a", "first"), node("Relu", ["a"], "b", "second")]);
    expect(["b", "second", "x"].map((word) => tensorNamed(model, word))).toEqual(["b", "b", undefined]);
  });

  test("with weights are followed to what is done to their answer alone, and have tfjs' kernels", () => {
    const model = modelOf(
      [
        node("Conv", ["x", "k"], "/net/conv/Conv_output_0"),
        node("Relu", ["/net/conv/Conv_output_0"], "r"),
        node("MatMul", ["r", "m"], "m1"),
        node("Add", ["m1", "bias"], "a"),
        node("Add", ["a", "r"], "y"),
        node("MatMul", ["y", "gone"], "z"),
      ],
      [weight("k", 2, 3, 1, 2), weight("m", 2, 3), weight("bias", 3)],
    );
    const sizes = sizesOf({x: [2, 3, 4, 4], r: [2, 2, 4, 3], a: [2, 3], "/net/conv/Conv_output_0": [2, 2, 4, 3]});
    const [conv, dense] = weightedLayersOf(model, sizes, "x");
    // "r" is read twice, so it is where the convolution ends; [out, in, 1, 2] becomes [1, 2, in, out]
    expect(conv).toMatchObject({layer: "net.conv", type: "Conv2D", answer: "r", shape: [4, 3, 2]});
    expect(conv.kernel.shape).toEqual([1, 2, 3, 2]);
    expect([...conv.kernel.values]).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
    expect(dense).toMatchObject({layer: "m1", type: "Dense", answer: "a", shape: [1, 1, 3], kernel: {shape: [2, 3]}});
  });

  test("are called as modules, which is told of paths alone", () => {
    expect(["/net/block/block.1/fc/Gemm_output_0", "/Gemm", "y", "a/b/c"].map(moduleName)).toEqual([
      ...["net.block.1.fc", "/Gemm", "y", "a/b/c"],
    ]);
  });
});

describe("the last map of an ONNX graph", () => {
  const nodes = [
    node("Conv", ["x"], "c"),
    node("Relu", ["c"], "r"),
    node("Relu", ["x"], "beside"),
    node("Transpose", ["r"], "t"),
    node("MaxPool", ["r"], "p"),
    node("Conv", ["p"], "tiny"),
  ];
  const sizes = sizesOf({
    ...{c: [2, 3, 4, 5], r: [2, 3, 4, 5], beside: [2, 3, 4, 5], t: [2, 3, 4, 5], p: [2, 3, 2, 2], tiny: [2, 3, 1, 1]},
    ...{square: [2, 9, 4], token: [2, 10, 4], odd: [2, 7, 4], one: [2, 1, 4]},
  });

  test("is what follows the last convolution at its size", () => {
    expect(lastMap(modelOf(nodes), sizes)).toBe("r");
    expect(lastMap(modelOf(nodes.slice(1)), sizes)).toBeUndefined();
    expect(lastMap(modelOf(nodes), sizesOf({c: [2, 3, 4, 5]}, "int64"))).toBeUndefined();
    expect(lastMap(modelOf(nodes), sizesOf({c: [2, 3, 20]}))).toBeUndefined();
    expect(() => mapNamed(modelOf([]), sizes, undefined, "net")).toThrow("net: expected a convolution with rows and");
    expect(() => mapNamed(modelOf(nodes), sizes, "nose", "net")).toThrow('a tensor of net, got "nose"');
  });

  test("has its channels last, or is a square of tokens, with or without one for the class", () => {
    const named = modelOf(["c", "square", "token", "odd", "one"].map((name) => node("Relu", ["x"], name)));
    const map = mapNamed(named, sizes, "c", "net");
    expect(map.shape).toEqual([4, 5, 3]);
    const values = Float32Array.from({length: 160}, (_, n) => n);
    expect([...map.channelsLast(values, 1).slice(0, 6)]).toEqual([60, 80, 100, 61, 81, 101]);
    const square = mapNamed(named, sizes, "square", "net");
    expect(square.shape).toEqual([3, 3, 4]);
    expect([...square.channelsLast(values, 1)]).toEqual(Array.from({length: 36}, (_, n) => 36 + n));
    const token = mapNamed(named, sizes, "token", "net");
    expect(token.shape).toEqual([3, 3, 4]);
    expect([...token.channelsLast(values, 1)]).toEqual(Array.from({length: 36}, (_, n) => 44 + n));
    for (const name of ["odd", "one"])
      expect(() => mapNamed(named, sizes, name, "net")).toThrow(
        "expected a tensor of rows and columns, or of a square",
      );
  });
});

test("what a gradient begins with is one at each image's class, or at all; of a single number half up or down", () => {
  const of = (
    targets: readonly number[] | "all",
    count: number,
    numbers: number,
    dims: readonly number[],
    type = "float32",
  ) => {
    const seeds = seedsOf(targets, count, {type, dims} as never, numbers);
    return [seeds.dims, [...(seeds.data as Float32Array)]];
  };
  expect(of([2, 0], 2, 3, [1, 3])).toEqual([
    [2, 3],
    [0, 0, 1, 1, 0, 0],
  ]);
  expect(of("all", 2, 2, [1, 2])).toEqual([
    [2, 2],
    [1, 1, 1, 1],
  ]);
  expect(of([1, 0], 2, 1, [1, 1])).toEqual([
    [2, 1],
    [0.5, -0.5],
  ]);
  expect(of("all", 2, 1, [1, 1])).toEqual([
    [2, 1],
    [0, 0],
  ]);
  expect(of([1], 1, 3, [3])).toEqual([[3], [0, 1, 0]]); // an output without a batch
  expect(of([0], 2, 1, [1])[0]).toEqual([2]);
  expect(seedsOf([0, 1], 2, {type: "float64", dims: [1, 2]} as never, 2).data).toEqual(Float64Array.of(1, 0, 0, 1));
});

test("gradients at the pixels are divided by each channel's own deviation, in either layout", () => {
  const gradient = Float32Array.from({length: 12}, (_, n) => n);
  const of = (layout: "nchw" | "nhwc", std: readonly number[]) => [
    ...inPixels(gradient, 2, [1, 3, 2], {layout, scale: 2, mean: [0], std}),
  ];
  expect(of("nchw", [1, 2])).toEqual([0, 3, 2, 4, 4, 5, 12, 9, 14, 10, 16, 11]);
  expect(of("nhwc", [4])).toEqual(Array.from(gradient, (v) => v / 2));
});

test("pixels become bytes where the input is of bytes and nobody says otherwise", () => {
  const plain = {scale: 1, mean: [0, 0, 0], std: [1]};
  const scale = (type: string, input: typeof plain) => bytesIfWhole({name: "x", type}, input).scale;
  expect([scale("uint8", plain), scale("float32", plain)]).toEqual([255, 1]);
  for (const told of [{scale: 2}, {mean: [0, 0, 1]}, {std: [2]}]) {
    expect(scale("uint8", {...plain, ...told})).toBe(told.scale ?? 1);
  }
});

test("weights beside a model stand where it says, or at the beginning", () => {
  const entries = (given: object) => Object.entries(given).map(([key, value]) => ({key, value: `${value}`}));
  expect(placeOf({name: "w", dims: [2, 3], dataType: TYPE.float16})).toBeUndefined();
  expect(placeOf({name: "w", dims: [2, 3], dataType: TYPE.float16, dataLocation: 1})).toEqual({
    ...{name: "w", location: "", offset: 0, length: undefined, bytes: 12},
  });
  expect(placeOf({dims: [2], dataType: 99, externalData: entries({location: "f", offset: 8, length: 4})})).toEqual({
    ...{name: "", location: "f", offset: 8, length: 4, bytes: undefined},
  });
});

describe("inputs and outputs", () => {
  const image: Port = {name: "x", type: "float32", dims: [null, 3, 2, 2]};
  const mask: Port = {name: "mask", type: "float32", dims: [null, 3, 2, 2]};

  test("are said in words", () => {
    expect(shapeWords([null, undefined, "", -1, "n", 0, 3])).toBe("[?, ?, ?, ?, n, 0, 3]");
    expect(shapeWords(undefined)).toBe("an unknown shape");
    expect(portWords(image)).toBe("x [?, 3, 2, 2]");
    expect(portWords({name: "y", type: "int64", dims: [2]})).toBe("y int64 [2]");
    expect(portWords({name: "y", type: "(no tensor)", dims: [2]})).toBe("y (no tensor)");
    expect([portWords({name: "y"}), imagesWords(1), imagesWords(3)]).toEqual(["y", "one image", "3 images"]);
  });

  test("are the only ones that can be meant, or those that are named", () => {
    const of = (inputs: readonly Port[], more: object = {}) => theInput(inputs, ["float32"], more as never).name;
    expect(of([image, mask], {feeds: {mask: 1}})).toBe("x");
    expect(of([image, mask], {inputName: "mask"})).toBe("mask");
    expect(of([image, {...mask, type: "int64"}])).toBe("x");
    expect(of([image, {...mask, dims: [null, 3]}])).toBe("x");
    expect(() => of([image, mask])).toThrow("--input-name: expected the input of model that takes the images");
    expect(() => of([image, mask], {inputName: "z"})).toThrow("--input-name: expected one of x [?, 3, 2, 2], mask");
    expect(() => of([])).toThrow("model: expected an input, a batch of images, got none");
    expect(() => of([{...image, dims: [2, 3]}])).toThrow("as input, 4 dimensions, got x [2, 3]");
    expect(() => of([{...image, type: "int64"}])).toThrow("expected an input of float32, got x int64");
    expect(of([{name: "x", type: "float32"}])).toBe("x");
    const out = (names: readonly string[], outputName?: string) =>
      theOutput(
        names.map((name) => ({name})),
        {...(outputName ? {outputName} : {})} as never,
      ).index;
    expect([out(["a"]), out(["a", "logits"]), out(["a", "b"], "b"), out(["a", "b"], "a")]).toEqual([0, 1, 1, 0]);
    expect(() => out([])).toThrow("model: expected an output, got none");
    expect(() => out(["a", "b"])).toThrow("--output-name: expected one of the 2 outputs of model, a, b, got none");
    expect(() => out(["a"], "z")).toThrow('--output-name: expected one of a, got "z"');
  });

  test("besides the images' have a row for each image where their first size is the batch", () => {
    const fed = (dims: Port["dims"], feed: unknown, images: Port["dims"] = ["n", 3, 2, 2]) => {
      const [x, other] = [
        {...image, dims: images},
        {name: "k", type: "float32", dims},
      ];
      const {k} = otherInputs([x, other], x, {feeds: {k: feed}} as never)(2);
      return [k.dims, [...(k.data as Float32Array)]];
    };
    expect(fed(["n", 2], 3)).toEqual([
      [2, 2],
      [3, 3, 3, 3],
    ]);
    expect(fed([-1, 1], 3)).toEqual([
      [2, 1],
      [3, 3],
    ]); // a batch without a name
    expect(fed(["m", 1], {shape: [1, 1], values: [3]})).toEqual([[1, 1], [3]]);
    expect(fed([1, 2], 3, [1, 3, 2, 2])).toEqual([
      [2, 2],
      [3, 3, 3, 3],
    ]);
    expect(fed([2, 1], 3, ["n", 3, 2, 2])).toEqual([
      [2, 1],
      [3, 3],
    ]);
    expect(fed([], 3)).toEqual([[], [3]]);
    expect(fed(["n", 2], {shape: [1, 2], values: [4, 5]})).toEqual([
      [2, 2],
      [4, 5, 4, 5],
    ]);
    expect(fed(["n", "any"], {shape: [2], values: [4, 5]})).toEqual([
      [2, 2],
      [4, 5, 4, 5],
    ]);
    expect(() => fed(["n", 2], {shape: [3], values: [4, 5, 6]})).toThrow("expected k of [2], for one image, got [3]");
    expect(() => fed(["n", 2], {shape: [2, 2], values: [4, 5, 6, 7]})).toThrow("for one image, got [2, 2]");
    expect(() => fed(["n", 0], 3)).toThrow("--feed: expected k=FILE.npy for an input of any size");
  });
});

test("a model's images have the size that it or the user says, one or three channels, and fit in memory", () => {
  const shape = (found: readonly (number | undefined)[], given?: ImageShape, mostBytes?: number) =>
    imageShapeOf([null, ...found], found, {imageShape: given, ...(mostBytes ? {mostBytes} : {})} as never);
  expect(shape([2, 3, 1])).toEqual([2, 3, 1]);
  expect(shape([undefined, 3, 3], [2, 3, 3])).toEqual([2, 3, 3]);
  expect(() => shape([undefined, 3, 3])).toThrow("--size: expected a size for an input of [?, ?, 3, 3], got none");
  expect(() => shape([2, 3, 1], [2, 2, 1])).toThrow("--size: expected 2 x 3 x 1, the model's input, got 2 x 2 x 1");
  expect(() => shape([2, 3, 2])).toThrow("expected images of 1 or 3 channels, got 2");
  expect(shape([100, 100, 3], undefined, 120_000)).toEqual([100, 100, 3]); // four bytes a number, to the last one
  expect(() => shape([100, 101, 3], undefined, 120_000)).toThrow("got 100 x 101 x 3; --max-memory lifts the limit");
});

test("a batch of a fixed size is filled up, and what stands for nothing is not answered", async () => {
  const asked: number[][] = [];
  const ask = async (values: Float32Array, count: number) => {
    asked.push([...values]);
    return {dims: [count, 2], values: Float32Array.from({length: 2 * count}, (_, n) => 10 * values[n >> 1] + (n % 2))};
  };
  const answers = async (count: number, batch: {readonly fixed?: number; readonly most: number}) => {
    const pixels = Float32Array.from({length: count}, (_, n) => n + 1);
    const {dims, values} = await askInBatches(ask, pixels, count, batch, "net");
    return [dims, [...values], asked.splice(0)];
  };
  const three = [10, 11, 20, 21, 30, 31];
  expect(await answers(3, {fixed: 2, most: 9})).toEqual([
    [3, 2],
    three,
    [
      [1, 2],
      [3, 0],
    ],
  ]);
  expect(await answers(3, {most: 2})).toEqual([[3, 2], three, [[1, 2], [3]]]);
  expect(await answers(3, {most: 3})).toEqual([[3, 2], three, [[1, 2, 3]]]);
  expect(await answers(3, {most: 9})).toEqual([[3, 2], three, [[1, 2, 3]]]);
  expect(await answers(1, {fixed: 2, most: 9})).toEqual([[1, 2], [10, 11], [[1, 0]]]);
  expect((await answers(4, {most: 2})).at(-1)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("images of several pixels are cut into batches whole", async () => {
  const asked: number[][] = [];
  const ask = async (values: Float32Array, count: number) => {
    asked.push([...values]);
    return {dims: [count, 1], values: Float32Array.from({length: count}, (_, n) => values[2 * n])};
  };
  const pixels = Float32Array.of(1, 2, 3, 4, 5, 6);
  const {values} = await askInBatches(ask, pixels, 3, {fixed: 2, most: 9}, "net");
  expect([...values]).toEqual([1, 3, 5]);
  expect(asked).toEqual([
    [1, 2, 3, 4],
    [5, 6, 0, 0],
  ]);
});

describe("a graph's end", () => {
  const graph = (nodes: {readonly [tensor: string]: GraphNode}) => (tensor: string) => nodes[tensor];
  const of = (nodes: {readonly [tensor: string]: GraphNode}) => graphEnd(graph(nodes), "y");
  const made = (type: string, ...inputs: readonly string[]): GraphNode => ({type, inputs});

  test("is a sum of scores where each part is one", () => {
    const sum = made("Add", "a", "b");
    expect(of({y: sum, a: made("Gemm", "x"), b: made("Cast", "c"), c: made("Conv", "x")})).toMatchObject({
      kind: "scores",
    });
    expect(of({y: sum, a: made("Gemm", "x"), b: made("Relu", "c"), c: made("Conv", "x")})).toMatchObject({
      kind: "unknown",
    });
    expect(of({y: sum, a: made("Gemm", "x")})).toMatchObject({kind: "unknown"});
    expect(of({y: sum, a: made("Gemm", "x"), b: made("Cast")})).toMatchObject({kind: "unknown"});
    expect(of({y: sum, a: made("Gemm", "x"), b: {...made("Gemm", "x"), activation: "relu"}})).toMatchObject({
      kind: "unknown",
    });
    expect(of({y: made("Reshape")})).toEqual({kind: "unknown", node: "Reshape"});
    expect(of({y: made("Relu", "a")})).toEqual({kind: "unknown", node: "Relu"});
    expect(of({})).toEqual({kind: "unknown", node: "its input"});
  });

  test("has its scores before its activation, through what only passes them on", () => {
    const scoresBefore = (nodes: {readonly [tensor: string]: GraphNode}) => beforeActivation(graph(nodes), "y");
    expect(scoresBefore({y: made("Reshape", "s"), s: made("Softmax", "a")})).toBe("a");
    expect(scoresBefore({y: made("Relu", "s"), s: made("Softmax", "a")})).toBeUndefined();
    expect(scoresBefore({y: made("Softmax")})).toBeUndefined();
    expect(scoresBefore({y: {...made("Softmax", "a"), activation: "relu"}})).toBeUndefined();
    expect(scoresBefore({})).toBeUndefined();
  });
});

describe("a tfjs model.json", () => {
  const spec = {name: "w", shape: [2, 3], dtype: "float32"};
  const json = (weights: readonly unknown[], paths: unknown = ["a.bin"]) => ({
    ...{modelTopology: {}, weightsManifest: [{paths, weights}]},
  });

  test.each<[string, unknown, string]>([
    ["none", null, "expected a tfjs model's topology and weightsManifest"],
    ["a topology alone", {modelTopology: {}}, "got only one or neither"],
    ["weights alone", {modelTopology: null, weightsManifest: []}, "got only one or neither"],
    ["a topology that is a text", {modelTopology: "x", weightsManifest: []}, "got only one or neither"],
    ["a group that is none", {modelTopology: {}, weightsManifest: [null]}, "paths and weights in weightsManifest[0]"],
    ["no weights", {modelTopology: {}, weightsManifest: [{paths: []}]}, "paths and weights in weightsManifest[0]"],
    ["no paths", {modelTopology: {}, weightsManifest: [{weights: []}]}, "paths and weights in weightsManifest[0]"],
    ["a path that is a number", json([spec], [1]), "paths and weights in weightsManifest[0]"],
    ["a weight without a name", json([{...spec, name: undefined}]), "a name, a shape and a dtype"],
    ["a weight without a type", json([{...spec, dtype: 4}]), "a name, a shape and a dtype"],
    ["a weight without a shape", json([spec, {...spec, shape: 6}]), "a name, a shape and a dtype"],
    ["a size below 0", json([{...spec, shape: [-1]}]), "a name, a shape and a dtype"],
    ["half a size", json([{...spec, shape: [1.5]}]), "a name, a shape and a dtype"],
  ])("with %s is refused", (_, value, message) => {
    expect(() => tfjsModelJson(value, "model.json")).toThrow(message);
  });

  test("has as many bytes as its weights say", () => {
    const empty = json([{...spec, shape: [0]}]);
    expect(tfjsModelJson(empty, "m")).toEqual(empty);
    const group = (...weights: readonly object[]) => ({paths: ["a.bin", "b.bin"], weights}) as never;
    expect(bytesOfGroup(group(spec, {...spec, shape: []}), "m")).toBe(28);
    expect(bytesOfGroup(group({...spec, quantization: {dtype: "uint8"}}), "m")).toBe(6);
    expect(bytesOfGroup(group(spec, {...spec, dtype: "string"}), "m")).toBeUndefined();
    expect(() => bytesOfGroup(group({...spec, dtype: "odd"}), "m")).toThrow("got w of odd");
    expect(() => checkGroupSize(group(spec), [20, 4], "m")).not.toThrow();
    expect(() => checkGroupSize(group({...spec, dtype: "string"}), [7], "m")).not.toThrow();
    expect(() => checkGroupSize(group(spec), [20, 3], "m")).toThrow(
      "a.bin, b.bin: expected 24 bytes, as m says, got 23",
    );
  });
});

test("layers with weights of a tfjs graph are those of maps and rows, twelve at most", () => {
  const tensor = (...shape: readonly number[]) => ({
    ...{rank: shape.length, shape},
    dataSync: () => Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, (_, n) => n),
  });
  const weighted = (name: string, type: string, isTurned = false) => ({
    name,
    type,
    kernel: name,
    isTurned,
    answer: name,
  });
  const weights = {dense: tensor(2, 3), conv: tensor(1, 1, 2, 2), batch: tensor(2, 2, 2), words: tensor(2, 3)};
  const shapes: {readonly [name: string]: readonly number[]} = {dense: [3], conv: [4, 5, 2], batch: [2], words: [7, 3]};
  const of = (nodes: readonly ReturnType<typeof weighted>[]) =>
    layersWithWeights(
      {weighted: nodes, weights: () => Object.entries(weights).map(([name, own]) => ({name, tensor: own}))} as never,
      (name) => shapes[name],
    );
  const found = of([
    weighted("dense", "Dense", true),
    weighted("conv", "Conv2D"),
    weighted("batch", "Dense"),
    weighted("words", "Dense"),
    weighted("none", "Dense"),
  ]);
  expect(found.map(({layer, shape}) => [layer, shape])).toEqual([
    ["dense", [1, 1, 3]],
    ["conv", [4, 5, 2]],
  ]);
  expect(found[0].kernel.shape).toEqual([3, 2]);
  expect([...found[0].kernel.values]).toEqual([0, 3, 1, 4, 2, 5]);
  const many = (count: number) =>
    of(Array.from({length: count}, (_, n) => ({...weighted("dense", "Dense"), name: `${n}`}))).map(({layer}) => layer);
  expect(many(12)).toEqual(Array.from({length: 12}, (_, n) => `${n}`));
  expect(many(23)).toEqual(Array.from({length: 12}, (_, n) => `${2 * n}`));
});

test("a GPU that is missing is one line, and other errors are left alone", () => {
  expect(() => checkGpu("cpu", new Error("WebGPU is not there"))).not.toThrow();
  expect(() => checkGpu("gpu", new Error("another"))).not.toThrow();
  expect(() => checkGpu("gpu", new Error("WebGPU: No supported adapters"))).toThrow(
    /Direct3D driver\), got no adapter$/,
  );
  expect(() => checkGpu("gpu", new Error("webgpu backend"))).toThrow("got an onnxruntime without WebGPU here");
});

test("a file of one's own model ends as JavaScript or TypeScript, and what is none is said by its kind", () => {
  expect(["a.ts", "a.mjs", "a.cts", ".ts", "a.json", "a.tsx"].map(isModelFile)).toEqual([
    ...[true, true, true, false, false, false],
  ]);
  expect(["/b/my net.ts", "a.ts"].map(stemOf)).toEqual(["my-net", "a"]);
  expect([null, undefined, Promise.resolve(), [], {}, Object.create(null), 7].map(kindOf)).toEqual([
    ...["null", "undefined", "a promise", "an array", "an object of Object", "an object of no class", "a number"],
  ]);
});
