import type {Jobs} from "../jobs/jobs";
import type {ModelMaker} from "../model/index";
import type {RunDirectory} from "../record/run-directory";
import type {Probe} from "../types";

/** Everything that a caller gives a run besides its options. */
export interface RunControl {
  /**
   * Aborting stops the run after the current batch or probe. What it has learnt is kept, and `resume` can continue it.
   */
  readonly signal?: AbortSignal;
  /** An interrupted run to continue, instead of a new one. */
  readonly resume?: RunDirectory;
  /** The name of the sweep that this run belongs to; run.json keeps it. */
  readonly sweep?: string;
  /** Makes the network, in place of the one that `options.model` names. */
  readonly makeModel?: ModelMaker;
  /** Additional probes, besides those that `options.probes` names; their options stand under their names. */
  readonly probes?: readonly Probe[];
  /** Where long work runs while the network trains; by default in a thread of its own. */
  readonly jobs?: Jobs;
  /** Whether the run makes the page, and the sheet and film of all maps; by default it does. */
  readonly page?: boolean;
  /** Whether `save/latest` shall lead to a new run; by default it does. Of many runs at a time, each would take it. */
  readonly latest?: boolean;
  /**
   * Milliseconds of silence after which another worker may take the run over (`LockOptions`). This one then writes no more,
   * and fails.
   */
  readonly silent?: number;
}
