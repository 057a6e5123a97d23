import type * as tf from "@tensorflow/tfjs";

import type {Graph, GraphInput, GraphNode} from "./graph";

/**
 * A tf.LayersModel as a graph: sequences and functional models, with branches, several inputs and several outputs. A
 * layer that is called more than once is a node for each call, `name`, `name/2` and so on, with the same weights. A
 * model inside the model is one node. Layers that lead to no output are left out.
 */
export function graphOf(model: tf.LayersModel): Graph {
  const inputs: GraphInput[] = model.inputs.map((tensor) => ({
    name: tensor.sourceLayer.name,
    shape: oneSample(tensor),
  }));
  const names = new Map<tf.SymbolicTensor, string>(model.inputs.map((tensor, i) => [tensor, inputs[i].name]));
  const nodes: GraphNode[] = [];
  const calls = new Map<tf.layers.Layer, number>();

  const nameOf = (tensor: tf.SymbolicTensor): string => {
    const known = names.get(tensor);
    if (known !== undefined) return known;
    const {sourceLayer: layer, nodeIndex} = tensor;
    // the nodes that this one reads come before it
    const {inputTensors, outputTensors} = layer.inboundNodes[nodeIndex];
    const read = inputTensors.map(nameOf);
    const call = (calls.get(layer) ?? 0) + 1;
    calls.set(layer, call);
    const name = call === 1 ? layer.name : `${layer.name}/${call}`;
    for (const [i, output] of outputTensors.entries()) names.set(output, i === 0 ? name : `${name}:${i}`);
    nodes.push({
      name,
      kind: layer.getClassName(),
      config: layer.getConfig(),
      inputs: read,
      shape: oneSample(outputTensors[0]),
      weights: layer.weights.map((weight) => ({
        name: weight.originalName,
        index: model.weights.indexOf(weight),
        shape: weight.shape as number[],
      })),
      trainable: layer.trainable,
    });
    return name;
  };

  const outputs = model.outputs.map(nameOf);
  return {
    inputs,
    nodes,
    outputs,
    arrays: () =>
      model.weights.map((weight) => ({
        name: weight.originalName,
        shape: weight.shape as number[],
        values: Float32Array.from(weight.read().dataSync()),
      })),
  };
}

/** A tensor's sizes without the first, which is the batch's. A size that the model leaves open is 0. */
function oneSample({shape}: tf.SymbolicTensor): number[] {
  return shape.slice(1).map((size) => size ?? 0);
}
