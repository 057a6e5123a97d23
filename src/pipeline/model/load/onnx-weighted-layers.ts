import type {NamedArray, WeightedLayer} from "../../../nouns/network";
import {attributesOf} from "../../../onnx/file/attributes";
import type {ModelProto, NodeProto} from "../../../onnx/file/model";
import type {Sizes} from "../../../onnx/index";
import {weightsOf} from "./onnx-layers";

/** The most layers that are compared; if there are more, this many are taken evenly from first to last. */
const MOST_LAYERS = 12;
/** Operators that belong to the layer before them, so that its units are read after these. */
const FOLLOWING = new Set([
  ...["BatchNormalization", "Relu", "LeakyRelu", "PRelu", "Clip", "Elu", "Selu", "Celu", "Gelu", "HardSwish", "Mish"],
  ...["Sigmoid", "Tanh", "Softplus", "Add"],
]);

/**
 * The layers with weights of a graph, in its order, the last one included: convolutions, and dense layers on rows.
 *
 * @param input The images' tensor, whose first size is that of all that follow it.
 */
export function weightedLayersOf(model: ModelProto, sizes: Sizes, input: string): WeightedLayer[] {
  const rows = sizes.get(input)?.dims[0] ?? -1;
  const weights = new Map(weightsOf(model).map((array) => [array.name, array]));
  const readers = new Map<string, NodeProto[]>();
  for (const node of model.graph?.node ?? []) {
    for (const name of node.input ?? []) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const outputs = new Set(model.graph?.output?.map(({name}) => name));
  const all = (model.graph?.node ?? []).flatMap((node): WeightedLayer[] => {
    const made = kernelOf(node, weights);
    const name = node.output?.[0] ?? "";
    if (!made) return [];
    const answer = behind(name, weights, readers, outputs);
    const dims = sizes.get(answer)?.dims ?? [];
    if (dims[0] !== rows || !(dims.length === 2 || dims.length === 4) || !dims.slice(1).every((n) => n > 0)) return [];
    const [channels, height = 1, width = 1] = dims.slice(1);
    return [{layer: name, ...made, answer, shape: [height, width, channels]}];
  });
  const short = all.map(({layer}) => moduleName(layer));
  const named = all.map((one, i) =>
    short.indexOf(short[i]) === short.lastIndexOf(short[i]) ? {...one, layer: short[i]} : one,
  );
  if (named.length <= MOST_LAYERS) return named;
  return Array.from({length: MOST_LAYERS}, (_, i) => named[Math.round((i * (named.length - 1)) / (MOST_LAYERS - 1))]);
}

/**
 * The module that PyTorch names in a tensor: "/features/features.15/conv/conv.1/Conv_output_0" belongs to
 * features.15.conv.1.
 */
export function moduleName(tensor: string): string {
  const parts = tensor
    .replace(/_output_\d+$/, "")
    .split("/")
    .filter((part) => part !== "");
  if (!tensor.startsWith("/") || parts.length < 2) return tensor;
  const modules = parts.slice(0, -1); // the last is the operator
  return modules.filter((part, i) => !modules[i + 1]?.startsWith(`${part}.`)).join(".");
}

/** The kernel in tfjs' layout, and tfjs' name for the kind of its layer. */
function kernelOf(node: NodeProto, weights: ReadonlyMap<string, NamedArray>) {
  const {opType, input = []} = node;
  const stored = weights.get(input[1] ?? "");
  if (!stored) return undefined;
  const {group = 1, transB = 0} = attributesOf(node);
  if (opType === "Conv" && stored.shape.length === 4) {
    const [out, , height, width] = stored.shape;
    const isDepthwise = group === out && out > 1 && stored.shape[1] === 1;
    const kernel = turned(stored, isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]);
    return height * width > 0 ? {type: isDepthwise ? "DepthwiseConv2D" : "Conv2D", kernel} : undefined;
  }
  if (stored.shape.length !== 2) return undefined;
  if (opType === "Gemm") return {type: "Dense", kernel: transB === 1 ? turned(stored, [1, 0]) : stored};
  return opType === "MatMul" ? {type: "Dense", kernel: stored} : undefined;
}

/** An array with its axes in another order. */
function turned({name, shape, values}: NamedArray, axes: readonly number[]): NamedArray {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const to = axes.map((axis) => shape[axis]);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    let [rest, from] = [i, 0];
    for (let d = to.length - 1; d >= 0; d--) {
      from += (rest % to[d]) * strides[axes[d]];
      rest = Math.floor(rest / to[d]);
    }
    out[i] = values[from];
  }
  return {name, shape: to, values: out};
}

/**
 * The last tensor of a layer: after all nodes that only normalise its answer, add its bias or apply its activation, as
 * long as nothing else reads the answer.
 */
function behind(
  name: string,
  weights: ReadonlyMap<string, NamedArray>,
  readers: ReadonlyMap<string, readonly NodeProto[]>,
  outputs: ReadonlySet<string | undefined>,
): string {
  let at = name;
  for (;;) {
    const [next, ...others] = readers.get(at) ?? [];
    const isOwn = next && others.length === 0 && FOLLOWING.has(next.opType) && !outputs.has(at);
    // a sum with another branch is not part of the layer; a sum with a bias is
    if (!isOwn || (next.opType === "Add" && !(next.input ?? []).some((one) => weights.has(one)))) return at;
    at = next.output?.[0] ?? at;
  }
}
