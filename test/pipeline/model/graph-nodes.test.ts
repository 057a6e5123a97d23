/** @file The nodes of a model's graph: what each reads, and what it ends in. */
import * as tf from "@tensorflow/tfjs";
import {describe, expect, test} from "vitest";

import {TYPE} from "../../../src/onnx/file/tensors";
import {externalTensors, nodesOfOnnx} from "../../../src/pipeline/model/load/onnx-graph";
import {activatedLayer, endOfLayers, nodesOfGraph} from "../../../src/pipeline/model/load/tfjs-graph";
import {withLogits} from "../../../src/pipeline/model/with-logits";
import {node} from "../../support/onnx";

describe("the nodes of an ONNX graph", () => {
  test("read what other nodes make, but neither weights nor constants", () => {
    const fused = {...node("FusedConv", ["a", "k"], ["c"], {activation: "Relu"})};
    const of = nodesOfOnnx({
      graph: {
        node: [
          node("Constant", [], ["k"]),
          node("Relu", ["x"], ["a"]),
          fused,
          node("Add", ["c", "w"], ["y"], {activation: 1}),
          {opType: "Source", output: ["z"]},
        ],
      },
    });
    expect(of("y")).toEqual({type: "Add", inputs: ["c"], activation: undefined});
    expect(of("c")).toEqual({type: "FusedConv", inputs: ["a"], activation: "Relu"});
    expect(of("a")).toEqual({type: "Relu", inputs: [], activation: undefined});
    expect(of("z")).toEqual({type: "Source", inputs: [], activation: undefined});
    expect([of("k"), of("x")]).toEqual([undefined, undefined]);
  });

  test("have weights in other files wherever they stand", () => {
    const beside = (name: string) => ({
      ...{name, dims: [2], dataType: TYPE.float32, dataLocation: 1},
      externalData: [{key: "location", value: `${name}.bin`}],
    });
    const plain = {name: "plain", dims: [1], dataType: TYPE.float32, rawData: new Uint8Array(4)};
    const found = externalTensors({
      graph: {
        initializer: [beside("a"), plain],
        node: [
          {opType: "Constant", output: ["b"], attribute: [{name: "value", t: beside("b")}]},
          {
            opType: "If",
            attribute: [
              {name: "then", g: {initializer: [beside("c")], node: [node("Relu", [], [])]}},
              {name: "many", graphs: [{node: [{opType: "Constant", attribute: [{name: "value", t: beside("d")}]}]}]},
            ],
          },
        ],
      },
      functions: [{name: "f", node: [{opType: "Constant", attribute: [{name: "value", t: beside("e")}]}]}],
    });
    expect(found.map(({name}) => name)).toEqual(["a", "b", "c", "d", "e"]);
    expect(found[0]).toEqual({name: "a", location: "a.bin", offset: 0, length: undefined, bytes: 8});
    expect(externalTensors({})).toEqual([]);
  });
});

test("the nodes of a tfjs graph read what is computed, and end in the last word that is fused with them", () => {
  const words = (...list: readonly string[]) => list.map((word) => Buffer.from(word).toString("base64"));
  const of = nodesOfGraph({
    node: [
      {name: "x", op: "Placeholder"},
      {name: "k", op: "Const"},
      {name: "c", op: "_FusedConv2D", input: ["x", "k"], attr: {fused_ops: {list: {s: words("BiasAdd", "Relu6")}}}},
      {name: "a", op: "Add", input: ["c:0", "k", "^c", "gone"]},
      {name: "none"},
      {name: "source", op: "RandomUniform"},
    ],
  });
  expect(of("c")).toEqual({type: "_FusedConv2D", inputs: ["x"], activation: "Relu6"});
  expect(of("a:1")).toEqual({type: "Add", inputs: ["c:0"], activation: undefined});
  expect(of("^source")).toEqual({type: "RandomUniform", inputs: [], activation: undefined});
  expect(["x", "k", "none", "gone"].map(of)).toEqual([undefined, undefined, undefined, undefined]);
  expect(nodesOfGraph({})("x")).toBeUndefined();
});

const flat = () => tf.layers.flatten({inputShape: [2, 2, 1]});
const dense = (activation?: "softmax" | "relu" | "sigmoid") =>
  tf.layers.dense({units: 3, ...(activation ? {activation} : {})});
const act = (activation: "linear" | "softmax" | "relu") => tf.layers.activation({activation});
const stack = (...layers: tf.layers.Layer[]) => tf.sequential({layers: [flat(), ...layers]});

describe("layers end", () => {
  const end = (...layers: tf.layers.Layer[]) => endOfLayers(stack(...layers).outputs[0]);

  test("in their last activation, or in scores", () => {
    expect(end(dense())).toEqual({kind: "scores", node: "Dense"});
    expect(end(dense("relu"))).toEqual({kind: "unknown", node: "relu"});
    expect(end(dense(), act("linear"))).toEqual({kind: "scores", node: "Dense"});
    expect(end(dense(), act("softmax"))).toEqual({kind: "softmax", node: "softmax"});
    expect(end(dense(), act("relu"))).toEqual({kind: "unknown", node: "relu"});
    expect(end()).toEqual({kind: "unknown", node: "its input"});
  });

  test("in the layer that computes the activation, which may lie in a model within", () => {
    const last = (...layers: tf.layers.Layer[]) => activatedLayer(stack(...layers).outputs[0]);
    const [softmax, sigmoid, own] = [tf.layers.softmax(), dense("sigmoid"), act("softmax")];
    expect(last(dense(), softmax)).toBe(softmax);
    expect(last(sigmoid, act("linear"), tf.layers.dropout({rate: 0.5}))).toBe(sigmoid);
    expect(last(dense(), own)).toBe(own);
    const inner = tf.layers.dense({units: 3, activation: "softmax", inputShape: [4]});
    expect(last(tf.sequential({layers: [inner]}))).toBe(inner);
    expect(last(dense("relu"))).toBeUndefined();
    expect(last(dense("sigmoid"), act("relu"))).toBeUndefined();
    expect(last(dense())).toBeUndefined();
    expect(last()).toBeUndefined();
  });
});

describe("a model is given logits and probabilities", () => {
  const names = (model: tf.LayersModel) => model.layers.slice(-2).map(({name}) => name);
  const given = (layers: readonly tf.layers.Layer[], mustBe = false) => withLogits(stack(...layers), mustBe, "net");
  const x = [0.1, 0.2, -0.3, 0.4];
  const answer = (model: tf.LayersModel) =>
    tf.tidy(() => (model.predict(tf.tensor(x, [1, 2, 2, 1])) as tf.Tensor).dataSync());

  test.each<[string, () => tf.layers.Layer[], string]>([
    ["a dense layer with a softmax", () => [dense("softmax")], "Dense"],
    ["a dense layer, and then a softmax", () => [dense(), tf.layers.softmax()], "Dense"],
    ["a dense layer, and then a softmax as an activation", () => [dense(), act("softmax")], "Dense"],
    ["something else, and then a softmax", () => [dense("relu"), tf.layers.softmax()], "Activation"],
  ])("where it has %s, and answers as before", (_, layers, type) => {
    for (const mustBe of [true, false]) {
      const before = stack(...layers());
      const after = withLogits(before, mustBe, "net");
      expect(names(after)).toEqual(["logits", "probabilities"]);
      expect(after.getLayer("logits").getClassName()).toBe(type);
      expect(answer(after)).toBeAllClose(answer(before), {rtol: 1e-6});
    }
  });

  test("where it has scores, unless probabilities are asked for", () => {
    const scores = stack(dense());
    const after = withLogits(scores, false, "net");
    expect(answer(after)).toBeAllClose(tf.tidy(() => tf.softmax(tf.tensor2d([...answer(scores)], [1, 3])).dataSync()));
    expect(() => given([dense()], true)).toThrow(
      "net: expected a model that ends in a softmax or in scores, got Dense with Dense",
    );
    const bare = withLogits(stack(tf.layers.dense({units: 3, useBias: false})), false, "net");
    expect(bare.getLayer("logits").getWeights()).toHaveLength(1);
    expect(
      given([dense(), tf.layers.reshape({targetShape: [3]})])
        .getLayer("logits")
        .getClassName(),
    ).toBe("Activation");
  });

  test("and is refused where it has neither", () => {
    expect(() => given([dense("sigmoid")])).toThrow("got Dense with sigmoid");
    expect(() => given([dense(), act("relu")])).toThrow("got Activation with relu");
    expect(() => given([dense("softmax"), tf.layers.reshape({targetShape: [3]})])).toThrow(
      "got a softmax within, and then Reshape",
    );
    const conv = tf.layers.conv2d({filters: 1, kernelSize: 1, inputShape: [2, 2, 1], activation: "softmax"});
    expect(() => withLogits(tf.sequential({layers: [conv]}), false, "net")).toThrow("got a softmax within");
  });
});
