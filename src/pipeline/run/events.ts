import type {Dataset} from "../../nouns/samples";
import type {Suspect} from "../../numbers/suspects";
import type {DataProgress} from "../data/progress";
import type {EpochProgress} from "../training/train";
import type {EpochMetrics} from "../types";
import type {Engine} from "./choose-engine";

/** The run's findings about the labels. */
export interface LabelReport {
  /** The file that lists all images, the most suspect first. */
  readonly path: string;
  /** How many images were asked about, each by a network that had not learnt from it. */
  readonly asked: number;
  /** The share of these images whose answer is the same as the label, in [0, 1]. */
  readonly agreed: number;
  /** The images whose label confident learning counts as wrong, the most suspect first. */
  readonly issues: readonly Suspect[];
}

/** The events that a run reports to its caller while it works. */
export type RunEvent =
  | ({readonly type: "data"} & DataProgress)
  | {
      readonly type: "start";
      readonly path: string;
      readonly data: Dataset;
      readonly model: ModelFacts;
      readonly engine: Engine;
      /** The last epoch that the run will look at, unless it is interrupted before. */
      readonly epochs: number;
    }
  | ({readonly type: "train"} & EpochProgress)
  | {readonly type: "probe" | "probed"; readonly epoch: number; readonly probe: string}
  | {readonly type: "say"; readonly line: string}
  | {readonly type: "failure"; readonly probe: string; readonly error: Error}
  /** A file that cannot be read as a checkpoint, in one line. */
  | {readonly type: "refused"; readonly error: Error}
  | {readonly type: "epoch"; readonly metrics: EpochMetrics; readonly best: boolean}
  /** A probe has written numbers that it finished later into the run's folder; their picture comes next. */
  | {readonly type: "made"; readonly epoch: number; readonly probe: string}
  /** The run's folder now has everything about an epoch, including what was finished later. */
  | {readonly type: "kept"; readonly epoch: number}
  /** The labels that look wrong. */
  | ({readonly type: "labels"; readonly data: Dataset; readonly folds: number} & LabelReport)
  | {readonly type: "interrupted"; readonly path: string}
  | {
      readonly type: "end";
      readonly path: string;
      readonly best: EpochMetrics;
      /** The parts that could not be made: probes by their names, "report" for the page. */
      readonly lacking?: readonly string[];
    };

/** The facts about data that are told of a run: of its own, or of one that trains elsewhere. */
export type ShownData = Pick<Dataset, "name" | "imageShape" | "classNames"> & {
  readonly digest?: string;
  readonly train: {readonly count: number};
  readonly validation: {readonly count: number};
  readonly test: {readonly count: number};
  readonly moreTest?: {readonly count: number};
};

/** The events that are shown of a run, on whatever machine it trains. */
export type ShownEvent =
  | Exclude<RunEvent, {readonly type: "start"}>
  | (Omit<RunEvent & {readonly type: "start"}, "data"> & {readonly data: ShownData});

export interface ModelFacts {
  readonly name: string;
  /** Why this engine was chosen; absent in runs of earlier versions. */
  readonly why?: string;
  /** The run or the file whose weights it began with; absent if it began with random ones. */
  readonly weightsFrom?: {readonly path: string; readonly sha256: string};
  readonly parameters: number;
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly outputShape: readonly (number | null)[];
    readonly parameters: number;
  }[];
}
