/** @file The types of what goes into a probe and what comes out, and of an epoch's metrics. */

import type {DifferentiableClassifier, LayerAnswer} from "../nouns/network";
import type {OptionTable} from "../nouns/options";
import type {RandomSource} from "../nouns/random";
import type {LabelledImages, Split} from "../nouns/samples";
import type {PlotData, PlotName} from "../plots/index";
import type {Jobs} from "./jobs/jobs";

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
 * A probe's result: plain data, and the name of the plot that draws it. It contains no closures and no tensors, so it
 * can be sent to a worker, be saved, and be drawn again years later without the network.
 */
export type Artifact = {
  [N in PlotName]: {
    readonly name: string;
    readonly plot: N;
    readonly data: PlotData<N>;
    /** Numbers kept beside the picture that the picture does not show: probabilities, scores, settings. */
    readonly numbers?: {readonly [name: string]: Kept};
  };
}[PlotName];

/**
 * An artifact that is not finished yet but does not need the network any more; meanwhile, the next epoch trains. The
 * artifact, or its error, is kept before the next look at the network.
 */
export interface LaterArtifact {
  readonly later: Promise<Artifact>;
}

export interface ProbeContext {
  /** How many epochs are finished; 0 means the untrained network. */
  readonly epoch: number;
  readonly classifier: DifferentiableClassifier;
  readonly test: Split;
  /** The true class of every test image. */
  readonly testLabels: Uint16Array;
  /**
   * The probabilities of every test image, `[n * classes + k]`: computed once for each epoch and shared by all probes.
   */
  readonly testProbabilities: Float32Array;
  /**
   * The activations of every test image at the layer that a probe's `layer` names; they are computed in the same pass
   * as the logits.
   */
  readonly testActivations?: LayerAnswer;
  /** The same few test images at every epoch, so that epochs can be compared. */
  readonly samples: LabelledImages;
  /** The samples' places in the test split. */
  readonly sampleIndices: Uint32Array;
  /**
   * How many images a look may ask the network about without costing more than training (probes/look-budget.ts);
   * absent: no limit. A probe does whatever the user asked for by name in any case.
   */
  readonly budget?: number;
  /** The names of this probe's options that the user gave. */
  readonly asked?: ReadonlySet<string>;
  /** Forked from (run seed, probe name, epoch), so that no probe can change another's numbers. */
  readonly random: RandomSource;
  /**
   * The artifact that this probe left under `name` at the latest earlier epoch that has one. It is a probe's only
   * memory.
   */
  previous(name: string): Promise<Artifact | undefined>;
  /** Runs long work that does not need the network any more, for example in another thread. */
  readonly jobs: Jobs;
  /** Tells the user something that they should know, in one line ("tsne-js: the first 500 of 2,000 points"). */
  say(line: string): void;
}

/**
 * A probe looks at the network after an epoch. To add one, write one file and one line in probes/index.ts. Its option
 * table gives the flags (`--lime.samples`), `--help`, the checks and run.json.
 */
export interface Probe<O extends object = object> {
  /** Its name, which is also its folder, the prefix of its flags and its heading in `--help`. */
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  readonly options: OptionTable<O>;
  /**
   * Whether it can look at this network; absent: it can look at any. A probe that cannot is left out; if the user asked
   * for it by name, a line says so.
   */
  suits?(classifier: DifferentiableClassifier): boolean;
  /**
   * The layer whose activations of all test images the probe reads (`context.testActivations`), if any; "" means
   * `EMBEDDING`.
   */
  layer?(options: O): string | undefined;
  run(context: ProbeContext, options: O): AsyncIterable<Artifact | LaterArtifact>;
}

/** One line of metrics.jsonl. Losses are mean cross-entropies in nats; accuracies are fractions in [0, 1]. */
export interface EpochMetrics {
  /** The number of the epoch; 0 is the untrained network, whose training figures are null. */
  readonly epoch: number;
  /** The mean over the epoch's batches, measured while the weights changed, with dropout on. */
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  /** The loss of images held out of training; null if there are none, as for a network that was trained elsewhere. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** How long each part took, as far as training waited for it. Work that a probe finishes later is not in it. */
  readonly seconds: {readonly train: number; readonly evaluate: number; readonly probes: number};
  /** Means within the epoch: `at` in epochs, the mean loss and accuracy since the last entry. */
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
  /** The probes that failed at this epoch, with the reasons. */
  readonly failures?: {readonly [probe: string]: string};
}
