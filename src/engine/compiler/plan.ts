import type {AnyLayer} from "../layers/index";
import type {Reason} from "../layers/kind";
import type {Graph, GraphNode, ImageShape, NamedArray} from "../network-types";
import {isOptimizer, type OptimizerName} from "./optimizers";
import {planNode} from "./plan-node";
import type {Shape} from "./planes";

/** A network that the engine can run, as plain data, with the weights that it had when it was planned. */
export interface Plan {
  readonly imageShape: ImageShape;
  readonly classes: number;
  /**
   * The layers in order: each stands after those whose outputs it reads. The last one is dense and computes the logits.
   */
  readonly layers: readonly AnyLayer[];
  /** The outputs by the names of the graph's nodes, without the last node. */
  readonly outputs: {readonly [layer: string]: PlannedOutput};
  /** The name of the last layer, a softmax. */
  readonly probabilities: string;
  /** The name of the layer that feeds the last dense one. */
  readonly features: string;
  readonly weights: readonly NamedArray[];
  readonly optimizer: OptimizerName;
}

/** Where a plan has a node's answer. */
export interface PlannedOutput {
  /** The layer whose output it is: a place in `Plan.layers`, or −1 for the image itself. */
  readonly layer: number;
  /** Whether it is the output before the relu that was fused into the layer. */
  readonly linear: boolean;
  /** The shape of one image's answer: [height, width, channels], or [units]. */
  readonly shape: readonly number[];
}

/** A node's answer as a layer's output, with the shape of the planes that hold it. */
interface Value {
  readonly layer: number;
  readonly shape: Shape;
  /** The sizes of one sample's answer in the graph. */
  readonly sides: readonly number[];
}

/** A node whose answer is its input in another shape, so that nothing need be computed. */
const SAME = "Flatten";

/**
 * Plans a graph.
 *
 * @returns The plan, or the reason why the engine cannot run the graph, in words that end "… the fused engine".
 */
export function plan(graph: Graph, optimizer: string): Plan | Reason {
  if (!isOptimizer(optimizer)) return {reason: `optimizer ${optimizer} is not for the fused engine`};
  const [image] = graph.inputs;
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1 || image.shape.length !== 3) {
    return {reason: "only models from one image to one output are for the fused engine"};
  }
  if (graph.nodes.length === 0) return {reason: "a model without layers is not for the fused engine"};
  const [height, width, channels] = image.shape;
  const layers: AnyLayer[] = [];
  const outputs: {[node: string]: {layer: number; linear: boolean; shape: readonly number[]}} = {};
  const values = new Map<string, Value>([
    [image.name, {layer: -1, shape: {height, width, channels}, sides: image.shape}],
  ]);
  const readers = readersOf(graph);
  const weighted = new Set<number>();
  let features = "";

  for (const node of graph.nodes.slice(0, -1)) {
    const {name, kind, shape: sides} = node;
    const refuse = (why: string): Reason => ({reason: `layer ${name}: ${why} is not for the fused engine`});
    const found = (layer: number) => {
      const {
        height: down,
        width: across,
        channels: deep,
      } = layer < 0 ? (values.get(image.name) as Value).shape : layers[layer].output;
      outputs[name] = {layer, linear: false, shape: sides};
      values.set(name, {layer, shape: {height: down, width: across, channels: deep}, sides});
    };
    if (!node.trainable && node.weights.length > 0) return refuse("a layer whose weights stay as they are");
    if (node.weights.some(({index}) => weighted.has(index))) return refuse("a layer that is called twice");
    for (const {index} of node.weights) weighted.add(index);
    const given: Value[] = [];
    for (const input of node.inputs) {
      const value = values.get(input);
      if (!value) return refuse(`${input}, which is not the first answer of its layer,`);
      given.push(value);
    }
    const [first] = given;
    if (kind === SAME) {
      found(first.layer);
      continue;
    }
    const before = layers[first.layer];
    if (isRelu(node) && before && isFusable(before) && readers.get(rootOf(graph, node.inputs[0])) === 1) {
      for (const output of Object.values(outputs)) if (output.layer === first.layer) output.linear = true;
      layers[first.layer] = {...before, relu: true};
      found(first.layer);
      continue;
    }
    if (kind === "ReLU" && !isRelu(node)) return refuse(`a ${kind}`);
    const planned = planNode(isRelu(node) ? {...node, kind: "ReLU"} : node, given, layers.length);
    if ("reason" in planned) return refuse(planned.reason);
    layers.push(...planned);
    if (planned[0].kind === "dense") features = node.inputs[0];
    found(layers.length - 1);
  }

  const last = graph.nodes[graph.nodes.length - 1];
  const refuse = (why: string): Reason => ({reason: `layer ${last.name}: ${why} is not for the fused engine`});
  if (!isSoftmax(last)) return refuse(`a last layer ${last.kind}, not a softmax,`);
  const logits = layers[layers.length - 1];
  if (logits?.kind !== "dense" || logits.relu || values.get(last.inputs[0])?.layer !== layers.length - 1) {
    return refuse("a softmax of anything but a dense layer");
  }
  const weights = graph.arrays();
  const imageShape = [height, width, channels] as const;
  return {
    imageShape,
    classes: logits.output.channels,
    layers,
    outputs,
    probabilities: last.name,
    features,
    weights,
    optimizer,
  };
}

/** The node or the input whose numbers an answer holds: the nodes in between only change its shape. */
function rootOf({nodes}: Graph, name: string): string {
  const node = nodes.find((one) => one.name === name);
  return node?.kind === SAME ? rootOf({nodes} as Graph, node.inputs[0]) : name;
}

/** How many nodes read each answer. */
function readersOf(graph: Graph): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  for (const {kind, inputs} of graph.nodes) {
    if (kind === SAME) continue;
    for (const name of inputs.map((input) => rootOf(graph, input))) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  return readers;
}

function isSoftmax({kind, config}: GraphNode): boolean {
  return kind === "Softmax" || (kind === "Activation" && config.activation === "softmax");
}

function isRelu({kind, config}: GraphNode): boolean {
  return kind === "ReLU" ? config.maxValue == null : kind === "Activation" && config.activation === "relu";
}

function isFusable(layer: AnyLayer): boolean {
  return (layer.kind === "convolution" || layer.kind === "dense") && !layer.relu;
}
