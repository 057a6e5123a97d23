import type {Jobs} from "./jobs/jobs";
import {threadJobs} from "./jobs/thread";
import type {RunControl} from "./run/control";
import type {RunEvent} from "./run/events";
import {learn} from "./run/learn";
import {type Held, openRun} from "./run/open-run";
import type {RunOptions} from "./run/options";
import {withPage} from "./run/page";
import type {ProbeOptions} from "./run/probe-once";
import {withStatus} from "./run/status";

export type {RunControl} from "./run/control";

/**
 * The whole pipeline, top to bottom: data → model → for each epoch (train → checkpoint → look: evaluate → probes → keep
 * the best → metrics). The untrained network is looked at early in the first epoch, with the weights it had. The page is made
 * beside it.
 */
export async function* run(
  options: RunOptions,
  probeOptions: ProbeOptions = {},
  control: RunControl = {},
): AsyncGenerator<RunEvent> {
  const held: Held = {};
  const {jobs = threadJobs, page = true} = control;
  jobs.prepare(); // while the data are read
  const events = withStatus(runAlone(options, probeOptions, {...control, jobs}, held), () => held.directory);
  try {
    yield* page ? withPage(events, options, jobs) : events;
  } finally {
    await held.lock?.release();
  }
}

/** The run itself, while no other process works on it. @param held Told what has been taken. */
async function* runAlone(
  options: RunOptions,
  probeOptions: ProbeOptions,
  control: RunControl & {readonly jobs: Jobs},
  held: Held,
): AsyncGenerator<RunEvent> {
  try {
    yield* learn(yield* openRun(options, probeOptions, control, held));
  } finally {
    await held.network?.dispose();
  }
}
