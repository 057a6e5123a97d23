/** @file The network of test/fixtures/attributions, as ONNX and in both kinds of tfjs model. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import type {LoadedNetwork} from "../../src/pipeline/model/load/black-box";
import {onnxNetwork} from "../../src/pipeline/model/load/onnx-network";
import {savedModel} from "../../src/pipeline/model/load/saved-model";
import {tfjsModelJson} from "../../src/pipeline/model/load/tfjs-weights";
import {tfjsNetwork} from "../../src/pipeline/model/tf/tfjs-network";

const FOLDER = join(__dirname, "../fixtures/attributions");

export interface Reference {
  readonly shape: readonly [number, number, number];
  readonly pixels: readonly number[];
  readonly logits: readonly number[];
  readonly classes: readonly {readonly [method: string]: readonly number[] & number}[];
  readonly legendre: {readonly nodes: readonly number[]; readonly weights: readonly number[]};
  readonly weights: {readonly [name: string]: {readonly shape: readonly number[]; readonly values: readonly number[]}};
}

export const reference: Reference = JSON.parse(readFileSync(join(FOLDER, "reference.json"), "utf8"));

/** How PyTorch's side feeds the network. */
const settings = {
  what: "net",
  input: {scale: 2, mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7]},
  output: "auto" as const,
};

/** A kernel in tfjs' own order: PyTorch has outputs, inputs, rows, columns. */
const kernelOf = (name: string) => {
  const {shape, values} = reference.weights[`${name}.weight`];
  const turned = shape.length === 4 ? [2, 3, 1, 0] : [1, 0];
  return tf.tidy(() => tf.tensor([...values], [...shape]).transpose(turned));
};
const biasOf = (name: string) => tf.tensor1d([...reference.weights[`${name}.bias`].values]);
function setWeights(layer: tf.layers.Layer, name: string): void {
  const own = [kernelOf(name), biasOf(name)];
  layer.setWeights(own);
  tf.dispose(own);
}

export async function asOnnx(): Promise<LoadedNetwork> {
  const network = await onnxNetwork(readFileSync(join(FOLDER, "net.onnx")), settings);
  return {...network, understood: network.facts.understood};
}

/** @param end Its last layer: a softmax of its own, one within the dense layer, or none. */
export async function asLayers(end: "softmax" | "within" | "scores" = "softmax"): Promise<LoadedNetwork> {
  const convolution = (name: string, filters: number, inputShape?: number[]) =>
    tf.layers.conv2d({name, filters, kernelSize: 3, padding: "same", ...(inputShape ? {inputShape} : {})});
  const model = tf.sequential({
    layers: [
      convolution("c1", 4, [12, 16, 3]),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({poolSize: 2, strides: 2}),
      convolution("c2", 6),
      tf.layers.reLU({name: "last"}),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({name: "d", units: 3, activation: end === "within" ? "softmax" : "linear"}),
      ...(end === "softmax" ? [tf.layers.softmax()] : []),
    ],
  });
  for (const name of ["c1", "c2", "d"]) setWeights(model.getLayer(name), name);
  const weights = model.getWeights().map((tensor, i) => {
    const {originalName} = model.weights[i];
    return {name: originalName, shape: tensor.shape, values: Float32Array.from(tensor.dataSync())};
  });
  const files = savedModel(model, weights, "a test");
  model.dispose();
  return tfjsNetwork(tfjsModelJson(JSON.parse(files["model.json"]), "net"), files["weights.bin"], settings);
}

/**
 * The network as a graph of tfjs' converter, in which the second convolution and the dense layer are fused with the
 * next operators.
 */
export async function asGraph(): Promise<LoadedNetwork> {
  const sized = (...sizes: number[]) => ({dim: sizes.map((size) => ({size: `${size}`}))});
  const stored: {name: string; tensor: tf.Tensor}[] = ["c1", "c2", "d"].flatMap((name) => [
    {name: `${name}/kernel`, tensor: kernelOf(name)},
    {name: `${name}/bias`, tensor: biasOf(name)},
  ]);
  const consts = stored.map(({name, tensor}) => ({
    ...{name, op: "Const"},
    attr: {dtype: {type: "DT_FLOAT"}, value: {tensor: {dtype: "DT_FLOAT", tensorShape: sized(...tensor.shape)}}},
  }));
  const ints = (...list: number[]) => ({list: {i: list.map(String)}});
  const word = (text: string) => ({s: Buffer.from(text).toString("base64")});
  const convolving = {
    strides: ints(1, 1, 1, 1),
    dilations: ints(1, 1, 1, 1),
    padding: word("SAME"),
    dataFormat: word("NHWC"),
  };
  const conv = {...convolving, data_format: word("NHWC")};
  const fused = (...words: string[]) => ({
    fused_ops: {list: {s: words.map((text) => Buffer.from(text).toString("base64"))}},
  });
  const plain = {transpose_a: {b: false}, transpose_b: {b: false}};
  const node = [
    {name: "x", op: "Placeholder", attr: {dtype: {type: "DT_FLOAT"}, shape: {shape: sized(-1, 12, 16, 3)}}},
    ...consts,
    {
      name: "axes",
      op: "Const",
      attr: {dtype: {type: "DT_INT32"}, value: {tensor: {dtype: "DT_INT32", tensorShape: sized(2)}}},
    },
    {name: "one", op: "Conv2D", input: ["x", "c1/kernel"], attr: conv},
    {name: "one/bias", op: "BiasAdd", input: ["one", "c1/bias"], attr: {}},
    {name: "one/relu", op: "Relu", input: ["one/bias"], attr: {}},
    {
      ...{name: "pool", op: "MaxPool", input: ["one/relu"]},
      attr: {ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 2, 1), padding: word("VALID"), data_format: word("NHWC")},
    },
    {
      ...{name: "last", op: "_FusedConv2D", input: ["pool", "c2/kernel", "c2/bias"]},
      attr: {...conv, ...fused("BiasAdd", "Relu"), num_args: {i: "1"}},
    },
    {name: "mean", op: "Mean", input: ["last", "axes"], attr: {keep_dims: {b: false}}},
    {
      name: "logits",
      op: "_FusedMatMul",
      input: ["mean", "d/kernel", "d/bias"],
      attr: {...plain, ...fused("BiasAdd"), num_args: {i: "1"}},
    },
    {name: "out", op: "Softmax", input: ["logits"], attr: {}},
  ];
  const specs = [
    ...stored.map(({name, tensor}) => ({name, shape: tensor.shape, dtype: "float32"})),
    {name: "axes", shape: [2], dtype: "int32"},
  ];
  const binary = Buffer.concat([
    ...stored.map(({tensor}) => new Uint8Array(Float32Array.from(tensor.dataSync()).buffer)),
    new Uint8Array(Int32Array.of(1, 2).buffer),
  ]);
  tf.dispose(stored.map(({tensor}) => tensor));
  const json = {
    format: "graph-model",
    modelTopology: {node, versions: {producer: 1, minConsumer: 0}},
    weightsManifest: [{paths: ["w.bin"], weights: specs}],
  };
  return tfjsNetwork(json, binary, settings);
}
