import {attributesOf} from "../../../onnx/file/attributes";
import type {ModelProto, NodeProto, TensorProto} from "../../../onnx/file/model";
import {TYPE} from "../../../onnx/file/tensors";
import type {GraphNode} from "./graph-end";

/** A model's nodes, by the names of the tensors that they make. */
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

/** The place of a tensor's bytes, if they are not in the model's file. */
export interface ExternalTensor {
  readonly name: string;
  readonly location: string;
  readonly offset: number;
  /** How many bytes it has; if undefined, as many as its sizes need. */
  readonly length: number | undefined;
  /** How many bytes its sizes and its type need; undefined if the type has no whole bytes, or is not known. */
  readonly bytes: number | undefined;
}

/** How many bytes a number of each of onnx.proto's types takes. */
const BYTES: {readonly [type: number]: number} = {
  [TYPE.float32]: 4,
  [TYPE.uint8]: 1,
  [TYPE.int8]: 1,
  [TYPE.uint16]: 2,
  [TYPE.int16]: 2,
  [TYPE.int32]: 4,
  [TYPE.int64]: 8,
  [TYPE.bool]: 1,
  [TYPE.float16]: 2,
  [TYPE.float64]: 8,
  [TYPE.uint32]: 4,
  [TYPE.uint64]: 8,
  [TYPE.bfloat16]: 2,
};

/** The place of a tensor's numbers; undefined if they are in the model's own file. */
export function placeOf({name = "", dims = [], dataType = 0, dataLocation, externalData}: TensorProto) {
  if (dataLocation !== 1 && !externalData?.length) return undefined;
  const entries = Object.fromEntries((externalData ?? []).map(({key, value}) => [key, value]));
  const size = BYTES[dataType];
  return {
    name,
    location: entries.location ?? "",
    offset: Number(entries.offset ?? 0),
    length: entries.length === undefined ? undefined : Number(entries.length),
    bytes: size === undefined ? undefined : dims.reduce((product, n) => product * n, size),
  } satisfies ExternalTensor;
}

/** All tensors of a model that are in other files: weights, and constants of nodes, in branches and loops too. */
export function externalTensors(model: ModelProto): ExternalTensor[] {
  const found: ExternalTensor[] = [];
  const look = (tensor: TensorProto | undefined) => {
    const place = tensor && placeOf(tensor);
    if (place) found.push(place);
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
