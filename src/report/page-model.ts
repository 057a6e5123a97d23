import type {NamedArray} from "../nouns/network";
import type {Packed} from "./packed";

/**
 * One layer of a model that the page computes. `A` is the type of an array of weights: packed for transport, numbers in
 * the page. Kernels are laid out as in tf.LayersModel: `[height, width, in, out]`, depthwise ones
 * `[height, width, in, each]`, dense ones `[in, out]`.
 */
export type PageLayer<A> =
  | ({readonly kind: "convolution"; readonly kernel: A; readonly bias: A | null} & Window)
  | ({readonly kind: "depthwise"; readonly kernel: A; readonly bias: A | null} & Window)
  | ({readonly kind: "pool"; readonly average: boolean} & Window)
  | {readonly kind: "global"; readonly average: boolean}
  | {readonly kind: "norm"; readonly scale: A; readonly offset: A}
  | {readonly kind: "dense"; readonly kernel: A; readonly bias: A | null; readonly units: number}
  | {readonly kind: "rescaling"; readonly scale: number; readonly offset: number}
  | {readonly kind: "relu"};

/** A window that goes over an image. */
export interface Window {
  readonly size: readonly [height: number, width: number];
  readonly strides: readonly [down: number, across: number];
  readonly padding: "same" | "valid";
  /** How many channels the output has. */
  readonly channels: number;
}

/** The best model of a run, or the reason why the page cannot run it. The last layer gives the logits. */
export type PageModel =
  | {readonly layers: readonly PageLayer<Packed>[]; readonly epoch: number}
  | {readonly reason: string};

/** A layer with each array of weights turned into another form. */
export function withArrays<A, B>(layer: PageLayer<A>, turn: (array: A) => B): PageLayer<B> {
  switch (layer.kind) {
    case "convolution":
    case "depthwise":
    case "dense":
      return {...layer, kernel: turn(layer.kernel), bias: layer.bias && turn(layer.bias)};
    case "norm":
      return {...layer, scale: turn(layer.scale), offset: turn(layer.offset)};
    default:
      return layer;
  }
}

/** The most weights that a page may carry: 2 MB. */
const MOST_WEIGHTS = 500_000;

/** A layer's configuration as tfjs saves it. */
interface Config {
  readonly name: string;
  readonly kernel_size?: [number, number];
  readonly pool_size?: [number, number];
  readonly strides?: [number, number];
  readonly padding?: string;
  readonly data_format?: string;
  readonly dilation_rate?: [number, number];
  readonly activation?: string;
  readonly max_value?: number | null;
  readonly epsilon?: number;
  readonly scale?: number | boolean;
  readonly offset?: number;
}

export interface SavedLayer {
  readonly class_name: string;
  readonly config: Config;
}

/**
 * Reads a sequential model.
 *
 * @returns Its layers up to the logits, or the reason why the page cannot run it, in words that follow "the page cannot
 * run this model: ".
 */
export function pageLayers(
  saved: readonly SavedLayer[],
  weights: readonly NamedArray[],
): readonly PageLayer<Float32Array>[] | {readonly reason: string} {
  const count = weights.reduce((sum, {values}) => sum + values.length, 0);
  const tooLarge = largeReason(count);
  if (tooLarge) return {reason: tooLarge};
  const layers: PageLayer<Float32Array>[] = [];
  for (const [n, {class_name: type, config}] of saved.entries()) {
    const isLast = n === saved.length - 1;
    if (isLast) {
      const isSoftmax = type === "Softmax" || (type === "Activation" && config.activation === "softmax");
      return isSoftmax ? layers : {reason: `its last layer ${config.name} is no softmax`};
    }
    const arrays = (name: string) => weights.find((array) => array.name === `${config.name}/${name}`);
    const made = layerOf(type, config, arrays);
    if ("reason" in made) return {reason: `layer ${config.name}: ${made.reason}`};
    layers.push(...made.layers);
  }
  return {reason: "it has no layers"};
}

/** The reason why a model with this many weights is too large for a page; undefined if it is not. */
export function largeReason(weights: number): string | undefined {
  if (weights <= MOST_WEIGHTS) return undefined;
  return `it has ${weights.toLocaleString("en")} weights, and a page carries at most ${MOST_WEIGHTS.toLocaleString("en")} (2 MB)`;
}

/** The kinds of layers that the page can compute, by tfjs' names; dropout does nothing there. */
const KNOWN = new Set([
  ...["InputLayer", "Flatten", "Dropout", "SeededDropout", "ReLU", "Activation", "Rescaling", "Softmax", "Dense"],
  ...["MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D"],
  ...["BatchNormalization", "Conv2D", "DepthwiseConv2D"],
]);

/** The note for the user, before training, about a model that the page cannot run; undefined if it can run it. */
export function pageModelNote(facts: {readonly [fact: string]: unknown}): string | undefined {
  // the options of run.json, or those of a run that begins
  const model = facts as {readonly parameters: number; readonly layers: readonly {name: string; type: string}[]};
  const other = model.layers.find(({type}) => !KNOWN.has(type));
  const reason = largeReason(model.parameters) ?? (other && `layer ${other.name}: a ${other.type}`);
  return reason && `--page-model: the page cannot run this model: ${reason}`;
}

type Made = {readonly layers: readonly PageLayer<Float32Array>[]} | {readonly reason: string};

function layerOf(type: string, config: Config, arrays: (name: string) => NamedArray | undefined): Made {
  if (config.data_format === "channels_first") return {reason: "channels first"};
  if (config.dilation_rate?.some((rate) => rate !== 1)) return {reason: "a dilated convolution"};
  const [kernel, bias] = [arrays("kernel") ?? arrays("depthwise_kernel"), arrays("bias")?.values ?? null];
  const withActivation = (layer: PageLayer<Float32Array>): Made => {
    if (config.activation === undefined || config.activation === "linear") return {layers: [layer]};
    if (config.activation === "relu") return {layers: [layer, {kind: "relu"}]};
    return {reason: `an activation ${config.activation}`};
  };
  const window = (size: [number, number], channels: number): Window => ({
    ...{size, channels, strides: config.strides ?? size},
    padding: config.padding === "same" ? "same" : "valid",
  });
  switch (type) {
    case "InputLayer":
    case "Flatten":
    case "Dropout":
      return {layers: []};
    case "ReLU":
      return config.max_value == null ? {layers: [{kind: "relu"}]} : {reason: "a relu with a greatest value"};
    case "Activation":
      return config.activation === "relu" ? {layers: [{kind: "relu"}]} : {reason: `an activation ${config.activation}`};
    case "Rescaling":
      return {layers: [{kind: "rescaling", scale: Number(config.scale), offset: config.offset ?? 0}]};
    case "MaxPooling2D":
    case "AveragePooling2D":
      return {layers: [{kind: "pool", average: type.startsWith("A"), ...window(config.pool_size ?? [2, 2], 0)}]};
    case "GlobalMaxPooling2D":
    case "GlobalAveragePooling2D":
      return {layers: [{kind: "global", average: type.includes("Average")}]};
    case "BatchNormalization": {
      const [mean, variance] = [arrays("moving_mean"), arrays("moving_variance")];
      if (!mean || !variance) return {reason: "weights that are not there"};
      const [gamma, beta] = [arrays("gamma")?.values, arrays("beta")?.values];
      const epsilon = config.epsilon ?? 1e-3;
      const scale = variance.values.map((v, c) => (gamma?.[c] ?? 1) / Math.sqrt(v + epsilon));
      return {layers: [{kind: "norm", scale, offset: scale.map((s, c) => (beta?.[c] ?? 0) - s * mean.values[c])}]};
    }
    case "Conv2D":
    case "DepthwiseConv2D": {
      if (!kernel) return {reason: "weights that are not there"};
      const [height, width, inputs, outputs] = kernel.shape;
      const depthwise = type === "DepthwiseConv2D";
      const over = window([height, width], depthwise ? inputs * outputs : outputs);
      const kind = depthwise ? "depthwise" : "convolution";
      return withActivation({kind, kernel: kernel.values, bias, ...over});
    }
    case "Dense":
      if (!kernel) return {reason: "weights that are not there"};
      return withActivation({kind: "dense", kernel: kernel.values, bias, units: kernel.shape[1]});
    default:
      return {reason: `a ${type}`};
  }
}
