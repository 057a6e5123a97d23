/** @file What goes into the engine and what comes out: plain numbers. Types only, and the error that it throws. */

import type {Variant} from "./runtime/modules";

/** Height, width and channels of one image, in pixels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Images, row-major: channel c of pixel (y, x) of image n is `pixels[((n * height + y) * width + x) * channels + c]`. */
export interface Images {
  readonly count: number;
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** Images, the class of each, and what decides their dropout masks. */
export interface LabelledImages extends Images {
  readonly labels: Uint16Array;
  /** A round, and a key for each image; absent: the step, and its place in the batch. */
  readonly draws?: {readonly round: number; readonly own: Uint32Array};
}

/** A named array in tf.LayersModel's own layout: conv kernels HWIO, dense kernels [in, out]. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One computation of a graph; its answer has its name. */
export interface GraphNode {
  readonly name: string;
  /** The kind of layer by tfjs' name, such as "Conv2D", and its settings by tfjs' names. */
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: a layer's configuration is untyped in tfjs
  readonly config: {readonly [setting: string]: any};
  /** Whose answers it is given, in order: names of nodes, or of the graph's input. */
  readonly inputs: readonly string[];
  /** Sizes of its answer for one image: [height, width, channels], [tokens, width] or [units]. */
  readonly shape: readonly number[];
  /** The weights that it reads, and where each stands among the graph's arrays. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
  readonly trainable: boolean;
}

/** A model as plain data: what can be planned. */
export interface Graph {
  readonly inputs: readonly {readonly name: string; readonly shape: readonly number[]}[];
  /** In an order in which each node stands after those whose answers it is given. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly string[];
  /** Reads the weights; a graph that is refused is refused before that. */
  arrays(): readonly NamedArray[];
}

/** One layer's answers: image n's numbers begin at n times the product of `shape`, the last size fastest. */
export interface LayerAnswer {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A training batch's answers, before the step that learnt from it, dropout on. */
export interface BatchResult {
  /** Sum of the images' losses, softmax cross-entropy in nats. */
  readonly lossSum: number;
  /** Right answers. */
  readonly correct: number;
  /** Each image's own, in the batch's order: loss, class of the greatest logit, its probability, margin, EL2N, entropy. */
  readonly answers: {
    readonly losses: Float32Array;
    readonly predicted: Uint16Array;
    readonly probabilities: Float32Array;
    readonly margins: Float32Array;
    readonly errors: Float32Array;
    readonly entropies: Float32Array;
  };
}

/** The optimizer's memory: how many steps it made, and its moments of each trainable weight, in weight order. */
export interface OptimizerState {
  readonly steps: number;
  readonly slots: readonly NamedArray[];
}

export interface FusedOptions {
  readonly threads: number;
  readonly classNames: readonly string[];
  /** The largest batch that will be trained on. */
  readonly batchSize: number;
  /** Seed of the dropout masks. */
  readonly seed: number;
  /** Of each class in the loss that is descended; absent: all count alike. */
  readonly classWeights?: Float32Array | undefined;
  /** Whether all is computed on the thread that asks, which then is the only one: where there are no others, as in a page. */
  readonly here?: boolean;
  /** The kernels' build; `defaultVariant()` by default. */
  readonly variant?: Variant;
}

/** A network that trains and answers. Images that go in may be written over once the promise has resolved. */
export interface FusedNetwork {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /** Steps that may be asked for before the first is answered. */
  readonly stepsAtOnce: number;
  /** Probabilities, `out[n * classes + k]`. */
  predict(images: Images): Promise<Float32Array>;
  /** Scores before the softmax, laid out alike. */
  logits(images: Images): Promise<Float32Array>;
  /** Gradient of each image's target logit, or of the sum of all, at its pixels, laid out as they are. */
  inputGradient(images: Images, targets: ArrayLike<number> | "all"): Promise<Float32Array>;
  /**
   * What layers make of the images, in one pass, dropout off.
   *
   * @param layers Their names; "" for what feeds the last dense layer, "logits" for the scores.
   * @param into Where the first layer's values go, as long as they are.
   */
  forward(images: Images, layers: readonly string[], into?: Float32Array): Promise<readonly LayerAnswer[]>;
  /**
   * One gradient step on softmax cross-entropy, dropout on.
   *
   * @param step Counts from 0 over the whole run.
   * @throws EngineError if the loss is not finite: names the step, and the layer where it first was not.
   */
  trainBatch(batch: LabelledImages, learningRate: number, step: number): Promise<BatchResult>;
  getWeights(): Promise<NamedArray[]>;
  setWeights(weights: readonly NamedArray[]): Promise<void>;
  getOptimizerState(): Promise<OptimizerState>;
  setOptimizerState(state: OptimizerState): Promise<void>;
  /** Ends its threads and frees its memory. */
  dispose(): Promise<void>;
  /** The gradients a training step on `batch` would follow: of the mean loss, for each trainable weight. */
  gradients(batch: LabelledImages, step: number): Promise<NamedArray[]>;
  /** A copy of all weights as one array, in the order and layout of `getWeights`: what is kept at many moments. */
  getFlatWeights(): Promise<Float32Array>;
  /** Takes what `getFlatWeights` gave. @throws EngineError if it is not as many numbers as the model has. */
  setFlatWeights(weights: Float32Array): Promise<void>;
  /** Bytes of shared memory. */
  readonly bytes: number;
  readonly variant: Variant;
}

/** What the engine was given does not fit, in one line: what was expected, and what it got. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
