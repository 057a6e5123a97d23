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
  /** The sizes of its answer, without the batch. */
  readonly dims: readonly number[];
  /** How many numbers its own weights have. */
  readonly parameters: number;
}

/** The operators in which a layer ends, so that their answers are worth a picture. */
const ENDS = new Set([
  ...["Relu", "LeakyRelu", "PRelu", "Elu", "Celu", "Selu", "Gelu", "HardSwish", "Mish", "Clip", "Softplus", "Tanh"],
  ...["MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Add", "LayerNormalization", "Gemm", "MatMul"],
]);
/** Operators that have weights, and so appear in the list of layers. */
const WEIGHTED = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "LayerNormalization"]);
/** How many layers are kept for the page; more of them would show less. */
const MOST_SHOWN = 12;

/**
 * The layers of a graph in its order: those with weights, and those in which a layer ends.
 *
 * @param input The images' tensor, whose first size is that of all that follow it: −1, or the number if a batch is
 * fixed.
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

/** Whether a tensor contains floats, with one row for each image. */
function isFollowed(size: ReturnType<Sizes["get"]>, rows: number): size is NonNullable<typeof size> {
  return (
    size?.type === "float32" && size.dims.length >= 2 && size.dims[0] === rows && size.dims.slice(1).every((n) => n > 0)
  );
}

/**
 * The layers that a person can look at: maps and rows of numbers, the last operator of each group. If there are many,
 * some of them, spread evenly.
 */
export function shownLayers(layers: readonly OnnxLayer[]): OnnxLayer[] {
  const looked = layers.filter(({type, dims}) => ENDS.has(type) && (dims.length === 3 || dims.length === 1));
  const all = looked.length > 0 ? looked : layers.filter(({dims}) => dims.length === 3 || dims.length === 1);
  if (all.length <= MOST_SHOWN) return all;
  return Array.from({length: MOST_SHOWN}, (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_SHOWN - 1))]);
}

/** Operators whose images have the channels first, whatever the order of the model's input is. */
const CHANNELS_FIRST = /^(Conv|ConvTranspose|BatchNormalization|InstanceNormalization|GroupNormalization|LRN|.*Pool)$/;
/** Operators whose outputs have their sizes in the same order as their inputs. */
const PASSING =
  /^(Relu|LeakyRelu|PRelu|Elu|Celu|Selu|Gelu|HardSwish|HardSigmoid|Mish|Clip|Softplus|Tanh|Sigmoid|Add|Mul|Sub|Div|Identity|Dropout|Cast|Concat|Pad)$/;

/**
 * Whether an image's tensor is [channels, height, width]: the operators that made it show this; if they do not, the
 * order is that of the model's input.
 */
export function isChannelsFirst({graph}: ModelProto, tensor: string, input: "nchw" | "nhwc"): boolean {
  const makers = new Map(
    (graph?.node ?? []).flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)),
  );
  let isTurned = false; // the order was changed an odd number of times on the way here
  for (let node = makers.get(tensor); node; node = makers.get(passedOn(node, makers))) {
    if (CHANNELS_FIRST.test(node.opType)) return !isTurned;
    if (node.opType === "Transpose") isTurned = !isTurned;
    else if (!PASSING.test(node.opType)) break;
  }
  return input === "nchw" && !isTurned;
}

/** The input of a node that is made by another one; the first, if no other is. */
function passedOn({input = []}: NodeProto, makers: ReadonlyMap<string, NodeProto>): string {
  return input.find((name) => makers.has(name)) ?? input[0] ?? "";
}

/**
 * Puts the channels last, as everywhere in this program. @param values `count` images of `[channels, height, width]`.
 */
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

/** The weights of a graph: the arrays of floats in its file. Single numbers are constants of formulas, not weights. */
export function weightsOf(model: ModelProto): NamedArray[] {
  return (model.graph?.initializer ?? []).filter(isWeight).flatMap(({name = "", dims = [], rawData}) => {
    if (!rawData?.length) return [];
    const values = new Float32Array(new Uint8Array(rawData).buffer); // a copy: aligned, and the caller's own
    return [{name, shape: dims, values}];
  });
}

/** How many weights it has, including those in other files. */
export function parametersOf(model: ModelProto): number {
  return (model.graph?.initializer ?? []).filter(isWeight).reduce((sum, tensor) => sum + countOf(tensor), 0);
}

function isWeight(tensor: TensorProto): boolean {
  return tensor.dataType === TYPE.float32 && countOf(tensor) > 1;
}

function countOf({dims = []}: TensorProto): number {
  return dims.reduce((product, n) => product * n, 1);
}

/** The tensor that a user means by a layer's name, which may be the name of a tensor or of the node that makes it. */
export function tensorNamed({graph}: ModelProto, word: string): string | undefined {
  const nodes: readonly NodeProto[] = graph?.node ?? [];
  if (nodes.some(({output = []}) => output.includes(word))) return word;
  return nodes.find(({name}) => name === word)?.output?.[0];
}
