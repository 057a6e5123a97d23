import {existsSync} from "node:fs";
import {basename, dirname, join} from "node:path";

import {resolveOptions} from "../../nouns/options";
import type {TrainQuestion} from "../jobs/train-question";
import {NotNow} from "../jobs/workers";
import {findRun} from "../record/run-directory";
import {LockedRun} from "../record/run-lock";
import {run} from "../run";
import type {RunControl} from "../run/control";
import {type RunOptions, runOptions} from "../run/options";
import {resumedOptions} from "../run/resumed-options";
import {checkReads} from "./portable";
import {trainedBytes} from "./trained-run";

/**
 * Trains a run to its end, as a task: from its beginning, or from the last checkpoint of the process that began it. A
 * finished run is not trained again. The results are in the run's folder; `save/latest` is not changed.
 *
 * @param say Gets the run's lines for the user, and what failed in it.
 * @param signal Stops the run after the current batch; its checkpoint is kept.
 * @returns See `trainedBytes`.
 * @throws NotNow if it was stopped, or if another process is training this run.
 */
export async function trainRun(
  question: TrainQuestion,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const {run: path, subject, threads, silent, reads} = question;
  const at = {save: dirname(path), name: basename(path)};
  const own = {...at, ...(threads === undefined ? {} : {threads})};
  const asked = resolveOptions(runOptions, {...subject.options, ...own, dataUrl: ""}, "--");
  if (reads) checkReads(asked, reads);
  const done = await trainedBytes(path, asked);
  if (done) return done;
  const control: RunControl = {
    ...{latest: false, ...(signal ? {signal} : {})},
    ...(silent === undefined ? {} : {silent: 1000 * silent}),
    ...(subject.sweep === undefined ? {} : {sweep: subject.sweep}),
  };
  try {
    await followed(await eventsOf(question, asked, control), say);
  } catch (error) {
    if (error instanceof LockedRun) throw new NotNow(error.message, {cause: error});
    throw error;
  }
  const trained = await trainedBytes(path, asked);
  if (trained) return trained;
  throw new NotNow(`${basename(path)}: expected it to reach its end, got told to stop; its checkpoint is kept`);
}

/** Trains a run from its beginning, or from the point where it was interrupted, with the engine with which it began. */
async function eventsOf({run: path, subject, threads, reads}: TrainQuestion, options: RunOptions, control: RunControl) {
  if (!existsSync(join(path, "run.json"))) return run(options, subject.probes, control);
  const resume = await findRun(dirname(path), basename(path));
  const {options: kept, probes} = resumedOptions(resume, "");
  if (reads) checkReads(kept, reads);
  return run({...kept, ...(threads === undefined ? {} : {threads})}, probes, {...control, resume});
}

async function followed(events: ReturnType<typeof run>, say: (line: string) => void): Promise<void> {
  for await (const event of events) {
    if (event.type === "say") say(event.line);
    if (event.type === "failure") say(`probe ${event.probe}: ${event.error.message}`);
  }
}
