/** @file What goes into the engine and what comes out: plain numbers. Types only, and the error that it throws. */

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

/** What the engine was given does not fit, in one line: what was expected, and what it got. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
