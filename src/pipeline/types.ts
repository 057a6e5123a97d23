/** @file The nouns of the pipeline. Types only: this file emits no code and holds no tensor. */

import type {PlotData, PlotName} from "../plots/index";
import type {OptionTable} from "./options";
import type {RandomSource} from "./random";

/** Height, width and channels of one image, in pixels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images as plain numbers, row-major NHWC: channel c of pixel (y, x) of image n is
 * `pixels[((n * height + y) * width + x) * channels + c]`, an intensity in [0, 1] where 0 is background.
 */
export interface Images {
  readonly count: number;
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** Images, and the class each one shows: `labels[n]` indexes `Dataset.classNames`. */
export interface LabelledImages extends Images {
  readonly labels: Uint16Array;
  /** Where each stands in its split; absent where they come from none. */
  readonly indices?: Uint32Array;
}

export interface Split {
  readonly count: number;
  /** The file of each image, as a path from `Dataset.folder` with "/" between; absent where the images are no files. */
  readonly files?: readonly string[];
  /** Where each image stands in the file or folder that the split was taken from; absent where that is its own place. */
  readonly sources?: Uint32Array;
  /**
   * What some images were left out of: how many there were, and where those that are left stood. Training draws its order
   * among all of them, so that leaving some out does not move the others.
   */
  readonly keptOf?: {readonly count: number; readonly places: Uint32Array};
  /**
   * Reads the images at `indices`, in that order. The only way to pixels: an idx file in memory and a folder of
   * PNGs on disk look the same from here.
   *
   * @param into Where the pixels go, if it is as large as they are. Else they get an array of their own.
   * @throws RangeError if an index is not below `count`.
   */
  read(indices: ArrayLike<number>, into?: Float32Array): Promise<LabelledImages>;
}

export interface Dataset {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: Split;
  /** Held out of the training images; chooses the best epoch. The test split chooses nothing. */
  readonly validation: Split;
  readonly test: Split;
  /** SHA-256 of the source bytes: two runs can be known to have seen the same data. */
  readonly digest: string;
  /** What was dropped and relabelled, where a list of decisions was given. */
  readonly edits?: {readonly dropped: number; readonly relabelled: number};
  /** The folder that the splits' `files` are told from, as a whole path; absent where the images are no files. */
  readonly folder?: string;
}

/** A black box: images in, class probabilities out. LIME, occlusion and confusion may use this and nothing more. */
export interface Classifier {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /**
   * @param images Theirs until it has answered: the next ones may be written over them.
   * @returns Probabilities, `out[n * classes + k]`; each image's sum to 1, unless its classes do not exclude each other.
   */
  predict(images: Images): Promise<Float32Array>;
}

/** A classifier whose inside can be asked for derivatives. Always dropout off. */
export interface DifferentiableClassifier extends Classifier {
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
   * Activations of one layer, flattened, `out[n * width + j]`.
   *
   * @param layer A layer's name; by default what feeds the last dense layer.
   */
  features(images: Images, layer?: string): Promise<{readonly width: number; readonly values: Float32Array}>;
}

export interface LogitsAndFeatures {
  readonly logits: Float32Array;
  readonly features: {readonly width: number; readonly values: Float32Array};
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
}

/** The optimizer's memory: how many steps it made, and its moments (Adam: m and v of each weight, in weight order). */
export interface OptimizerState {
  readonly steps: number;
  readonly slots: readonly NamedArray[];
}

/**
 * A network that can be trained and asked, whichever engine computes. Plain numbers outside, tensors or shared
 * memory inside.
 */
export interface Network extends DifferentiableClassifier {
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
  /**
   * What `logits` and `features` give, in one pass over the images.
   *
   * @param into Where the activations go, as long as they are; by default an array of their own.
   */
  logitsAndFeatures(images: Images, layer?: string, into?: Float32Array): Promise<LogitsAndFeatures>;
  /** What a step on `batch` would follow: the mean loss' gradient with respect to each trainable weight, dropout on. */
  gradients(batch: LabelledImages, step: number): Promise<NamedArray[]>;
  /** A copy of the weights, in `tf.LayersModel.weights` order (batch-norm's moving averages included). */
  getWeights(): Promise<NamedArray[]>;
  setWeights(weights: readonly NamedArray[]): Promise<void>;
  getOptimizerState(): Promise<OptimizerState>;
  setOptimizerState(state: OptimizerState): Promise<void>;
  /** Ends its threads and frees its memory. */
  dispose(): Promise<void>;
}

/** A number, text, flag or array kept with an artifact. */
export type Kept =
  | number
  | string
  | boolean
  | null
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | readonly Kept[]
  | {readonly [name: string]: Kept};

/**
 * What a probe hands over: plain data, and the name of the plot that draws it. No closures and no tensors, so it can
 * cross to a worker, be saved, and be drawn again years later without the network.
 */
export type Artifact = {
  [N in PlotName]: {
    readonly name: string;
    readonly plot: N;
    readonly data: PlotData<N>;
    /** Figures kept beside the picture that it does not draw: probabilities, scores, settings. */
    readonly numbers?: {readonly [name: string]: Kept};
  };
}[PlotName];

/**
 * An artifact that is still in the making and needs the network no more: the next epoch trains meanwhile. It is kept, or
 * its error is, before the network is looked at again.
 */
export interface LaterArtifact {
  readonly later: Promise<Artifact>;
}

/** What one layer makes of images, flattened: `values[n * width + j]`. */
export interface Activations {
  /** Its name; "" for what feeds the last dense layer. */
  readonly layer: string;
  readonly width: number;
  readonly values: Float32Array;
}

export interface ProbeContext {
  /** Epochs finished; 0 is the untrained network. */
  readonly epoch: number;
  readonly classifier: DifferentiableClassifier;
  readonly test: Split;
  /** The class of every test image. */
  readonly testLabels: Uint16Array;
  /** Of every test image, `[n * classes + k]`: computed once an epoch and shared. */
  readonly testProbabilities: Float32Array;
  /** Of every test image, by the layer that a probe's `layer` names; they come with the logits, in one pass. */
  readonly testActivations?: Activations;
  /** The same few test images at every epoch, so that epochs can be laid side by side. */
  readonly samples: LabelledImages;
  /** Where in the test split the samples stand. */
  readonly sampleIndices: Uint32Array;
  /**
   * Images that a look may ask the network about without costing more than training (probes/look-budget.ts); absent where
   * there is no such limit. What the user asked for by name is done in any case.
   */
  readonly budget?: number;
  /** This probe's options that the user gave. */
  readonly asked?: ReadonlySet<string>;
  /** Forked from (run seed, probe name, epoch): no probe can shift another's numbers. */
  readonly random: RandomSource;
  /** The artifact this probe left under `name` at the last epoch before this one that has it: a probe's only memory. */
  previous(name: string): Promise<Artifact | undefined>;
  /** Tells the user something they should know, in one line ("tsne-js: the first 500 of 2,000 points"). */
  say(line: string): void;
}

/**
 * Looks at the network after an epoch. To add one: one file, one line in probes/index.ts. Its option table gives the
 * flags (`--lime.samples`), `--help`, the checks and run.json.
 */
export interface Probe<O extends object = object> {
  /** Names the folder, the prefix of the flags and the heading in the report. */
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  readonly options: OptionTable<O>;
  /** The layer whose activations of all test images it reads, if any (`context.testActivations`); "" as there. */
  layer?(options: O): string | undefined;
  run(context: ProbeContext, options: O): AsyncIterable<Artifact | LaterArtifact>;
}

/** One line of metrics.jsonl. Losses are mean cross-entropies in nats; accuracies fractions in [0, 1]. */
export interface EpochMetrics {
  /** 0 is the untrained network, whose train figures are null. */
  readonly epoch: number;
  /** Mean over the epoch's batches, while the weights moved, dropout on. */
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** What each took, of the time that training stood still: what a probe makes later is not in it. */
  readonly seconds: {readonly train: number; readonly evaluate: number; readonly probes: number};
  /** Running means within the epoch: `at` in epochs, mean loss and accuracy since the last entry. */
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
  /** Probes that failed at this epoch, and why. */
  readonly failures?: {readonly [probe: string]: string};
}
