/**
 * @file The types of a network, the same for every engine: batches go in; losses, logits, gradients and weights come
 * out.
 */

import type {ImageShape, Images, LabelledImages} from "./samples";

/**
 * A black box: images go in, class probabilities come out. LIME, occlusion and the confusion matrix use nothing else.
 */
export interface Classifier {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /**
   * @param images Valid until the promise resolves; the caller then reuses the buffer.
   * @returns Probabilities, `out[n * classes + k]`; each image's sum to 1, unless its classes do not exclude each other.
   */
  predict(images: Images): Promise<Float32Array>;
}

/**
 * How the tokens of an image transformer attend to each other. A token is a square patch; tokens are ordered row by
 * row.
 */
export interface Attention {
  readonly layers: readonly {readonly layer: string; readonly heads: number}[];
  /** The grid of tokens in the image: its rows and columns of patches, and the side of a patch in pixels. */
  readonly grid: {readonly rows: number; readonly columns: number; readonly side: number};
  /**
   * How much each token attends to each other token, with dropout off. Each layer gives `[((n * heads + h) * tokens +
   * from) * tokens + to]`; the weights of one `from` sum to 1.
   */
  weights(images: Images): Promise<readonly Float32Array[]>;
  /**
   * How the loss (cross-entropy in nats) of each image would change with the size of each head's answer: the sum over
   * tokens of answer · ∂loss/∂answer (Michel, Levy & Neubig 2019, "Are sixteen heads really better than one?", section
   * 4.1, before they average its magnitude). Below 0, the head speaks for the label.
   *
   * @returns For each layer `[n * heads + h]`.
   */
  headSlopes(images: LabelledImages): Promise<readonly Float32Array[]>;
}

/** A classifier that also gives derivatives. Dropout is always off. */
export interface DifferentiableClassifier extends Classifier {
  /**
   * One line that says why `inputGradient` has no answer; absent if it has one. Without gradients, only methods that
   * ask the classifier from outside (LIME, occlusion) can explain it.
   */
  readonly noGradient?: string;
  /** Present if the network is a transformer of images. */
  readonly attention?: Attention;
  /** @returns Scores before the softmax, `out[n * classes + k]`. */
  logits(images: Images): Promise<Float32Array>;
  /**
   * The gradient of a sum of logits with respect to the pixels: the logit of each image's target alone, or all logits
   * ("all", as exigo does). It takes the logit and not the probability: where the network is sure, the softmax is flat
   * and the gradient of the probability vanishes.
   *
   * @param targets The class explained for each image; `targets.length === images.count`. Or "all".
   * @returns One number a pixel channel, laid out as `images.pixels`.
   */
  inputGradient(images: Images, targets: ArrayLike<number> | "all"): Promise<Float32Array>;
  /**
   * The answers of some layers to the images, all in one pass.
   *
   * @param layers Their names, any number of them in any order; also `EMBEDDING` and `LOGITS`.
   * @param into The buffer for the first layer's values, of just their length; by default a new array.
   * @returns An answer for each of `layers`, in that order.
   * @throws UserError if there is no such layer; the error names those that there are.
   */
  forward(images: Images, layers: readonly string[], into?: Float32Array): Promise<readonly LayerAnswer[]>;
  /**
   * The answers of a layer, and the gradient of each image's target logit with respect to them. Absent if no inner
   * layer can be read.
   *
   * @param layer A layer's name; by default the last that still has rows and columns, where Grad-CAM looks.
   * @throws UserError if there is no such layer, or its answer has no rows and columns.
   */
  layerGradient?(images: Images, targets: ArrayLike<number>, layer?: string): Promise<LayerGradient>;
}

/**
 * One layer's answers to images, and the gradients of the target logits with respect to these answers, `[((n * height +
 * y) * width + x) * channels + c]`.
 */
export interface LayerGradient {
  readonly layer: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly activations: Float32Array;
  readonly gradients: Float32Array;
}

/** A named array in a tf.LayersModel's own layout: conv kernels HWIO, dense kernels [in, out]. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The answers to a training batch, taken before the step that learns from it, with dropout on. */
export interface BatchResult {
  /** Sum of the images' losses, softmax cross-entropy in nats. */
  readonly lossSum: number;
  /** Right answers. */
  readonly correct: number;
  /** The answers to the single images, in the batch's order. */
  readonly answers: ImageAnswers;
}

/** A network's answers to several images whose labels are known. */
export interface ImageAnswers {
  /** Softmax cross-entropy in nats: minus the logarithm of the label's probability. */
  readonly losses: Float32Array;
  /** The class of the greatest logit, the first of equals. */
  readonly predicted: Uint16Array;
  /** The probability of that class, in (0, 1]. */
  readonly probabilities: Float32Array;
  /** The label's logit less the greatest other logit: above 0 if the answer is right. */
  readonly margins: Float32Array;
  /** EL2N (Paul et al. 2021): the Euclidean distance of the probabilities from the one-hot label, in [0, √2]. */
  readonly errors: Float32Array;
  /** Entropy of the probabilities in nats, in [0, ln classes]: FiftyOne's hardness. */
  readonly entropies: Float32Array;
}

/**
 * The optimizer's memory: the number of steps made so far, and its moments (for Adam: m and v of each weight, in weight
 * order).
 */
export interface OptimizerState {
  readonly steps: number;
  readonly slots: readonly NamedArray[];
}

/** The name by which `forward` calls the layer that feeds the last dense one. Maps read this layer by default. */
export const EMBEDDING = "";
/** The name by which `forward` calls the scores before the softmax, whatever the model calls that layer. */
export const LOGITS = "logits";

/** One layer's answer to images: image n's numbers begin at `n * sizeOf(shape)`, the last size fastest. */
export interface LayerAnswer {
  /** The name by which it was asked for. */
  readonly layer: string;
  /**
   * The shape of one image's answer: height, width and channels of an image; tokens and width of a transformer's; units
   * of a dense layer's.
   */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** How many numbers one image's answer has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A layer whose answers are shown as pictures. */
export interface ShownLayer {
  readonly name: string;
  /** Its kind or operator: "Conv2D", "Relu". */
  readonly type: string;
}

/** A layer, its kernel, and the name of its answer. */
export interface WeightedLayer {
  readonly layer: string;
  /** Its kind as tfjs names it: "Conv2D", "DepthwiseConv2D", "Dense". */
  readonly type: string;
  /**
   * Its kernel in tfjs' layout: `[height, width, in, out]`; a depthwise kernel `[height, width, channels, 1]`; a dense
   * one `[in, out]`.
   */
  readonly kernel: NamedArray;
  /** The name by which `forward` calls its answer after normalisation and activation, and the sizes of that answer. */
  readonly answer: string;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** Everything that a look after an epoch needs of a network, wherever the network was trained. */
export interface LookedAtNetwork extends DifferentiableClassifier {
  /**
   * Its layers that can be shown, if the network was not built here; absent if the model's own list of layers is known.
   */
  readonly shownLayers?: readonly ShownLayer[];
  /** Its layers with weights; needed only if the names of layers and weights do not tell which belong together. */
  weightedLayers?(): readonly WeightedLayer[];
  /** A copy of the weights. A tf.LayersModel's come in its own order and include the moving averages of batch norm. */
  getWeights(): Promise<NamedArray[]>;
}

/**
 * A network that can be trained and asked, whichever engine computes it. Its interface uses plain numbers; tensors and
 * shared memory stay inside.
 */
export interface Network extends LookedAtNetwork {
  /**
   * Makes one gradient step on the softmax cross-entropy, with dropout on.
   *
   * @param learningRate The rate of this step.
   * @param step Counts from 0 over the whole run; it seeds this step's dropout masks.
   * @returns The network's answers before the step.
   * @throws Error if the loss is not finite: it names the step, and the first layer whose answer was not finite.
   */
  trainBatch(batch: LabelledImages, learningRate: number, step: number): Promise<BatchResult>;
  /**
   * How many steps may be requested before the first one is answered, so that the network never waits for the next. Any
   * call that reads or writes the weights waits for these steps. Absent: one.
   */
  readonly stepsAtOnce?: number;
  /**
   * The gradients that a step on `batch` would use: of the mean loss with respect to each trainable weight, with
   * dropout on.
   */
  gradients(batch: LabelledImages, step: number): Promise<NamedArray[]>;
  setWeights(weights: readonly NamedArray[]): Promise<void>;
  getOptimizerState(): Promise<OptimizerState>;
  setOptimizerState(state: OptimizerState): Promise<void>;
  /** Ends its threads and frees its memory. */
  dispose(): Promise<void>;
}
