/**
 * @file The library's face on Node: the whole run as a function, and what it is made of. What runs in a browser too stands in
 * the packages of its own: epochscope/lime, /tsne, /metrics.
 */
import {type EventsAndResult, eventsAndResult} from "./events-and-result";
import {resolveOptions} from "./nouns/options";
import {bestEpoch} from "./pipeline/record/kept-epochs";
import {findRun} from "./pipeline/record/run-directory";
import {openSavedRun, type SavedRun} from "./pipeline/record/saved-run";
import {type RunControl, run as runEvents} from "./pipeline/run";
import type {RunEvent} from "./pipeline/run/events";
import {type RunOptions, runOptions} from "./pipeline/run/options";
import type {ProbeOptions} from "./pipeline/run/probe-once";
import type {EpochMetrics, Probe} from "./pipeline/types";

export type {EventsAndResult} from "./events-and-result";
export {
  deletionInsertion,
  explainWithLime,
  type LimeExplanation,
  type LimeOptions,
  removeAndAskAgain,
} from "./lime/index";
export type {Classifier, DifferentiableClassifier, NamedArray, Network} from "./nouns/network";
export {UserError as EpochscopeError} from "./nouns/options";
export type {Dataset, ImageShape, Images, LabelledImages, Split} from "./nouns/samples";
export {type Saliency, saliencyMaps as saliency} from "./pipeline/attribution/methods/saliency";
export type {Jobs} from "./pipeline/jobs/jobs";
export {classifierOf} from "./pipeline/model/tf/classifier";
export {probes} from "./pipeline/probes/index";
export {answersAt, openSavedRun as openRun, type SavedRun, testImagesOf} from "./pipeline/record/saved-run";
export type {RunEvent} from "./pipeline/run/events";
export type {RunOptions} from "./pipeline/run/options";
export type {Artifact, EpochMetrics, Probe, ProbeContext} from "./pipeline/types";

export {draw} from "./plots/index";
export {writeReport} from "./report/page";
export {type Matrix, type TsneMap, type TsneOptions, tsne} from "./tsne/index";

/** The flags of `run` in camelCase, all of them optional, and a probe's options under its name in `probeOptions`. */
export interface RunSettings extends Partial<RunOptions>, Pick<RunControl, "signal" | "jobs" | "page" | "makeModel"> {
  /** A probe's options, by its name: `{lime: {samples: 250}}`. */
  readonly probeOptions?: ProbeOptions;
  /** Probes of your own, which look beside those that `probes` names. */
  readonly ownProbes?: readonly Probe[];
}

/** What `epochscope.config.ts` may say: flags in camelCase for all commands, and under a command's name for that one. */
export interface Config {
  readonly save?: string;
  readonly data?: string;
  readonly threads?: number | "auto";
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly color?: "auto" | "always" | "never";
  readonly [command: string]: unknown;
}

/**
 * Gives a config back as it is, so that an editor knows its names.
 *
 * @example export default defineConfig({save: "runs", run: {data: "photos", lime: {recipe: "lime"}}});
 */
export function defineConfig<const C extends Config>(config: C): C {
  return config;
}

/** What a run comes to. */
export interface RunResult {
  readonly status: "done" | "interrupted";
  /** What it left, to be read. */
  readonly run: SavedRun;
  /** The epoch of the least validation loss. */
  readonly best: EpochMetrics;
}

/**
 * Trains a network, looks at it after every epoch, and leaves the run's folder with its page: what the command `run` does.
 *
 * @example
 * const {best} = await run({epochs: 1, probes: "confusion"});
 * for await (const event of run({epochs: 5})) show(event);
 * @throws EpochscopeError if an option or the data are not what is expected.
 */
export function run({
  probeOptions = {},
  ownProbes,
  signal,
  jobs,
  page,
  makeModel,
  ...options
}: RunSettings = {}): EventsAndResult<RunEvent, RunResult> {
  return eventsAndResult(async function* () {
    const given = {signal, jobs, page, makeModel, probes: ownProbes};
    const control: RunControl = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    let path = "";
    let status: RunResult["status"] = "done";
    for await (const event of runEvents(resolveOptions(runOptions, options, ""), probeOptions, control)) {
      if (event.type === "start") path = event.path;
      if (event.type === "interrupted") status = "interrupted";
      yield event;
    }
    const saved = await openSavedRun(path);
    const best = saved.metrics.find(({epoch}) => epoch === bestEpoch(saved.metrics)) as EpochMetrics;
    return {status, run: saved, best};
  });
}

/**
 * The folder of a run: by its name in `save`, or "latest", or by its path.
 *
 * @throws EpochscopeError if there is none.
 */
export async function runFolder(name = "latest", save = "save"): Promise<string> {
  return (await findRun(save, name)).path;
}
