import type {Dataset} from "../../nouns/samples";
import type {Suspect} from "../../numbers/suspects";
import type {DataProgress} from "../data/progress";
import type {EpochProgress} from "../training/train";
import type {EpochMetrics} from "../types";
import type {Engine} from "./choose-engine";

/** What was found out about the labels. */
export interface LabelReport {
  /** The file that has all images, the most suspect first. */
  readonly path: string;
  /** Images asked about, by networks that had not learnt from them. */
  readonly asked: number;
  /** The share of them whose answer is the label, in [0, 1]. */
  readonly agreed: number;
  /** Those whose label confident learning counts as wrong, the most suspect first. */
  readonly issues: readonly Suspect[];
}

/** What a run tells whoever drives it, as it happens. */
export type RunEvent =
  | ({readonly type: "data"} & DataProgress)
  | {
      readonly type: "start";
      readonly path: string;
      readonly data: Dataset;
      readonly model: ModelFacts;
      readonly engine: Engine;
      /** The last epoch that will be looked at, if the run is not broken off before. */
      readonly epochs: number;
    }
  | ({readonly type: "train"} & EpochProgress)
  | {readonly type: "probe" | "probed"; readonly epoch: number; readonly probe: string}
  | {readonly type: "say"; readonly line: string}
  | {readonly type: "failure"; readonly probe: string; readonly error: Error}
  /** A file that cannot be read as a checkpoint, in one line. */
  | {readonly type: "refused"; readonly error: Error}
  | {readonly type: "epoch"; readonly metrics: EpochMetrics; readonly best: boolean}
  /** The numbers that a probe made after its end are in the run's folder; their picture comes next. */
  | {readonly type: "made"; readonly epoch: number; readonly probe: string}
  /** All of an epoch is in the run's folder, what came later too. */
  | {readonly type: "kept"; readonly epoch: number}
  /** Which labels look wrong. */
  | ({readonly type: "labels"; readonly data: Dataset; readonly folds: number} & LabelReport)
  | {readonly type: "interrupted"; readonly path: string}
  | {
      readonly type: "end";
      readonly path: string;
      readonly best: EpochMetrics;
      /** Parts that could not be made: probes by their names, "report" for the page. */
      readonly lacking?: readonly string[];
    };

export interface ModelFacts {
  readonly name: string;
  /** Why this one; absent in runs of earlier versions. */
  readonly why?: string;
  /** The run or the file whose weights it began with, where those were not random. */
  readonly weightsFrom?: {readonly path: string; readonly sha256: string};
  readonly parameters: number;
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly outputShape: readonly (number | null)[];
    readonly parameters: number;
  }[];
}
