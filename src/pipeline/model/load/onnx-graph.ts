import {attributesOf} from "../../../onnx/file/attributes";
import type {ModelProto, NodeProto, TensorProto} from "../../../onnx/file/model";
import type {GraphNode} from "./graph-end";

/** A model's nodes by the names of the tensors they make. */
export function nodesOfOnnx({graph}: ModelProto): (tensor: string) => GraphNode | undefined {
  const nodes = new Map<string, NodeProto>();
  for (const node of graph?.node ?? []) for (const name of node.output ?? []) nodes.set(name, node);
  return (tensor) => {
    const node = nodes.get(tensor);
    if (!node || node.opType === "Constant") return undefined;
    const inputs = (node.input ?? []).filter((name) => nodes.has(name) && nodes.get(name)?.opType !== "Constant");
    const {activation} = attributesOf(node); // FusedConv and FusedGemm of onnxruntime's optimised files
    return {type: node.opType, inputs, activation: typeof activation === "string" ? activation : undefined};
  };
}

/** Where a tensor's bytes stand, if not in the model's file. */
export interface ExternalTensor {
  readonly name: string;
  readonly location: string;
  readonly offset: number;
  /** Undefined: to the end of the file. */
  readonly length: number | undefined;
}

/** All tensors of a model that stand in other files: weights, and constants of nodes, in branches and loops too. */
export function externalTensors(model: ModelProto): ExternalTensor[] {
  const found: ExternalTensor[] = [];
  const look = (tensor: TensorProto | undefined) => {
    if (!tensor || (tensor.dataLocation !== 1 && !tensor.externalData?.length)) return;
    const entries = Object.fromEntries((tensor.externalData ?? []).map(({key, value}) => [key, value]));
    const length = entries.length === undefined ? undefined : Number(entries.length);
    found.push({
      name: tensor.name ?? "",
      location: entries.location ?? "",
      offset: Number(entries.offset ?? 0),
      length,
    });
  };
  const lookIn = (nodes: readonly NodeProto[] | undefined) => {
    for (const {attribute = []} of nodes ?? []) {
      for (const {t, g, graphs = []} of attribute) {
        look(t);
        for (const graph of g ? [g, ...graphs] : graphs) {
          graph.initializer?.forEach(look);
          lookIn(graph.node);
        }
      }
    }
  };
  model.graph?.initializer?.forEach(look);
  lookIn(model.graph?.node);
  for (const {node} of model.functions ?? []) lookIn(node);
  return found;
}
