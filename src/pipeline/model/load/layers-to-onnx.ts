/** @file A tfjs LayersModel as an ONNX file: a sequence of layers that convolutional networks are made of. */
import {parseJson} from "../../../nouns/json-text";
import {UserError} from "../../../nouns/options";
import {type Attributes, attributesFrom} from "../../../onnx/file/attributes";
import {encodeModel, type NodeProto, type TensorProto} from "../../../onnx/file/model";
import {floatsTensor, TYPE} from "../../../onnx/file/tensors";

/** A saved network, as `model/` of a run has it. */
export interface SavedLayers {
  readonly layers: readonly SavedLayer[];
  /** By name: "conv1/kernel". */
  readonly weights: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>;
}

export interface SavedLayer {
  readonly kind: string;
  readonly config: {readonly [name: string]: unknown};
}

/** Layers that only pass on what they are given, when a network is asked. */
const PASSIVE = new Set(["Dropout", "SeededDropout", "InputLayer"]);

const ACTIVATIONS: {readonly [name: string]: string} = {
  relu: "Relu",
  softmax: "Softmax",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

/** What a layer is written with. */
interface Writing {
  readonly name: string;
  readonly config: SavedLayer["config"];
  /** The name of its input's tensor. */
  readonly input: string;
  /** Whether that is of images, which are kept with the channels first. */
  readonly isImage: boolean;
  /** Adds a node; the last one's output is the layer's. */
  add(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds an array of its weights, in another order where that is given. */
  weight(name: string, order?: (values: Float32Array, shape: readonly number[]) => Ordered): string;
  floats(name: string, values: readonly number[]): string;
}

/** An array in the order that ONNX wants. */
interface Ordered {
  readonly dims: readonly number[];
  readonly rawData: Uint8Array;
}

/** @returns The output's name, and whether it is of images still. */
type Write = (layer: Writing) => {readonly output: string; readonly isImage: boolean};

const pair = (value: unknown): readonly number[] =>
  Array.isArray(value) ? (value as number[]) : [Number(value), Number(value)];
/** As TensorFlow pads: an odd pixel goes behind. */
const padding = (value: unknown) => (value === "same" ? "SAME_UPPER" : "VALID");

/** What stands around an image so that a kernel with gaps, moved by one pixel (tfjs moves it by no other), leaves its size. */
function samePads(kernel: readonly number[], dilations: readonly number[]): number[] {
  const all = kernel.map((side, i) => (side - 1) * dilations[i]);
  const before = all.map((pixels) => Math.floor(pixels / 2));
  return [...before, ...all.map((pixels, i) => pixels - before[i])];
}

const WRITERS: {readonly [kind: string]: Write} = {
  Conv2D({config, input, add, weight}) {
    const kernel = weight("kernel", kernelFirst);
    const inputs = config.use_bias === false ? [input, kernel] : [input, kernel, weight("bias")];
    const dilations = pair(config.dilation_rate ?? 1);
    const output = add("Conv", inputs, {
      ...{strides: [...pair(config.strides)], dilations: [...dilations]},
      ...(config.padding === "same" && dilations.some((step) => step > 1)
        ? {pads: samePads(pair(config.kernel_size), dilations)} // onnxruntime reckons none for kernels with gaps
        : {auto_pad: padding(config.padding)}),
    });
    return {output: activated(config, output, add), isImage: true};
  },
  Dense({config, input, add, weight}) {
    const product = add("MatMul", [input, weight("kernel")]);
    const output = config.use_bias === false ? product : add("Add", [product, weight("bias")]);
    return {output: activated(config, output, add), isImage: false};
  },
  MaxPooling2D({config, input, add}) {
    const shape = {kernel_shape: [...pair(config.pool_size)], strides: [...pair(config.strides ?? config.pool_size)]};
    return {output: add("MaxPool", [input], {...shape, auto_pad: padding(config.padding)}), isImage: true};
  },
  AveragePooling2D({config, input, add}) {
    const shape = {kernel_shape: [...pair(config.pool_size)], strides: [...pair(config.strides ?? config.pool_size)]};
    return {output: add("AveragePool", [input], {...shape, auto_pad: padding(config.padding)}), isImage: true};
  },
  GlobalMaxPooling2D: ({input, add}) => ({output: add("Flatten", [add("GlobalMaxPool", [input])]), isImage: false}),
  GlobalAveragePooling2D: ({input, add}) => ({
    output: add("Flatten", [add("GlobalAveragePool", [input])]),
    isImage: false,
  }),
  Flatten({input, isImage, add}) {
    // row by row, the channels last, as the next layer's weights have it
    const last = isImage ? add("Transpose", [input], {perm: [0, 2, 3, 1]}) : input;
    return {output: add("Flatten", [last]), isImage: false};
  },
  BatchNormalization({config, input, isImage, add, weight}) {
    const arrays = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => weight(name));
    return {output: add("BatchNormalization", [input, ...arrays], {epsilon: Number(config.epsilon ?? 1e-3)}), isImage};
  },
  Rescaling({config, input, isImage, add, floats}) {
    const scaled = add("Mul", [input, floats("scale", [Number(config.scale)])]);
    return {output: add("Add", [scaled, floats("offset", [Number(config.offset ?? 0)])]), isImage};
  },
  ReLU: ({input, isImage, add}) => ({output: add("Relu", [input]), isImage}),
  Softmax: ({input, isImage, add}) => ({output: add("Softmax", [input], {axis: -1}), isImage}),
  Activation: ({config, input, isImage, add}) => ({output: activated(config, input, add), isImage}),
};

/**
 * The network as an ONNX file (opset 18): its input `pixels` is float32 [n, height, width, channels], from 0 to 1; its outputs are
 * `logits`, where a layer is called so, and `probabilities`, each [n, classes].
 *
 * @throws UserError that names the first layer that is not known here.
 */
export function layersToOnnx({layers, weights}: SavedLayers, shape: readonly number[], classes: number): Uint8Array {
  const nodes: NodeProto[] = [];
  const arrays: TensorProto[] = [];
  const outputs: string[] = [];
  let input = "channels_first";
  let isImage = true;
  nodes.push(node("Transpose", ["pixels"], input, {perm: [0, 3, 1, 2]}));
  for (const {kind, config} of layers) {
    const name = `${config.name}`;
    if (PASSIVE.has(kind)) continue;
    const write = Object.hasOwn(WRITERS, kind) ? WRITERS[kind] : undefined;
    const known = Object.keys(WRITERS).join(", ");
    if (!write)
      throw new UserError(`--to onnx: expected layers of ${known}, got ${name} of ${kind}`, {code: "BAD_MODEL"});
    let count = 0;
    const written = write({
      ...{name, config, input, isImage},
      add(opType, inputs, attributes = {}) {
        const output = `${name}_${count++}`;
        nodes.push(node(opType, inputs, output, attributes));
        return output;
      },
      weight(part, order = plainTensor) {
        const array = weights.get(`${name}/${part}`);
        if (!array)
          throw new UserError(`--to onnx: expected weights ${name}/${part} in model.json, got none`, {
            code: "BAD_MODEL",
          });
        const {dims, rawData} = order(array.values, array.shape);
        arrays.push({name: `${name}/${part}`, dataType: TYPE.float32, dims, rawData});
        return `${name}/${part}`;
      },
      floats(part, values) {
        arrays.push(floatsTensor(`${name}/${part}`, "float32", values));
        return `${name}/${part}`;
      },
    });
    ({output: input, isImage} = written);
    if (name === "logits") outputs.push(named("logits"));
  }
  if (input !== "logits") outputs.push(named("probabilities"));
  function named(as: string): string {
    nodes.push(node("Identity", [input], as));
    return as;
  }
  const port = (name: string, sides: readonly number[]) => ({
    name,
    type: {tensorType: {elemType: TYPE.float32, shape: {dim: [{param: "n"}, ...sides.map((value) => ({value}))]}}},
  });
  return encodeModel({
    irVersion: 8,
    opsetImport: [{domain: "", version: 18}],
    graph: {
      ...{name: "epochscope", node: nodes, initializer: arrays},
      ...{input: [port("pixels", shape)], output: outputs.map((name) => port(name, [classes]))},
    },
  });
}

function node(opType: string, input: readonly string[], output: string, attributes: Attributes = {}): NodeProto {
  return {opType, name: output, input: [...input], output: [output], attribute: attributesFrom(attributes)};
}

function activated({activation, name}: SavedLayer["config"], input: string, add: Writing["add"]): string {
  if (activation === undefined || activation === "linear") return input;
  const opType = ACTIVATIONS[`${activation}`];
  const known = Object.keys(ACTIVATIONS).join(", ");
  if (!opType)
    throw new UserError(`--to onnx: expected an activation of ${known}, got ${activation} in ${name}`, {
      code: "BAD_MODEL",
    });
  return add(opType, [input], opType === "Softmax" ? {axis: -1} : {});
}

function plainTensor(values: Float32Array, shape: readonly number[]): Ordered {
  return {dims: shape, rawData: new Uint8Array(values.slice().buffer)};
}

/** A kernel [height, width, inputs, outputs] as ONNX has it: [outputs, inputs, height, width]. */
function kernelFirst(values: Float32Array, [height, width, inputs, outputs]: readonly number[]): Ordered {
  const turned = new Float32Array(values.length);
  let at = 0;
  for (let p = 0; p < height * width; p++) {
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) turned[(o * inputs + i) * height * width + p] = values[at++];
  }
  return {dims: [outputs, inputs, height, width], rawData: new Uint8Array(turned.buffer)};
}

/**
 * Reads what `model/` of a run has.
 *
 * @throws UserError if it is no sequence of layers.
 */
export function savedLayers(json: string, weights: Uint8Array, what: string): SavedLayers {
  const {modelTopology, weightsManifest} = parseJson(json, what) as {
    readonly modelTopology?: {readonly class_name?: string; readonly config?: unknown; readonly model_config?: unknown};
    readonly weightsManifest?: readonly {
      readonly weights: readonly {readonly name: string; readonly shape: readonly number[]}[];
    }[];
  };
  const {config, class_name} = modelTopology ?? {};
  const list = Array.isArray(config) ? config : (config as {layers?: unknown} | undefined)?.layers;
  if (class_name !== "Sequential" || !Array.isArray(list)) {
    const message = `--to onnx: expected a sequence of layers in ${what}, got ${class_name ?? "something else"}`;
    throw new UserError(message, {code: "BAD_MODEL"});
  }
  const arrays = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>();
  const all = new Float32Array(weights.slice().buffer);
  let at = 0;
  for (const {name, shape} of (weightsManifest ?? []).flatMap((group) => group.weights)) {
    const count = shape.reduce((product, side) => product * side, 1);
    arrays.set(name, {shape, values: all.subarray(at, at + count)});
    at += count;
  }
  if (at !== all.length) throw new UserError(`${what}: expected ${4 * at} bytes of weights, got ${weights.length}`);
  return {
    layers: (list as {class_name: string; config: SavedLayer["config"]}[]).map((one) => ({
      kind: one.class_name,
      config: one.config,
    })),
    weights: arrays,
  };
}
