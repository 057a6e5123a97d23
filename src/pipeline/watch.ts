import {setTimeout as wait} from "node:timers/promises";

import {UserError} from "../nouns/options";
import type {Jobs} from "./jobs/jobs";
import {threadJobs} from "./jobs/thread";
import {bestEpoch} from "./record/kept-epochs";
import type {RunEvent} from "./run/events";
import {look} from "./run/look";
import {withPage} from "./run/page";
import {chooseProbes, type ProbeOptions} from "./run/probe-once";
import {samplesCsv} from "./run/samples-csv";
import {withStatus} from "./run/status";
import {keepSuspects} from "./run/suspects";
import {testStory} from "./run/test-story";
import {beginWatching, type Watched} from "./watch/begin";
import {toldClasses} from "./watch/data";
import {digestOf} from "./watch/digest";
import {type Checkpoint, checkpointsIn, filesOf} from "./watch/folder";
import {keepLookedAt} from "./watch/looked-at";
import {type OpenedCheckpoint, type Sizes, sizesOf} from "./watch/opened";
import {openerOf} from "./watch/openers";
import {idleTime, type Told, type WatchOptions, watchOptionsOf} from "./watch/options";
import {partsFinder} from "./watch/read-checkpoint";
import {QUIET_FOR, type Settled, settledFiles} from "./watch/settled";
import {trainedBeside} from "./watch/trained";

export interface WatchControl {
  /** Aborting ends it after the artifact in progress; everything seen so far is kept. */
  readonly signal?: AbortSignal;
  /**
   * In milliseconds: how long a file must not have changed before it is read, and the time between two looks at the
   * folder.
   */
  readonly quietFor?: number;
  readonly lookEvery?: number;
  /** Where long work runs; by default in a thread of its own. */
  readonly jobs?: Jobs;
}

/** A checkpoint that is complete and has not been looked at yet. */
interface Found {
  readonly checkpoint: Checkpoint;
  readonly graph: string | undefined;
  readonly sha256: string;
  readonly stamp: string;
  readonly parts: readonly string[];
}

/** The state of the folder at one moment. */
interface Survey {
  readonly next: Found | undefined;
  /** Whether some file is still being written. */
  readonly isUnsettled: boolean;
  readonly count: number;
  readonly notes: readonly string[];
}

/**
 * Looks at a network that another program trains, just as `run` looks at its own: every checkpoint that appears in the
 * folder is an epoch. A file is read once it has not changed for a while. If a run of this folder exists, its epochs
 * are not looked at again.
 *
 * @param given Options that the user gave; the others come from `watch.json` or the checkpoints.
 */
export async function* watch(
  folder: string,
  given: {readonly [name: string]: unknown},
  probeOptions: ProbeOptions = {},
  control: WatchControl = {},
): AsyncGenerator<RunEvent> {
  const {jobs = threadJobs} = control;
  jobs.prepare();
  const told = await watchOptionsOf(folder, given);
  const {probes} = told.options;
  yield* withPage(withStatus(watchAlone(folder, told, probeOptions, {...control, jobs})), {probes}, jobs);
}

async function* watchAlone(
  folder: string,
  told: Told,
  probeOptions: ProbeOptions,
  {signal, jobs, quietFor = QUIET_FOR, lookEvery = Math.min(500, quietFor)}: WatchControl & {readonly jobs: Jobs},
): AsyncGenerator<RunEvent> {
  const {options} = told;
  const chosen = chooseProbes(options.probes, probeOptions);
  const names = await toldClasses(told);
  const files = {...settledFiles(quietFor), partsOf: partsFinder()};
  const open = await openerOf(options);
  const said = new Set<string>();
  const refused = new Map<string, string>(); // by path, the state of a file when it was refused
  let opened: OpenedCheckpoint | undefined;
  let watched: Watched | undefined;
  const idle = idleTime(options.idle);
  let newsAt = performance.now();
  try {
    while (!signal?.aborted) {
      const {next, isUnsettled, count, notes} = await survey(folder, options, files, refused, watched);
      yield* once(notes, said);
      if (!next) {
        if (options.once && !isUnsettled) break;
        if (isUnsettled) newsAt = performance.now();
        if (performance.now() - newsAt >= idle) {
          yield* once([`no new checkpoint in ${folder} for ${options.idle}: ends`], said);
          break;
        }
        const what = count === 0 ? "the first checkpoint" : "the next checkpoint";
        if (!options.once) yield* once([`waiting for ${what} in ${folder}; Ctrl-C ends it`], said);
        // it was aborted; the loop's condition sees this
        await wait(lookEvery, undefined, signal ? {signal} : {}).catch(() => undefined);
        continue;
      }
      const {checkpoint, graph, stamp, sha256, parts} = next;
      const last = opened;
      try {
        opened = await open.checkpoint(checkpoint, graph);
        if (watched) checkAlike(watched.sizes, sizesOf(opened), checkpoint);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // the error comes from the options or from a missing package, not from this file
        if (error.message.startsWith("--") || error.code === "MISSING_PACKAGE") throw error;
        if ((await files.isSettled(parts)).stamp !== stamp) continue; // the file changed in the meantime
        refused.set(checkpoint.path, stamp);
        yield {type: "refused", error};
        continue;
      }
      await last?.dispose();
      if (!watched) {
        watched = yield* beginWatching({folder, told, names, chosen, opened, checkpoint, jobs}, signal);
        for (const line of opened.said ?? []) said.add(line); // the start of the run has reported it
        if (isKnown(watched, checkpoint, sha256)) continue;
      }
      yield* once(opened.said ?? [], said);
      yield* lookAt(watched, checkpoint, opened);
      if (signal?.aborted) break;
      newsAt = performance.now();
      watched.lookedAt = await keepLookedAt(watched.directory, watched.lookedAt, checkpoint, sha256);
      if (options.until > 0 && checkpoint.epoch >= options.until) break;
    }
    if (watched) yield* ended(watched);
    else if (!signal?.aborted && refused.size === 0) {
      throw new UserError(`${folder}: expected checkpoints with a number in their names, got none`);
    }
  } finally {
    await opened?.dispose();
    await open.end();
    await watched?.lock.release();
  }
}

/** Looks for the first checkpoint that is complete and new. */
async function survey(
  folder: string,
  options: WatchOptions,
  files: Settled & {readonly partsOf: ReturnType<typeof partsFinder>},
  refused: ReadonlyMap<string, string>,
  watched: Watched | undefined,
): Promise<Survey> {
  const {all, graph, notes} = await checkpointsIn(folder, options);
  let isUnsettled = false;
  for (const checkpoint of all) {
    const own = await files.partsOf(checkpoint, await filesOf(checkpoint));
    const parts = graph === undefined ? own : [...own, graph];
    const {settled, stamp} = await files.isSettled(parts);
    if (!settled) {
      isUnsettled = true;
      continue;
    }
    if (refused.get(checkpoint.path) === stamp || watched?.stamps.get(checkpoint.path) === stamp) continue;
    const sha256 = await digestOf(parts);
    if (watched) watched.stamps.set(checkpoint.path, stamp);
    if (watched && isKnown(watched, checkpoint, sha256)) continue;
    return {next: {checkpoint, graph, sha256, stamp, parts}, isUnsettled, count: all.length, notes};
  }
  return {next: undefined, isUnsettled, count: all.length, notes};
}

function isKnown({lookedAt}: Watched, {epoch}: Checkpoint, sha256: string): boolean {
  return lookedAt[epoch]?.sha256 === sha256;
}

/**
 * One epoch: evaluate → probes → log, and the work that finishes later. A checkpoint that was written again replaces
 * its older result.
 */
async function* lookAt(watched: Watched, checkpoint: Checkpoint, opened: OpenedCheckpoint): AsyncGenerator<RunEvent> {
  const {epoch} = checkpoint;
  const {looking, seen} = watched;
  const {metrics} = looking;
  const old = metrics.findIndex((line) => line.epoch === epoch);
  if (old >= 0) metrics.splice(old, 1);
  watched.show(opened);
  seen.add(epoch);
  const trained = opened.trained ?? (await trainedBeside(checkpoint));
  const {loss: lossSum, accuracy: correct} = trained ?? {loss: 0, accuracy: 0};
  const progress = {epoch, batch: 1, batches: 1, images: trained ? 1 : 0, lossSum, correct, steps: []};
  const rest = yield* look(looking, progress, 0);
  if (!rest) return;
  yield* rest.keep();
  if (old >= 0 || metrics.some((line) => line.epoch > epoch)) {
    metrics.sort((a, b) => a.epoch - b.epoch);
    await watched.directory.writeMetrics(metrics);
  }
  looking.weightsBefore = await opened.network.getWeights();
}

async function* ended({directory, looking: {data, metrics, heldOut}, log}: Watched): AsyncGenerator<RunEvent> {
  const best = bestEpoch(metrics);
  if (best === undefined) return;
  const story = await testStory(directory.path);
  if (story) await directory.writeFile("samples.csv", await samplesCsv(data, undefined, story));
  if (heldOut) {
    const labels = await keepSuspects(directory, data, heldOut, "held out");
    yield {type: "labels", data, folds: 0, ...labels};
  }
  log.finish(true);
  yield {type: "end", path: directory.path, best: metrics.find(({epoch}) => epoch === best) ?? metrics[0]};
}

/** @throws UserError that names the file and both shapes. */
function checkAlike(before: Sizes, now: Sizes, {path}: Checkpoint): void {
  const words = ({imageShape, outputs, answers}: Sizes) =>
    answers === undefined
      ? `images of ${imageShape.join(" x ")} and scores of ${outputs} classes`
      : `scores of ${outputs} classes of ${answers} images`;
  if (words(before) === words(now)) return;
  throw new UserError(`${path}: expected ${words(before)}, as in the checkpoints before, got ${words(now)}`);
}

function* once(lines: readonly string[], said: Set<string>): Generator<RunEvent> {
  for (const line of lines) {
    if (said.has(line)) continue;
    said.add(line);
    yield {type: "say", line};
  }
}
