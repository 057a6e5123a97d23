/** @file The types of the engine's inputs and results, all of plain numbers, and the error that it throws. */

import type {Variant} from "./runtime/modules";

/** Height, width and channels of one image, in pixels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images, row-major: channel c of pixel (y, x) of image n is `pixels[((n * height + y) * width + x) * channels + c]`.
 */
export interface Images {
  readonly count: number;
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** Images, the class of each, and the numbers that seed their dropout masks. */
export interface LabelledImages extends Images {
  readonly labels: Uint16Array;
  /** A round, and a key for each image; absent: the step, and the image's place in the batch. */
  readonly draws?: {readonly round: number; readonly own: Uint32Array};
}

/** A named array in tf.LayersModel's own layout: conv kernels HWIO, dense kernels [in, out]. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One computation of a graph. Its answer has the node's name. */
export interface GraphNode {
  readonly name: string;
  /** The kind of layer and its settings, by tfjs' names, such as "Conv2D". */
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: a layer's configuration is untyped in tfjs
  readonly config: {readonly [setting: string]: any};
  /** The answers that it reads, in order, by the names of nodes or of the graph's input. */
  readonly inputs: readonly string[];
  /** The sizes of its answer for one image: [height, width, channels], [tokens, width] or [units]. */
  readonly shape: readonly number[];
  /** The weights that it reads, and the place of each among the graph's arrays. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
  readonly trainable: boolean;
}

/** A model as plain data, from which a plan is made. */
export interface Graph {
  readonly inputs: readonly {readonly name: string; readonly shape: readonly number[]}[];
  /** The nodes in such an order that each stands after those whose answers it reads. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly string[];
  /** Reads the weights. A graph that is refused is refused before this is called. */
  arrays(): readonly NamedArray[];
}

/** One layer's answers: image n's numbers begin at n times the product of `shape`, the last size fastest. */
export interface LayerAnswer {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The answers to a training batch, taken before the step that learns from it, with dropout on. */
export interface BatchResult {
  /** The sum of the images' losses, softmax cross-entropy in nats. */
  readonly lossSum: number;
  /** How many answers are right. */
  readonly correct: number;
  /**
   * The answers for the single images, in the batch's order: loss, class of the greatest logit, its probability,
   * margin, EL2N, entropy.
   */
  readonly answers: {
    readonly losses: Float32Array;
    readonly predicted: Uint16Array;
    readonly probabilities: Float32Array;
    readonly margins: Float32Array;
    readonly errors: Float32Array;
    readonly entropies: Float32Array;
  };
}

/**
 * The optimizer's memory: the number of steps made so far, and its moments for each trainable weight, in weight order.
 */
export interface OptimizerState {
  readonly steps: number;
  readonly slots: readonly NamedArray[];
}

export interface FusedOptions {
  readonly threads: number;
  readonly classNames: readonly string[];
  /** The largest batch that the network will be trained on. */
  readonly batchSize: number;
  /** The seed of the dropout masks. */
  readonly seed: number;
  /** The weight of each class in the loss; absent: all classes count alike. */
  readonly classWeights?: Float32Array | undefined;
  /**
   * Whether the thread that asks computes everything itself, as the only one. It is for places without other threads,
   * such as a page.
   */
  readonly here?: boolean;
  /** The build of the kernels; by default `defaultVariant()`. */
  readonly variant?: Variant;
}

/** A network that can be trained and asked. The caller may reuse a buffer of images once the promise has resolved. */
export interface FusedNetwork {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /** How many steps may be requested before the first one is answered. */
  readonly stepsAtOnce: number;
  /** The probabilities, `out[n * classes + k]`. */
  predict(images: Images): Promise<Float32Array>;
  /** The scores before the softmax, with the same layout. */
  logits(images: Images): Promise<Float32Array>;
  /**
   * The gradient of each image's target logit, or of the sum of all logits, with respect to its pixels, with their
   * layout.
   */
  inputGradient(images: Images, targets: ArrayLike<number> | "all"): Promise<Float32Array>;
  /**
   * The answers of some layers to the images, in one pass, with dropout off.
   *
   * @param layers Their names; "" is the layer that feeds the last dense one, "logits" are the scores.
   * @param into The buffer for the first layer's values, of just their length.
   */
  forward(images: Images, layers: readonly string[], into?: Float32Array): Promise<readonly LayerAnswer[]>;
  /**
   * Makes one gradient step on the softmax cross-entropy, with dropout on.
   *
   * @param step Counts from 0 over the whole run.
   * @throws EngineError if the loss is not finite: it names the step, and the first layer whose output was not finite.
   */
  trainBatch(batch: LabelledImages, learningRate: number, step: number): Promise<BatchResult>;
  getWeights(): Promise<NamedArray[]>;
  setWeights(weights: readonly NamedArray[]): Promise<void>;
  getOptimizerState(): Promise<OptimizerState>;
  setOptimizerState(state: OptimizerState): Promise<void>;
  /** Ends its threads and frees its memory. */
  dispose(): Promise<void>;
  /** The gradients that a training step on `batch` would use: of the mean loss, for each trainable weight. */
  gradients(batch: LabelledImages, step: number): Promise<NamedArray[]>;
  /**
   * A copy of all weights as one array, in the order and layout of `getWeights`, for weights that are kept at many
   * moments.
   */
  getFlatWeights(): Promise<Float32Array>;
  /**
   * Sets the weights to an array that `getFlatWeights` returned.
   *
   * @throws EngineError if it has another number of weights.
   */
  setFlatWeights(weights: Float32Array): Promise<void>;
  /** The size of the shared memory in bytes. */
  readonly bytes: number;
  readonly variant: Variant;
}

/** Something that was given to the engine does not fit. Its message is one line: what was expected, and what it got. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
