/** @file What a probe is given and gives, and what an epoch comes to. Types only. */

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

export interface ProbeContext {
  /** Epochs finished; 0 is the untrained network. */
  readonly epoch: number;
  readonly classifier: DifferentiableClassifier;
  readonly test: Split;
  /** The class of every test image. */
  readonly testLabels: Uint16Array;
  /** Probabilities of every test image, `[n * classes + k]`: computed once an epoch and shared. */
  readonly testProbabilities: Float32Array;
  /** Activations of every test image, by the layer that a probe's `layer` names; they come with the logits, in one pass. */
  readonly testActivations?: LayerAnswer;
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
  /** Has long work that needs the network no more done elsewhere. */
  readonly jobs: Jobs;
  /** Tells the user something they should know, in one line ("tsne-js: the first 500 of 2,000 points"). */
  say(line: string): void;
}

/**
 * Looks at the network after an epoch. To add one: one file, one line in probes/index.ts. Its option table gives the
 * flags (`--lime.samples`), `--help`, the checks and run.json.
 */
export interface Probe<O extends object = object> {
  /** Names the folder, the prefix of the flags and the heading in `--help`. */
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  readonly options: OptionTable<O>;
  /** Whether it can look at this network; absent: at any. Where it cannot, it is left out, and one asked for by name is told. */
  suits?(classifier: DifferentiableClassifier): boolean;
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
  /** Of images held out of training; null where there are none, as for a network that was trained elsewhere. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** What each took, of the time that training stood still: what a probe makes later is not in it. */
  readonly seconds: {readonly train: number; readonly evaluate: number; readonly probes: number};
  /** Running means within the epoch: `at` in epochs, mean loss and accuracy since the last entry. */
  readonly steps: readonly {readonly at: number; readonly loss: number; readonly accuracy: number}[];
  /** Probes that failed at this epoch, and why. */
  readonly failures?: {readonly [probe: string]: string};
}
