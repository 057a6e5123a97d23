import type {Graph, GraphNode} from "../../../graph/index";
import type {ImageShape} from "../../../nouns/samples";
import {glorotUniformValues, heNormalValues} from "./initial-weights";

/** The side of each filter, in pixels. */
const KERNEL = 3;

/**
 * The network of `cnn()` as a graph: the same layers, names and first weights, without tfjs.
 *
 * @param width How many filters the first block has; the second has twice as many.
 */
export function plainCnn([height, across, channels]: ImageShape, classes: number, seed: number, width: number): Graph {
  const nodes: GraphNode[] = [];
  const weights: {name: string; shape: readonly number[]; values: Float32Array}[] = [];
  let previous = "image";
  const add = (name: string, kind: string, config: GraphNode["config"], shape: readonly number[]) => {
    nodes.push({name, kind, config, inputs: [previous], shape, weights: [], trainable: true});
    previous = name;
  };
  /** Adds a layer with a kernel and a bias of zeros. */
  const addWeighted = (
    name: string,
    kind: string,
    config: GraphNode["config"],
    shape: readonly number[],
    kernel: {readonly shape: readonly number[]; readonly values: Float32Array},
  ) => {
    const bias = {shape: kernel.shape.slice(-1), values: new Float32Array(kernel.shape.at(-1) as number)};
    const own = [
      {name: `${name}/kernel`, ...kernel},
      {name: `${name}/bias`, ...bias},
    ];
    const named = own.map((one, i) => ({name: one.name, shape: one.shape, index: weights.length + i}));
    add(name, kind, config, shape);
    nodes.push({...(nodes.pop() as GraphNode), weights: named});
    weights.push(...own);
  };
  let [rows, columns, inputs] = [height, across, channels];
  [width, 2 * width].forEach((filters, i) => {
    const name = `conv${i + 1}`;
    const fanIn = KERNEL * KERNEL * inputs;
    const sides = {kernelSize: [KERNEL, KERNEL], strides: [1, 1], padding: "valid", dilationRate: [1, 1]};
    const kernel = {
      shape: [KERNEL, KERNEL, inputs, filters],
      values: heNormalValues(seed, name, fanIn, fanIn * filters),
    };
    [rows, columns] = [rows, columns].map((side) => side - KERNEL + 1);
    addWeighted(name, "Conv2D", {filters, ...sides, activation: "relu"}, [rows, columns, filters], kernel);
    [rows, columns] = [rows, columns].map((side) => Math.floor(side / 2));
    const pool = {poolSize: [2, 2], strides: [2, 2], padding: "valid"};
    add(`pool${i + 1}`, "MaxPooling2D", pool, [rows, columns, filters]);
    inputs = filters;
  });
  const features = rows * columns * inputs;
  add("flatten", "Flatten", {}, [features]);
  const kernel = {
    shape: [features, classes],
    values: glorotUniformValues(seed, "logits", [features, classes], features * classes),
  };
  addWeighted("logits", "Dense", {units: classes, activation: "linear"}, [classes], kernel);
  add("probabilities", "Softmax", {}, [classes]);
  const image = {name: "image", shape: [height, across, channels]};
  return {inputs: [image], nodes, outputs: ["probabilities"], arrays: () => weights};
}
