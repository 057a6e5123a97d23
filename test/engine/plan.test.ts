import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {models} from "../../src/pipeline/model/index";

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

const image = {inputShape: [12, 12, 1]};
const head = () => [
  tf.layers.flatten(),
  tf.layers.dense({units: 3, name: "logits"}),
  tf.layers.softmax({name: "probabilities"}),
];
/** The model from an input to a value, with a dense layer and a softmax behind it. */
const ended = (inputs: tf.SymbolicTensor, value: tf.SymbolicTensor) =>
  tf.model({
    inputs,
    outputs: head()
      .slice(value.shape.length > 2 ? 0 : 1)
      .reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, value),
  });
const sequence = (...layers: tf.layers.Layer[]) => tf.sequential({layers: [...layers, ...head()]});

test.each(["cnn", "exigo", "mlp"] as const)("%s can be run", (name) => {
  expect(plan(graphOf(models[name]([28, 28, 1], 10, 0)), "adam")).toMatchObject({classes: 10, imageShape: [28, 28, 1]});
});

test.each<[string, () => tf.LayersModel]>([
  [
    "layer odd: activation tanh",
    () => sequence(tf.layers.conv2d({...image, filters: 2, kernelSize: 3, activation: "tanh", name: "odd"})),
  ],
  [
    "layer odd: kernel 9 x 9, above 7 x 7",
    () => sequence(tf.layers.conv2d({...image, filters: 2, kernelSize: 9, name: "odd"})),
  ],
  [
    "layer odd: stride 3 x 3, above 2",
    () => sequence(tf.layers.conv2d({...image, filters: 2, kernelSize: 3, strides: 3, name: "odd"})),
  ],
  [
    "layer odd: dilation 2 x 2",
    () => sequence(tf.layers.conv2d({...image, filters: 2, kernelSize: 3, dilationRate: 2, name: "odd"})),
  ],
  [
    "layer odd: a layer whose weights stay as they are",
    () => sequence(tf.layers.conv2d({...image, filters: 2, kernelSize: 3, trainable: false, name: "odd"})),
  ],
  [
    "layer odd: dropout of whole rows or channels",
    () => sequence(tf.layers.dropout({...image, rate: 0.5, noiseShape: [1, 1, 1, 1], name: "odd"})),
  ],
  ["layer odd: a UpSampling2D", () => sequence(tf.layers.upSampling2d({...image, name: "odd"}))],
  ["layer odd: a ReLU", () => sequence(tf.layers.reLU({...image, maxValue: 6, name: "odd"}))],
  [
    "layer odd: a last layer Dense, not a softmax,",
    () => tf.sequential({layers: [tf.layers.flatten(image), tf.layers.dense({units: 3, name: "odd"})]}),
  ],
  [
    "layer odd: answers side by side in anything but their channels",
    () => {
      const x = tf.input({shape: [12, 12, 1]});
      const conv = (name: string) => tf.layers.conv2d({filters: 2, kernelSize: 1, name}).apply(x) as tf.SymbolicTensor;
      return ended(
        x,
        tf.layers.concatenate({name: "odd", axis: 1}).apply([conv("left"), conv("right")]) as tf.SymbolicTensor,
      );
    },
  ],
  [
    "layer odd: a Multiply",
    () => {
      const x = tf.input({shape: [12, 12, 1]});
      const conv = (name: string) => tf.layers.conv2d({filters: 2, kernelSize: 1, name}).apply(x) as tf.SymbolicTensor;
      return ended(x, tf.layers.multiply({name: "odd"}).apply([conv("left"), conv("right")]) as tf.SymbolicTensor);
    },
  ],
  [
    "layer odd/2: a layer that is called twice",
    () => {
      const x = tf.input({shape: [12, 12, 2]});
      const layer = tf.layers.conv2d({filters: 2, kernelSize: 1, name: "odd"});
      const once = layer.apply(x) as tf.SymbolicTensor;
      return ended(x, layer.apply(once) as tf.SymbolicTensor);
    },
  ],
])("what it cannot run it refuses in words: %s", (words, model) => {
  expect(plan(graphOf(model()), "adam")).toEqual({reason: `${words} is not for the fused engine`});
});

test("a model of linked layers can be run, if it is one line of them", () => {
  const x = tf.input({shape: [12, 12, 1]});
  const layers = [
    tf.layers.conv2d({filters: 4, kernelSize: 3, name: "conv"}),
    tf.layers.activation({activation: "relu", name: "relu"}),
    tf.layers.flatten({name: "flat"}),
    tf.layers.dense({units: 3, name: "logits"}),
    tf.layers.activation({activation: "softmax", name: "probabilities"}),
  ];
  const outputs = layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
  expect(plan(graphOf(tf.model({inputs: x, outputs})), "adam")).toMatchObject({
    classes: 3,
    layers: [
      {kind: "convolution", relu: true},
      {kind: "dense", relu: false},
    ],
    outputs: {conv: {layer: 0, linear: true}, relu: {layer: 0, linear: false}, flat: {layer: 0}, logits: {layer: 1}},
    features: "flat",
    probabilities: "probabilities",
  });
});

test("an optimizer it does not have it refuses in words", () => {
  expect(plan(graphOf(models.cnn([28, 28, 1], 10, 0)), "rmsprop")).toEqual({
    reason: "optimizer rmsprop is not for the fused engine",
  });
});
