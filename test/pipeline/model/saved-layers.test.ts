/** @file The layers that are read from a saved model.json, and the nodes that are written for them. */
import {describe, expect, test} from "vitest";

import {attributesOf} from "../../../src/onnx/file/attributes";
import {decodeModel} from "../../../src/onnx/file/model";
import {layersToOnnx} from "../../../src/pipeline/model/load/layers-to-onnx";
import {type SavedLayer, savedLayers} from "../../../src/pipeline/model/load/saved-layers";

const json = (modelTopology: unknown, weights: readonly object[] = []) =>
  JSON.stringify({modelTopology, weightsManifest: [{paths: ["weights.bin"], weights}]});
const read = (topology: unknown) => savedLayers(json(topology), new Uint8Array(), "model.json");
const layer = (name: string, class_name: string, ...from: readonly (readonly [string, number, number])[]) => ({
  ...{name, class_name, config: {name}},
  inbound_nodes: from.length > 0 ? [from] : [],
});

describe("a saved model's layers", () => {
  test("of a chain each read the one before", () => {
    const chain = [layer("a", "Flatten"), layer("b", "Dense"), layer("c", "Softmax")];
    for (const config of [chain, {layers: chain}]) {
      const {layers, output} = read({class_name: "Sequential", config});
      expect(layers.map(({answer, inputs}) => [answer, inputs])).toEqual([
        ["a", []],
        ["b", ["a"]],
        ["c", ["b"]],
      ]);
      expect(output).toBe("c");
    }
    expect(read({class_name: "Sequential", config: []})).toMatchObject({layers: [], output: ""});
  });

  test.each(["Model", "Functional"])("of a %s are those that the output needs, each call once", (class_name) => {
    const shared = {...layer("s", "Dense"), inbound_nodes: [[["x", 0, 0]], [["s", 0, 0]]]};
    const unused = layer("u", "Dense", ["x", 0, 0]);
    const sum = layer("sum", "Add", ["s", 0, 0], ["s", 1, 0]);
    const config = {layers: [layer("x", "InputLayer"), unused, shared, sum], output_layers: [["sum", 0, 0]]};
    const {layers, output} = read({class_name, config});
    expect(layers.map(({answer, kind, inputs}) => [answer, kind, inputs])).toEqual([
      ["x", "InputLayer", []],
      ["s", "Dense", ["x"]],
      ["s/2", "Dense", ["s"]],
      ["sum", "Add", ["s", "s/2"]],
    ]);
    expect(output).toBe("sum");
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "expected layers with one output in model.json, got something else"],
    ["another class", {class_name: "Odd", config: {}}, "got Odd"],
    ["a chain without layers", {class_name: "Sequential"}, "got Sequential"],
    ["no outputs", {class_name: "Model", config: {layers: []}}, "got 0 outputs"],
    [
      "two outputs",
      {
        class_name: "Model",
        config: {
          layers: [],
          output_layers: [
            ["a", 0, 0],
            ["b", 0, 0],
          ],
        },
      },
      "got 2 outputs",
    ],
    ["no layers", {class_name: "Model", config: {output_layers: [["a", 0, 0]]}}, "got 1 outputs"],
    [
      "a layer that is not there",
      {class_name: "Model", config: {layers: [], output_layers: [["a", 0, 0]]}},
      "expected layers with one output each in model.json, got a number 0",
    ],
    [
      "a layer's second output",
      {class_name: "Model", config: {layers: [layer("a", "Dense")], output_layers: [["a", 0, 1]]}},
      "expected layers with one output each in model.json, got a number 1",
    ],
  ])("that has %s is refused", (_, topology, message) => {
    expect(() => read(topology)).toThrow(message);
  });

  test("have their weights one after another, all of them", () => {
    const specs = [
      {name: "a/kernel", shape: [2, 1]},
      {name: "a/bias", shape: []},
    ];
    const chain = {class_name: "Sequential", config: [layer("a", "Dense")]};
    const of = (...values: readonly number[]) =>
      savedLayers(json(chain, specs), new Uint8Array(Float32Array.from(values).buffer), "model.json").weights;
    expect([...of(1, 2, 3)]).toEqual([
      ["a/kernel", {shape: [2, 1], values: Float32Array.of(1, 2)}],
      ["a/bias", {shape: [], values: Float32Array.of(3)}],
    ]);
    expect(() => of(1, 2)).toThrow("model.json: expected 12 bytes of weights, got 8");
    expect(() => of(1, 2, 3, 4)).toThrow("model.json: expected 12 bytes of weights, got 16");
  });
});

describe("a layer is written as ONNX", () => {
  type Values = {readonly [name: string]: readonly number[]};
  const saved = (kind: string, config: object, weights: Values = {}, name = "one") => {
    const one: SavedLayer = {answer: name, kind, config: {name, ...config}, inputs: []};
    const arrays = Object.entries(weights).map(
      ([part, values]) => [`${name}/${part}`, {shape: [values.length], values: Float32Array.from(values)}] as const,
    );
    const weightsOf = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>(arrays);
    return {layers: [one], output: name, weights: weightsOf};
  };
  const written = (kind: string, config: object = {}, weights: Values = {}) => {
    const {graph = {}} = decodeModel(layersToOnnx(saved(kind, config, weights), [4, 4, 2], 3));
    const nodes = (graph.node ?? []).map((made) => ({...made, a: attributesOf(made)}));
    const values = new Map(
      (graph.initializer ?? []).map(({name, rawData}) => [name, [...new Float32Array(rawData?.slice().buffer ?? [])]]),
    );
    return {nodes, values, outputs: graph.output?.map(({name}) => name)};
  };
  const conv = {kernel_size: [3, 3], strides: [1, 1], padding: "valid"};
  const four = {...{gamma: [1, 1], beta: [0, 0], moving_mean: [1, 2]}, moving_variance: [3, 4]};

  test("a pooling steps by its own size unless it says otherwise", () => {
    const step = (config: object) => written("MaxPooling2D", config).nodes.find(({opType}) => opType === "MaxPool")?.a;
    expect(step({pool_size: [2, 3]})).toMatchObject({kernel_shape: [2, 3], strides: [2, 3], auto_pad: "VALID"});
    expect(step({pool_size: 2, strides: 1, padding: "same"})).toMatchObject({
      ...{kernel_shape: [2, 2], strides: [1, 1], auto_pad: "SAME_UPPER"},
    });
  });

  test("a convolution with gaps is padded by numbers, the odd pixel at the end; any other by its rule", () => {
    const weights = {kernel: Array<number>(8).fill(0), bias: [0, 0]};
    const attributes = (config: object) => {
      const one = saved("Conv2D", {...conv, ...config}, weights);
      one.weights.set("one/kernel", {shape: [2, 2, 2, 1], values: new Float32Array(8)});
      const {graph} = decodeModel(layersToOnnx(one, [4, 4, 2], 3));
      const made = graph?.node?.find(({opType}) => opType === "Conv");
      return made && attributesOf(made);
    };
    const gaps = attributes({kernel_size: [2, 3], padding: "same", dilation_rate: [3, 1]});
    expect(gaps).toMatchObject({pads: [1, 1, 2, 1], dilations: [3, 1], strides: [1, 1]});
    expect(gaps).not.toHaveProperty("auto_pad");
    expect(attributes({padding: "same"})).toMatchObject({auto_pad: "SAME_UPPER", dilations: [1, 1]});
    expect(attributes({dilation_rate: 2})).toMatchObject({auto_pad: "VALID", dilations: [2, 2]});
  });

  test("a normalisation has the epsilon, the gain and the offset that are said, or the usual ones", () => {
    const usual = written("BatchNormalization", {}, four);
    expect(usual.values.get("one/epsilon")?.[0]).toBeCloseTo(1e-3, 9);
    expect(usual.values.has("one/ones")).toBe(false);
    const told = written("BatchNormalization", {epsilon: 0.5, scale: false, center: false}, four);
    expect(told.values.get("one/epsilon")).toEqual([0.5]);
    expect(told.values.get("one/ones")).toEqual([1, 1]);
    expect(told.values.get("one/zeros")).toEqual([0, 0]);
    const {gamma: _, ...some} = four;
    expect(() => written("BatchNormalization", {}, some)).toThrow(
      "--to onnx: expected weights one/gamma in model.json, got none",
    );
  });

  test("a scaling adds its offset, or nothing", () => {
    expect(written("Rescaling", {scale: 2, offset: -1}).values.get("one/offset")).toEqual([-1]);
    expect(written("Rescaling", {scale: 2}).values.get("one/offset")).toEqual([0]);
    expect(written("Concatenate", {axis: 1}).nodes.find(({opType}) => opType === "Concat")?.a).toEqual({axis: 1});
    expect(written("Concatenate").nodes.find(({opType}) => opType === "Concat")?.a).toEqual({axis: -1});
  });

  test("a norm of tokens has the epsilon that it says, or 1e-6", () => {
    const epsilon = (config: object) =>
      written("TokenNorm", config, {gain: [1], bias: [0]}).nodes.find(({opType}) => opType === "LayerNormalization")?.a;
    expect(epsilon({epsilon: 0.25})).toMatchObject({axis: -1, epsilon: 0.25});
    expect(epsilon({})?.epsilon).toBeCloseTo(1e-6, 12);
  });

  test("an activation of its own that is linear adds no node", () => {
    const kinds = (config: object) => written("Activation", config).nodes.map(({opType}) => opType);
    expect(kinds({activation: "linear"})).toEqual(["Identity"]);
    expect(kinds({})).toEqual(["Identity"]);
    expect(kinds({activation: "relu"})).toEqual(["Relu", "Identity"]);
    expect(written("Activation", {activation: "softmax"}).nodes[0].a).toEqual({axis: -1});
  });

  test("the last answer is called probabilities, unless it is the logits", () => {
    expect(written("ReLU").outputs).toEqual(["probabilities"]);
    const logits = saved("ReLU", {}, {}, "logits");
    const {graph} = decodeModel(layersToOnnx(logits, [4, 4, 2], 3));
    expect(graph?.output?.map(({name}) => name)).toEqual(["logits"]);
    expect(() => layersToOnnx(saved("toString", {}), [4, 4, 2], 3)).toThrow("got one of toString");
  });

  test("patches of something else than the images are refused", () => {
    const [first] = saved("ReLU", {}).layers;
    const second = {answer: "two", kind: "Patches", config: {name: "two", side: 2}, inputs: ["one"]};
    expect(() =>
      layersToOnnx({layers: [first, second], output: "two", weights: new Map()}, [4, 4, 2], 3),
    ).not.toThrow(); // a layer that keeps the images' sizes
    const flat = {...first, kind: "Flatten"};
    expect(() => layersToOnnx({layers: [flat, second], output: "two", weights: new Map()}, [4, 4, 2], 3)).toThrow(
      "--to onnx: expected patches of the images themselves, got two of something else",
    );
  });
});
