import * as tf from "@tensorflow/tfjs";
import {beforeActivation, graphEnd} from "../load/graph-end";
import type {LoadSettings} from "../load/load-settings";
import {otherInputs} from "../load/other-inputs";
import {type Port, theInput, theOutput} from "../load/ports";
import {nodesOfGraph} from "../load/tfjs-graph";
import type {OpenedModel} from "./opened-model";
import {tensorsOf} from "./tensors-of";
import {weightedNodes} from "./weighted-nodes";

type GraphPort = tf.GraphModel["inputs"][number];

const CONVOLUTION = /^(_Fused)?(Fused)?(DepthwiseConv2dNative|DepthwiseConv2d|Conv2D)$/;
const DENSE = new Set(["MatMul", "_FusedMatMul", "BatchMatMul", "BatchMatMulV2"]);

/** A GraphModel. It can be asked for any node's answer, and a node's own answer can be replaced by another one. */
export async function openedGraph(artifacts: tf.io.ModelArtifacts, settings: LoadSettings): Promise<OpenedModel> {
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  try {
    const portOf = ({name, dtype, shape}: GraphPort): Port => ({name, type: dtype, dims: shape});
    const inputs = model.inputs.map(portOf);
    const input = theInput(inputs, ["float32"], settings);
    const others = otherInputs(inputs, input, settings);
    const fed = (images: tf.Tensor) => ({[input.name]: images, ...tensorsOf(others(images.shape[0]))});
    const topology = artifacts.modelTopology as {readonly node?: readonly {readonly name?: string}[]};
    const nodeOf = nodesOfGraph(topology);
    // tfjs counts a constant that no node reads as an output
    const computed = model.outputs.filter(({name}) => nodeOf(name));
    const output = theOutput(computed.map(portOf), settings);
    const execute = (fed: tf.NamedTensorMap, name: string) => model.execute(fed, name) as tf.Tensor; // one was asked for
    const before = beforeActivation(nodeOf, output.name);
    const names = inOrder(topology, nodeOf, output.name);
    const dense = names.findLast((name) => DENSE.has(nodeOf(name)?.type ?? ""));
    const embedding = dense === undefined ? undefined : nodeOf(dense)?.inputs[0];
    const last = names.findLastIndex((name) => CONVOLUTION.test(nodeOf(name)?.type ?? ""));
    return {
      input,
      end: graphEnd(nodeOf, output.name),
      run: (images) => execute(fed(images), output.name),
      ...(before === undefined ? {} : {scores: (images: tf.Tensor) => execute(fed(images), before)}),
      layers: names,
      typeOf: (name) => nodeOf(name)?.type ?? "",
      weights: () =>
        Object.entries(model.weights).flatMap(([name, [tensor]]) =>
          tensor.dtype === "float32" && tensor.size > 1 ? [{name, tensor}] : [],
        ),
      weighted: weightedNodes(topology, names, model.weights),
      ...(embedding !== undefined && names.includes(embedding) ? {embedding} : {}),
      maps: last < 0 ? [] : after(names.slice(last), nodeOf),
      at: (images, layer) => execute(fed(images), layer),
      replacing(layer, answer, images, act) {
        const wanted = act === "run" || before === undefined ? output.name : before;
        return layer === wanted ? answer.clone() : execute({...fed(images), [layer]: answer}, wanted);
      },
      dispose: () => model.dispose(),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The nodes that an output depends on, each after those that it reads. */
function inOrder(
  {node = []}: {readonly node?: readonly {readonly name?: string}[]},
  nodeOf: ReturnType<typeof nodesOfGraph>,
  output: string,
): string[] {
  const known = new Set(node.map(({name}) => `${name}`));
  const order = new Set<string>();
  const waiting = [output];
  const begun = new Set<string>();
  while (waiting.length > 0) {
    const name = waiting[waiting.length - 1];
    const inputs = (nodeOf(name)?.inputs ?? []).filter((one) => nodeOf(one) && known.has(one) && !begun.has(one));
    begun.add(name);
    if (inputs.length > 0) waiting.push(...inputs);
    else order.add(waiting.pop() as string);
  }
  return [...order];
}

/** The nodes that depend on the first node, including itself. */
function after([first, ...names]: readonly string[], nodeOf: ReturnType<typeof nodesOfGraph>): string[] {
  const found = new Set([first]);
  for (const name of names) if (nodeOf(name)?.inputs.some((input) => found.has(input))) found.add(name);
  return [...found];
}
