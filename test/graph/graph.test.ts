import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {graphOf} from "../../src/graph/index";

type Value = tf.SymbolicTensor;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

test("a sequence is a chain of nodes, with sizes, settings and weights", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [5, 6, 2], filters: 3, kernelSize: 3, name: "conv"}),
      tf.layers.flatten({name: "flat"}),
      tf.layers.dense({units: 4, useBias: false, trainable: false, name: "dense"}),
    ],
  });
  const {inputs, nodes, outputs, arrays} = graphOf(model);
  expect(inputs).toEqual([{name: "conv_input", shape: [5, 6, 2]}]);
  expect(nodes.map(({name, kind, inputs: read, shape, trainable}) => [name, kind, read, shape, trainable])).toEqual([
    ["conv", "Conv2D", ["conv_input"], [3, 4, 3], true],
    ["flat", "Flatten", ["conv"], [36], true],
    ["dense", "Dense", ["flat"], [4], false],
  ]);
  expect(nodes[0].config).toMatchObject({filters: 3, kernelSize: [3, 3]});
  expect(nodes.map(({weights}) => weights.map(({name, index, shape}) => [name, index, shape]))).toEqual([
    [
      ["conv/kernel", 0, [3, 3, 2, 3]],
      ["conv/bias", 1, [3]],
    ],
    [],
    [["dense/kernel", 2, [36, 4]]],
  ]);
  expect(outputs).toEqual(["dense"]);
  const expected = model.getWeights().map((tensor) => [...tensor.dataSync()]);
  expect(arrays().map(({values}) => [...values])).toEqual(expected);
});

test("branches, several inputs and outputs, a layer called twice, and what leads nowhere", () => {
  const [left, right] = ["left", "right"].map((name) => tf.input({shape: [4], name}));
  const shared = tf.layers.dense({units: 3, name: "shared"});
  const [a, b] = [left, right].map((x) => shared.apply(x) as Value);
  tf.layers.dense({units: 9, name: "nowhere"}).apply(a);
  const sum = tf.layers.add({name: "sum"}).apply([a, b]) as Value;
  const side = tf.layers.concatenate({name: "side"}).apply([sum, b]) as Value;
  const {inputs, nodes, outputs} = graphOf(tf.model({inputs: [left, right], outputs: [side, sum]}));
  expect(inputs.map(({name}) => name)).toEqual(["left", "right"]);
  expect(nodes.map(({name, inputs: read, shape}) => [name, read, shape])).toEqual([
    ["shared", ["left"], [3]],
    ["shared/2", ["right"], [3]],
    ["sum", ["shared", "shared/2"], [3]],
    ["side", ["sum", "shared/2"], [6]],
  ]);
  expect(nodes[1].weights).toEqual(nodes[0].weights);
  expect(outputs).toEqual(["side", "sum"]);
});

test("each node stands after those that it reads, and a model within is one node", () => {
  const inner = tf.sequential({layers: [tf.layers.dense({inputShape: [2], units: 3, name: "within"})], name: "inner"});
  const x = tf.input({shape: [2], name: "x"});
  const deep = tf.layers.reLU({name: "relu"}).apply(inner.apply(x)) as Value;
  const out = tf.layers.add({name: "sum"}).apply([deep, tf.layers.dense({units: 3, name: "short"}).apply(x) as Value]);
  const {nodes} = graphOf(tf.model({inputs: x, outputs: out as Value}));
  expect(nodes.map(({name, kind, inputs}) => [name, kind, inputs])).toEqual([
    ["inner", "Sequential", ["x"]],
    ["relu", "ReLU", ["inner"]],
    ["short", "Dense", ["x"]],
    ["sum", "Add", ["relu", "short"]],
  ]);
});
