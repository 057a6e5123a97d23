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
 * the best → metrics). The look at the untrained network happens early in the first epoch, with the weights from before
 * it. The page is made at the same time.
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

/**
 * The run itself, while it is locked against other processes.
 *
 * @param held Receives whatever must be given back at the end.
 */
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
