import type {ImageShape} from "../../nouns/samples";
import type {Engine} from "../run/choose-engine";

/** The plan of a command, as `--dry-run` prints it (schema epochscope/plan/1). */
export interface Plan {
  /** The options with the values that result from the data. */
  readonly options: {readonly [name: string]: unknown};
  /** For each probe, the values of its options. */
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
  /**
   * How many epochs there are, how many gradient steps each has, how many images a step has, and how often the probes
   * look at the network.
   */
  readonly epochs: number;
  readonly batches: number;
  readonly batchSize: number;
  readonly looks: number;
  /** How long it takes on this machine while it is as busy as now. */
  readonly seconds: {readonly low: number; readonly high: number};
  /** How many bytes it leaves in each folder: the run's and TensorBoard's. */
  readonly bytes: number;
  /** The measurements behind the estimate: how many batches were trained, and how many looks were made. */
  readonly measured: {readonly batches: number; readonly looks: number};
  readonly runs: readonly PlannedRun[];
  /** Other notes that the command would print, one line each. */
  readonly notes: readonly string[];
}

/** A run that would be made, or that exists. */
export interface PlannedRun {
  readonly name: string;
  readonly path: string;
  /** new: it would begin; unfinished: it would be continued; done: nothing would happen. */
  readonly state: "new" | "unfinished" | "done";
}

/** Rounds an estimate to two digits, because it is not more exact. */
export function rough(value: number): number {
  return Number(value.toPrecision(2));
}
