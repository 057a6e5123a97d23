import type {NamedArray} from "../../../nouns/network";
import type {ImageShape} from "../../../nouns/samples";
import type {ModelProto, NodeProto, TensorProto} from "../../../onnx/file/model";
import {TYPE} from "../../../onnx/file/tensors";
import type {Sizes} from "../../../onnx/index";

/** A node whose answer can be looked at. */
export interface OnnxLayer {
  /** The tensor that it makes. */
  readonly name: string;
  /** Its operator. */
  readonly type: string;
  /** Without the batch. */
  readonly dims: readonly number[];
  /** Numbers of its own weights. */
  readonly parameters: number;
}

/** Operators after which an answer is worth a picture: what a layer ends in. */
const ENDS = new Set([
  ...["Relu", "LeakyRelu", "PRelu", "Elu", "Celu", "Selu", "Gelu", "HardSwish", "Mish", "Clip", "Softplus", "Tanh"],
  ...["MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Add", "LayerNormalization", "Gemm", "MatMul"],
]);
/** Those that have weights, and stand in the list of layers. */
const WEIGHTED = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "LayerNormalization"]);
/** Layers that are kept for the page: more tell less. */
const MOST_SHOWN = 12;

/**
 * The layers of a graph in its order: those with weights, and those that end one.
 *
 * @param input The images' tensor, whose first size is that of all that follow it: −1, or the number where a batch is fixed.
 */
export function layersOf(model: ModelProto, sizes: Sizes, input: string): OnnxLayer[] {
  const rows = sizes.get(input)?.dims[0] ?? -1;
  const stored = new Map((model.graph?.initializer ?? []).map((tensor) => [tensor.name ?? "", tensor]));
  return (model.graph?.node ?? []).flatMap((node) => {
    const {opType, input = [], output = []} = node;
    const size = sizes.get(output[0]);
    if (!isFollowed(size, rows) || !(WEIGHTED.has(opType) || ENDS.has(opType))) return [];
    const own = input.flatMap((name) => stored.get(name) ?? []).filter(isWeight);
    const parameters = own.reduce((sum, tensor) => sum + countOf(tensor), 0);
    return [{name: output[0], type: opType, dims: size.dims.slice(1), parameters}];
  });
}

/** Whether a tensor of floats has a row an image. */
function isFollowed(size: ReturnType<Sizes["get"]>, rows: number): size is NonNullable<typeof size> {
  return (
    size?.type === "float32" && size.dims.length >= 2 && size.dims[0] === rows && size.dims.slice(1).every((n) => n > 0)
  );
}

/** Those that a person may look at: maps and rows, the last of what belongs together, evenly chosen where they are many. */
export function shownLayers(layers: readonly OnnxLayer[]): OnnxLayer[] {
  const looked = layers.filter(({type, dims}) => ENDS.has(type) && (dims.length === 3 || dims.length === 1));
  const all = looked.length > 0 ? looked : layers.filter(({dims}) => dims.length === 3 || dims.length === 1);
  if (all.length <= MOST_SHOWN) return all;
  return Array.from({length: MOST_SHOWN}, (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_SHOWN - 1))]);
}

/** The sizes of a layer's answer as a picture. @param layout Of the model: where its channels stand. */
export function pictureShape({dims}: OnnxLayer, layout: "nchw" | "nhwc"): ImageShape {
  if (dims.length === 1) return [1, 1, dims[0]];
  const [a, b, c] = dims;
  return layout === "nchw" ? [b, c, a] : [a, b, c];
}

/** Channels last, as everywhere here. @param values `count` images of `[channels, height, width]`. */
export function channelsLast(values: Float32Array, count: number, [height, width, channels]: ImageShape): Float32Array {
  const area = height * width;
  if (channels === 1 || area === 1) return values;
  const turned = new Float32Array(values.length);
  for (let n = 0; n < count; n++) {
    const start = n * area * channels;
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < area; p++) turned[start + p * channels + c] = values[start + c * area + p];
    }
  }
  return turned;
}

/** Of a graph, the arrays of floats that stand in its file: its weights. Single numbers are constants of formulas. */
export function weightsOf(model: ModelProto): NamedArray[] {
  return (model.graph?.initializer ?? []).filter(isWeight).flatMap(({name = "", dims = [], rawData}) => {
    if (!rawData?.length) return [];
    const values = new Float32Array(new Uint8Array(rawData).buffer); // a copy: aligned, and the caller's own
    return [{name, shape: dims, values}];
  });
}

/** How many weights it has, those in other files too. */
export function parametersOf(model: ModelProto): number {
  return (model.graph?.initializer ?? []).filter(isWeight).reduce((sum, tensor) => sum + countOf(tensor), 0);
}

function isWeight(tensor: TensorProto): boolean {
  return tensor.dataType === TYPE.float32 && countOf(tensor) > 1;
}

function countOf({dims = []}: TensorProto): number {
  return dims.reduce((product, n) => product * n, 1);
}

/** The tensor that a user means by a layer's name: a tensor, or the node that makes it. */
export function tensorNamed({graph}: ModelProto, word: string): string | undefined {
  const nodes: readonly NodeProto[] = graph?.node ?? [];
  if (nodes.some(({output = []}) => output.includes(word))) return word;
  return nodes.find(({name}) => name === word)?.output?.[0];
}
