import type {Jobs} from "../jobs/jobs";
import type {ModelMaker} from "../model/index";
import type {RunDirectory} from "../record/run-directory";
import type {Probe} from "../types";

/** What a run is given beside its options. */
export interface RunControl {
  /** Stops after the batch or the probe at hand; what was learnt is kept, and can be gone on with. */
  readonly signal?: AbortSignal;
  /** A run that was broken off, to go on with in place of a new one. */
  readonly resume?: RunDirectory;
  /** The sweep that the run is one of, by its name: run.json keeps it. */
  readonly sweep?: string;
  /** Makes the network, in place of the one that `options.model` names. */
  readonly makeModel?: ModelMaker;
  /** Probes that look beside those that `options.probes` names; their options come under their names. */
  readonly probes?: readonly Probe[];
  /** Who does the long work beside the training; by default a thread of its own. */
  readonly jobs?: Jobs;
  /** Whether the page, and the sheet and film of all maps, are made; by default they are. */
  readonly page?: boolean;
}
