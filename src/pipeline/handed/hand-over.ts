import {join, resolve} from "node:path";
import {setTimeout as wait} from "node:timers/promises";

import type {Results, Shard} from "../jobs/flow";
import type {JobOptions} from "../jobs/jobs";
import type {TrainQuestion} from "../jobs/train-question";
import {NotNow, type Workers} from "../jobs/workers";
import {sha256} from "../record/seal";
import type {RunOptions} from "../run/options";
import type {ProbeOptions} from "../run/probe-once";
import {subjectOf} from "./portable";
import {trainedBytes} from "./trained-run";

/** A run that any process may train. */
export interface PlannedRun {
  readonly options: RunOptions;
  readonly probeOptions: ProbeOptions;
  readonly sweep?: string;
}

/** The tasks that train runs, and the store of their results. */
export interface TrainingTasks {
  readonly shards: readonly Shard<TrainQuestion>[];
  /** The runs' own folders: a run that has reached its end is its own result. */
  readonly results: Results;
}

/**
 * The tasks that train runs. Each is named by the SHA-256 of its subject.
 *
 * @param threads Threads of the engine for each run; if absent, the options say it.
 */
export function trainingTasks(runs: readonly PlannedRun[], threads?: number): TrainingTasks {
  const known = new Map<string, {readonly path: string; readonly options: RunOptions}>();
  const shards = runs.map(({options, probeOptions, sweep}): Shard<TrainQuestion> => {
    const subject = subjectOf(options, probeOptions, sweep);
    const [id, path] = [trainId({subject}), join(resolve(options.save), options.name)];
    known.set(id, {path, options});
    const question = {run: path, subject, ...(threads === undefined ? {} : {threads})};
    return {id, named: options.name, question};
  });
  return {
    shards,
    results: {
      async read(id) {
        const run = known.get(id);
        return run && trainedBytes(run.path, run.options);
      },
      async keep() {}, // the process that trained it has
    },
  };
}

/** The name that a training task has. */
export function trainId({subject}: Pick<TrainQuestion, "subject">): string {
  return sha256(JSON.stringify(subject));
}

/** After this many milliseconds, a run that another process is training is looked at again. */
const AGAIN = 2000;

/** Has a run trained. While another process is training it, this waits. */
export async function askForRun(
  workers: Workers,
  {question, named}: Shard<TrainQuestion>,
  {say, signal}: Pick<JobOptions, "say" | "signal">,
): Promise<Uint8Array> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await workers.ask("train", question, {...{named, say: say ?? (() => {})}, ...(signal ? {signal} : {})});
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
      signal?.throwIfAborted();
      if (!isTold) say?.(`${error.message}; it is waited for`);
      await wait(AGAIN, undefined, signal ? {signal} : {}).catch(() => signal?.throwIfAborted());
    }
  }
}
