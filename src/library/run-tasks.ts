import {resolveOptions, UserError} from "../nouns/options";
import type {ModelMaker} from "../pipeline/model/index";
import {probes as knownProbes} from "../pipeline/probes/index";
import {bestEpoch} from "../pipeline/record/kept-epochs";
import {findRun} from "../pipeline/record/run-directory";
import {type RunControl, run as runEvents} from "../pipeline/run";
import type {RunEvent} from "../pipeline/run/events";
import {type RunOptions, runOptions} from "../pipeline/run/options";
import {optionsOfRun} from "../pipeline/run/options-of-run";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {resumedOptions} from "../pipeline/run/resumed-options";
import type {EpochMetrics, Probe} from "../pipeline/types";
import {watch as watchEvents} from "../pipeline/watch";
import type {WatchOptions} from "../pipeline/watch/options";
import {type OpenRun, openRun} from "./saved-runs";
import {type Task, taskOf} from "./task";

/**
 * The settings of `run`: its flags in camelCase, all of them optional; a probe's options under its name; and settings
 * that only a program can give.
 */
export interface RunSettings
  extends Partial<Omit<RunOptions, "model" | "probes" | "learningRate" | "threads">>,
    Pick<RunControl, "signal" | "jobs" | "page" | "makeModel"> {
  /** A name, a file, or a function that makes the network: a tf.LayersModel that ends in "logits" and "probabilities". */
  readonly model?: RunOptions["model"] | ModelMaker;
  /** "all", "none", names with commas between them, or a list of names and of your own probes. */
  readonly probes?: string | readonly (string | Probe)[];
  readonly learningRate?: number | "auto";
  readonly threads?: number | "auto";
  /**
   * The probes' options, by the probes' names: `{lime: {samples: 250}}`. They may also stand beside the run's own
   * options.
   */
  readonly probeOptions?: ProbeOptions;
  readonly confusion?: object;
  readonly saliency?: object;
  readonly projection?: object;
  readonly lime?: object;
  readonly mistakes?: object;
  readonly attention?: object;
  /** Your own probes, which look in addition to those that `probes` names. */
  readonly ownProbes?: readonly Probe[];
  /** Called after each batch, with the number of batches done and the number in all epochs. */
  onProgress?(done: number, total: number): void;
}

/** The result of a run. */
export interface RunResult {
  readonly status: "done" | "interrupted";
  /** The run's folder, opened for reading. */
  readonly run: OpenRun;
  /** The epoch with the smallest validation loss. */
  readonly best: EpochMetrics;
}

/**
 * Trains a network, looks at it after every epoch, and leaves the run's folder with its page, as the command `run`
 * does. Await it for the result, or iterate over its events; nothing happens before. Aborting the signal ends it after
 * the current work: the result is then "interrupted"; what the network has learnt is kept, and `resume` continues the
 * run.
 *
 * @example const {best} = await run({epochs: 1, probes: ["confusion"]}); for await (const event of run({epochs: 5}))
 * show(event);
 * @throws EpochscopeError if an option or the data are not what is expected.
 */
export function run(settings: RunSettings = {}): Task<RunEvent, RunResult> {
  return taskOf(async function* () {
    const {options, probeOptions, control} = await resolved(settings);
    return yield* told(runEvents(options, probeOptions, control), settings);
  });
}

/**
 * Continues an interrupted run with the options with which it began. The result is the same, bit for bit, as without
 * the interruption.
 *
 * @param name A name, its beginning, a folder, "latest" or "latest~1".
 * @example for await (const event of resume("latest", {signal})) show(event);
 * @throws EpochscopeError NOT_FOUND if there is no such run.
 */
export function resume(
  name = "latest",
  {
    save = "save",
    ...settings
  }: {readonly save?: string; readonly dataUrl?: string} & Pick<
    RunSettings,
    "signal" | "jobs" | "page" | "makeModel" | "ownProbes" | "onProgress"
  > = {},
): Task<RunEvent, RunResult> {
  return taskOf(async function* () {
    const directory = await findRun(save, name);
    const {options, probes} = resumedOptions(directory, settings.dataUrl ?? "");
    return yield* told(runEvents(options, probes, {...controlOf(settings), resume: directory}), settings);
  });
}

/** The settings of `watch`: its flags in camelCase, and the probes' options by their names. */
export interface WatchSettings
  extends Partial<Omit<WatchOptions, "probes">>,
    Pick<RunSettings, "signal" | "jobs" | "probeOptions"> {
  readonly probes?: string | readonly string[];
  /** How many milliseconds a file must stay unchanged before it is read. */
  readonly quietFor?: number;
}

/**
 * Looks at the checkpoints that another program writes into a folder, one for each epoch, as the command `watch` does.
 * It ends with `once`, `until`, `idle` or the signal.
 *
 * @example const {run} = await watch("checkpoints", {data: "photos", once: true});
 * @throws EpochscopeError if no checkpoint fits the data, or none comes.
 */
export function watch(
  folder: string,
  {signal, jobs, quietFor, probeOptions = {}, probes, ...settings}: WatchSettings = {},
): Task<RunEvent, RunResult> {
  return taskOf(async function* () {
    const given = {
      ...settings,
      ...(probes === undefined ? {} : {probes: typeof probes === "string" ? probes : probes.join(",")}),
    };
    const control = defined({signal, jobs, quietFor});
    return yield* told(watchEvents(folder, given, probeOptions, control), signal ? {signal} : {});
  });
}

/** Passes a run's events on, and returns its result. */
async function* told(
  events: AsyncIterable<RunEvent>,
  {signal, onProgress}: Pick<RunSettings, "signal" | "onProgress">,
): AsyncGenerator<RunEvent, RunResult> {
  let path = "";
  let epochs = 0;
  let status: RunResult["status"] = "done";
  for await (const event of events) {
    if (event.type === "start") ({path, epochs} = event);
    if (event.type === "interrupted") status = "interrupted";
    if (event.type === "train") onProgress?.((event.epoch - 1) * event.batches + event.batch, epochs * event.batches);
    yield event;
  }
  if (path === "") {
    signal?.throwIfAborted();
    throw new UserError("run: expected its first event, got its end");
  }
  const opened = await openRun(path);
  const best = opened.metrics.find(({epoch}) => epoch === bestEpoch(opened.metrics)) as EpochMetrics;
  return {status, run: opened, best};
}

function controlOf({signal, jobs, page, makeModel, ownProbes}: RunSettings): RunControl {
  return defined({signal, jobs, page, makeModel, probes: ownProbes});
}

/** The settings that a program gave, divided into the options, the probes' options, and the rest. */
export async function resolved(settings: RunSettings) {
  const {
    probeOptions = {},
    ownProbes = [],
    makeModel,
    model,
    probes = "all",
    signal,
    jobs,
    page,
    onProgress: _,
    ...rest
  } = settings;
  const list = typeof probes === "string" ? [probes] : probes;
  const names = list.filter((one) => typeof one === "string");
  const own = [...ownProbes, ...list.filter((one) => typeof one !== "string")];
  const ofProbes: {[probe: string]: {readonly [name: string]: unknown}} = {...probeOptions};
  const given: {[option: string]: unknown} = {};
  for (const [option, value] of Object.entries(rest)) {
    if (knownProbes.some(({name}) => name === option)) ofProbes[option] = {...ofProbes[option], ...(value as object)};
    else if (value !== undefined) given[option] = value;
  }
  const parent = rest.from ? await optionsOfRun(rest.save ?? runOptions.save.default, rest.from) : undefined;
  for (const [probe, options] of Object.entries(parent?.probes ?? {}))
    ofProbes[probe] = {...options, ...ofProbes[probe]};
  const asked = settings.probes === undefined ? {} : {probes: names.join(",") || "none"};
  const named = typeof model === "string" ? {model} : {};
  const options = resolveOptions(runOptions, {...parent?.options, ...given, ...asked, ...named}, "");
  const maker = typeof model === "function" ? model : makeModel;
  const control = controlOf({...defined({signal, jobs, page, makeModel: maker}), ownProbes: own});
  return {options, probeOptions: ofProbes, control};
}

/** The options without those that are undefined. */
function defined<T extends object>(values: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as {[K in keyof T]?: Exclude<T[K], undefined>}; // the same names
}
