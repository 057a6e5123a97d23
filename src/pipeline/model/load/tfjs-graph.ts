import type * as tf from "@tensorflow/tfjs";

import {type GraphEnd, type GraphNode, graphEnd, isEnd, isPassing} from "./graph-end";

/** Finds the end of a LayersModel's graph. A symbolic tensor knows from which layer it came. */
export function endOfLayers(output: tf.SymbolicTensor): GraphEnd {
  const tensors = new Map([[output.name, output]]);
  const nodeOf = (name: string): GraphNode | undefined => {
    const tensor = tensors.get(name);
    const layer = tensor?.sourceLayer;
    const type = layer?.getClassName();
    if (!tensor || !layer || type === undefined || type === "InputLayer") return undefined;
    const {outputs} = layer as Partial<tf.LayersModel>;
    if (outputs?.length) {
      tensors.set(outputs[0].name, outputs[0]); // a model within the model
      return {type: "Identity", inputs: [outputs[0].name]};
    }
    for (const input of tensor.inputs) tensors.set(input.name, input);
    const {activation} = layer.getConfig();
    const own = typeof activation === "string" ? activation : undefined;
    const inputs = tensor.inputs.map((input) => input.name);
    // an Activation layer is its activation
    return type === "Activation" && own !== undefined && own !== "linear"
      ? {type: own, inputs}
      : {type: type === "Activation" ? "Identity" : type, inputs, activation: own};
  };
  return graphEnd(nodeOf, output.name);
}

/**
 * The layer whose softmax, log-softmax or sigmoid a LayersModel ends in: this may be a layer by itself, or the
 * activation of another layer.
 */
export function activatedLayer(output: tf.SymbolicTensor): tf.layers.Layer | undefined {
  let tensor = output;
  for (;;) {
    const layer: tf.layers.Layer | undefined = tensor.sourceLayer;
    const type = layer?.getClassName();
    if (!layer || type === undefined || type === "InputLayer") return undefined;
    const {outputs} = layer as Partial<tf.LayersModel>;
    if (outputs?.length) {
      tensor = outputs[0]; // a model within the model
      continue;
    }
    const {activation} = layer.getConfig();
    if (isEnd(type) || (typeof activation === "string" && isEnd(activation))) return layer;
    if (!(isPassing(type) || (type === "Activation" && activation === "linear")) || tensor.inputs.length === 0) {
      return undefined;
    }
    tensor = tensor.inputs[0];
  }
}

interface TfNode {
  readonly name?: string;
  readonly op?: string;
  readonly input?: readonly string[];
  readonly attr?: {readonly fused_ops?: {readonly list?: {readonly s?: readonly string[]}}};
}

/** A GraphModel's nodes by the names of their tensors. */
export function nodesOfGraph(topology: object): (tensor: string) => GraphNode | undefined {
  const {node = []} = topology as {readonly node?: readonly TfNode[]};
  const nodes = new Map(node.map((one) => [`${one.name}`, one]));
  const find = (tensor: string) => nodes.get(tensor.replace(/^\^/, "").replace(/:\d+$/, ""));
  return (tensor) => {
    const found = find(tensor);
    if (!found?.op || found.op === "Const" || found.op === "Placeholder") return undefined;
    const inputs = (found.input ?? []).filter((name) => !name.startsWith("^"));
    const computed = inputs.filter((name) => !["Const", undefined].includes(find(name)?.op));
    const fused = found.attr?.fused_ops?.list?.s?.map((word) => Buffer.from(word, "base64").toString());
    return {type: found.op, inputs: computed, activation: fused?.at(-1)};
  };
}
