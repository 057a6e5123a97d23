import type {AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueProto} from "../file/model";
import {TYPE} from "../file/tensors";
import {withGraphs} from "./rewrite";

/**
 * Names of the tensors that still have 16 bits. Nobody can ask for them, because JavaScript has no array of bfloat16.
 */
export const HALF = "half:";

const HALVES: ReadonlySet<number> = new Set([TYPE.float16, TYPE.bfloat16]);
const isHalf = (type: number | undefined): boolean => type !== undefined && HALVES.has(type);
/** Attributes that name the type of an output. */
const TYPED = new Set(["to", "dtype", "output_dtype", "output_datatype"]);

/** Says whether the model has anything with 16 bits, or of the named types. */
export function hasHalves(
  {graph = {}}: Pick<ModelProto, "graph">,
  types: readonly ("float16" | "bfloat16")[] = ["float16", "bfloat16"],
): boolean {
  const codes: readonly (number | undefined)[] = types.map((type) => TYPE[type]);
  const isOne = (type: number | undefined) => codes.includes(type);
  return (
    (graph.initializer ?? []).some(({dataType}) => isOne(dataType)) ||
    [...(graph.input ?? []), ...(graph.output ?? [])].some(({type}) => isOne(type?.tensorType?.elemType)) ||
    (graph.node ?? []).some(({attribute = []}) =>
      attribute.some(
        (a) => isOne(a.t?.dataType) || (TYPED.has(a.name) && isOne(a.i)) || (a.g && hasHalves({graph: a.g}, types)),
      ),
    )
  );
}

/**
 * Turns a model of 16-bit floats (float16, bfloat16) into one that computes in float32 from the same weights. Weights
 * stay as they are in the file: a Cast after each of them widens it when the session starts. Inputs and outputs become
 * float32: JavaScript has no array of bfloat16, and gradients of 16 bits would be of little use.
 */
export function widened(model: ModelProto): ModelProto {
  return {...model, graph: widenedGraph(model.graph ?? {})};
}

function widenedGraph(graph: GraphProto): GraphProto {
  const casts: NodeProto[] = [];
  const initializer = (graph.initializer ?? []).map((tensor): TensorProto => {
    if (!isHalf(tensor.dataType)) return tensor;
    const name = HALF + tensor.name;
    casts.push(cast(name, tensor.name ?? ""));
    return {...tensor, name};
  });
  return {
    ...graph,
    initializer,
    node: [...casts, ...(graph.node ?? []).flatMap(widenedNode)],
    input: (graph.input ?? []).filter(({name}) => !casts.some(({output}) => output?.[0] === name)).map(widenedValue),
    output: (graph.output ?? []).map(widenedValue),
    valueInfo: [], // the types that it tells are no longer true, and nobody needs it
  };
}

function cast(from: string, to: string): NodeProto {
  return {opType: "Cast", input: [from], output: [to], attribute: [{name: "to", type: 2, i: TYPE.float32}]};
}

function widenedNode(node: NodeProto): NodeProto[] {
  const attribute = (node.attribute ?? []).map(
    (a): AttributeProto => (TYPED.has(a.name) && isHalf(a.i) ? {...a, i: TYPE.float32} : a),
  );
  const next = withGraphs({...node, attribute}, widenedGraph);
  if (!attribute.some((a) => isHalf(a.t?.dataType))) return [next];
  const [out = ""] = node.output ?? []; // Constant and ConstantOfShape: their number is a tensor of the file
  return [{...next, output: [HALF + out]}, cast(HALF + out, out)];
}

function widenedValue(value: ValueProto): ValueProto {
  const tensorType = value.type?.tensorType;
  if (!isHalf(tensorType?.elemType)) return value;
  return {...value, type: {...value.type, tensorType: {...tensorType, elemType: TYPE.float32}}};
}
