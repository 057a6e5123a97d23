/** @file What every engine shows of a network: batches in; losses, logits, gradients and weights out. Types only. */

import type {ImageShape, Images, LabelledImages} from "./samples";

/** A black box: images in, class probabilities out. LIME, occlusion and confusion may use this and nothing more. */
export interface Classifier {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /**
   * @param images Valid until the promise resolves; the caller then reuses the buffer.
   * @returns Probabilities, `out[n * classes + k]`; each image's sum to 1, unless its classes do not exclude each other.
   */
  predict(images: Images): Promise<Float32Array>;
}

/** How the tokens of a transformer's images attend to each other. A token is a square patch; they go row by row. */
export interface Attention {
  readonly layers: readonly {readonly layer: string; readonly heads: number}[];
  /** Where the tokens stand in the image: rows and columns of patches, and a patch's side in pixels. */
  readonly grid: {readonly rows: number; readonly columns: number; readonly side: number};
  /**
   * Which token looks at which, dropout off: a layer's `[((n * heads + h) * tokens + from) * tokens + to]`; what a token
   * gives to all others sums to 1.
   */
  weights(images: Images): Promise<readonly Float32Array[]>;
  /**
   * How the loss (cross-entropy in nats) of each image would move with the size of each head's answer:
   * Σ over tokens of answer · ∂loss/∂answer (Michel, Levy & Neubig 2019, "Are sixteen heads really better than one?",
   * section 4.1, before the mean of its magnitude). Below 0, the head speaks for the label.
   *
   * @returns A layer's `[n * heads + h]`.
   */
  headSlopes(images: LabelledImages): Promise<readonly Float32Array[]>;
}

/** A classifier whose inside can be asked for derivatives. Always dropout off. */
export interface DifferentiableClassifier extends Classifier {
  /** Why `inputGradient` has no answer, in one line; absent where it has. Then only what asks from outside can explain it. */
  readonly noGradient?: string;
  /** Where it is a transformer of images. */
  readonly attention?: Attention;
  /** @returns Scores before the softmax, `out[n * classes + k]`. */
  logits(images: Images): Promise<Float32Array>;
  /**
   * Gradient of a sum of logits with respect to the pixels: of each image's target alone, or of all (exigo's).
   * Of the logit and not the probability: where the network is sure, softmax is flat and its gradient underflows.
   *
   * @param targets The class explained for each image; `targets.length === images.count`. Or "all".
   * @returns One number a pixel channel, laid out as `images.pixels`.
   */
  inputGradient(images: Images, targets: ArrayLike<number> | "all"): Promise<Float32Array>;
  /**
   * What layers make of the images, in one pass.
   *
   * @param layers Their names, as many as there are, in any order; also `EMBEDDING` and `LOGITS`.
   * @param into Where the first layer's values go, as long as they are; by default an array of their own.
   * @returns An answer for each of `layers`, in that order.
   * @throws UserError if there is no such layer; it names those that there are.
   */
  forward(images: Images, layers: readonly string[], into?: Float32Array): Promise<readonly LayerAnswer[]>;
  /**
   * A layer's answers, and how each image's target logit hangs on them; absent where no layer within can be looked at.
   *
   * @param layer A layer's name; by default the last that still has rows and columns, where Grad-CAM looks.
   * @throws UserError if there is no such layer, or its answer has no rows and columns.
   */
  layerGradient?(images: Images, targets: ArrayLike<number>, layer?: string): Promise<LayerGradient>;
}

/** One layer's answers to images, and the gradients of their target logits there, `[((n * height + y) * width + x) * channels + c]`. */
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

/** A training batch's answers, before the step that learnt from it, dropout on. */
export interface BatchResult {
  /** Sum of the images' losses, softmax cross-entropy in nats. */
  readonly lossSum: number;
  /** Right answers. */
  readonly correct: number;
  /** Each image's own, in the batch's order. */
  readonly answers: ImageAnswers;
}

/** What a network says of each of several images that have a label. */
export interface ImageAnswers {
  /** Softmax cross-entropy in nats: minus the logarithm of the label's probability. */
  readonly losses: Float32Array;
  /** The class of the greatest logit, the first of equals. */
  readonly predicted: Uint16Array;
  /** The probability of that class, in (0, 1]. */
  readonly probabilities: Float32Array;
  /** The label's logit less the greatest other logit: above 0 where the answer is right. */
  readonly margins: Float32Array;
  /** EL2N (Paul et al. 2021): the Euclidean distance of the probabilities from the one-hot label, in [0, √2]. */
  readonly errors: Float32Array;
  /** Entropy of the probabilities in nats, in [0, ln classes]: FiftyOne's hardness. */
  readonly entropies: Float32Array;
}

/** The optimizer's memory: how many steps it made, and its moments (Adam: m and v of each weight, in weight order). */
export interface OptimizerState {
  readonly steps: number;
  readonly slots: readonly NamedArray[];
}

/** What `forward` calls the layer that feeds the last dense one: where maps look, unless they are told. */
export const EMBEDDING = "";
/** What `forward` calls the scores before the softmax, whatever their layer's own name. */
export const LOGITS = "logits";

/** One layer's answer to images: image n's numbers begin at `n * sizeOf(shape)`, the last size fastest. */
export interface LayerAnswer {
  /** As it was asked for. */
  readonly layer: string;
  /** Of one image's answer: height, width and channels of an image, tokens and width of a transformer's, units of a dense layer's. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Numbers in one image's answer. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A layer whose answer is worth a picture. */
export interface ShownLayer {
  readonly name: string;
  /** Its kind or operator: "Conv2D", "Relu". */
  readonly type: string;
}

/** A layer, its kernel, and where its answer is. */
export interface WeightedLayer {
  readonly layer: string;
  /** As tfjs names its kind: "Conv2D", "DepthwiseConv2D", "Dense". */
  readonly type: string;
  /** In tfjs' layout: `[height, width, in, out]`, of depthwise ones `[height, width, channels, 1]`, of dense ones `[in, out]`. */
  readonly kernel: NamedArray;
  /** What `forward` calls its answer, past its normalisation and activation; and its sizes. */
  readonly answer: string;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** What a look after an epoch needs of a network, whoever has trained it. */
export interface LookedAtNetwork extends DifferentiableClassifier {
  /** Its layers that a person may look at, where it was not built here; absent where the model's own list is known. */
  readonly shownLayers?: readonly ShownLayer[];
  /** Its layers with weights, where their names and those of their weights do not tell which belong together. */
  weightedLayers?(): readonly WeightedLayer[];
  /** A copy of the weights; of a tf.LayersModel in its order (batch-norm's moving averages included). */
  getWeights(): Promise<NamedArray[]>;
}

/**
 * A network that can be trained and asked, whichever engine computes. Plain numbers outside, tensors or shared
 * memory inside.
 */
export interface Network extends LookedAtNetwork {
  /**
   * One gradient step on softmax cross-entropy, dropout on.
   *
   * @param learningRate For this step.
   * @param step Counts from 0 over the whole run: seeds this step's dropout masks.
   * @returns What the network answered before the step.
   * @throws Error if the loss is not finite: names the step, and the layer where it first was not.
   */
  trainBatch(batch: LabelledImages, learningRate: number, step: number): Promise<BatchResult>;
  /**
   * Steps that may be asked for before the first is answered, so that the network never waits for the next; what reads or
   * writes the weights waits for them. One, if absent.
   */
  readonly stepsAtOnce?: number;
  /** What a step on `batch` would follow: the mean loss' gradient with respect to each trainable weight, dropout on. */
  gradients(batch: LabelledImages, step: number): Promise<NamedArray[]>;
  setWeights(weights: readonly NamedArray[]): Promise<void>;
  getOptimizerState(): Promise<OptimizerState>;
  setOptimizerState(state: OptimizerState): Promise<void>;
  /** Ends its threads and frees its memory. */
  dispose(): Promise<void>;
}
