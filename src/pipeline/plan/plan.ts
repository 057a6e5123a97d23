import type {ImageShape} from "../../nouns/samples";
import type {Engine} from "../run/choose-engine";

/** What a command would do, as `--dry-run` tells it (schema epochscope/plan/1). */
export interface Plan {
  /** What the options came to. */
  readonly options: {readonly [name: string]: unknown};
  /** By probe, what its options came to. */
  readonly probes: {readonly [probe: string]: object};
  readonly data: {
    readonly name: string;
    readonly digest: string;
    readonly imageShape: ImageShape;
    readonly classNames: readonly string[];
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly model: {readonly name: string; readonly parameters: number; readonly why: string | null};
  readonly engine: Engine;
  /** Epochs, gradient steps of each, images of a step, and how often the network is looked at by its probes. */
  readonly epochs: number;
  readonly batches: number;
  readonly batchSize: number;
  readonly looks: number;
  /** How long it takes on this machine, as it is loaded now. */
  readonly seconds: {readonly low: number; readonly high: number};
  /** Bytes that it leaves, by folder: the run's and TensorBoard's. */
  readonly bytes: number;
  /** What the estimate is made of: batches that were trained, and looks. */
  readonly measured: {readonly batches: number; readonly looks: number};
  readonly runs: readonly PlannedRun[];
  /** What the command would tell besides, a line each. */
  readonly notes: readonly string[];
}

/** A run that would be made, or that is there. */
export interface PlannedRun {
  readonly name: string;
  readonly path: string;
  /** new: it would begin; unfinished: it would go on; done: nothing would be done. */
  readonly state: "new" | "unfinished" | "done";
}

/** Figures of an estimate that are no more than that: two digits. */
export function rough(value: number): number {
  return Number(value.toPrecision(2));
}
