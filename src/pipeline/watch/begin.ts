import type {Dataset} from "../../nouns/samples";
import {shownTest} from "../data/shown-test";
import {first} from "../data/split";
import {labelsAt} from "../data/split-labels";
import type {Jobs} from "../jobs/jobs";
import {environment} from "../record/environment";
import {sweepFiles} from "../record/leftovers";
import {createRunDirectory, type RunDirectory} from "../record/run-directory";
import {lockRun, type RunLock} from "../record/run-lock";
import {runName} from "../record/run-name";
import {clearLogs, logFolderOf} from "../record/tensorboard/log-folder";
import type {RunEvent} from "../run/events";
import type {Looking} from "../run/look";
import {type ChosenProbe, suitedProbes} from "../run/probe-once";
import {samplePlaces} from "../run/samples";
import {openRunLog, type RunLog} from "../run/tensorboard";
import {hasTestImages, keepTestImages} from "../run/test-images";
import {fitToAnswers, fitToNetwork, openTestData} from "./data";
import {watchFacts} from "./facts";
import type {Checkpoint} from "./folder";
import {type LookedAt, readLookedAt, runToGoOnWith} from "./looked-at";
import {networkInTurn} from "./network-in-turn";
import {type OpenedCheckpoint, type Sizes, sizesOf} from "./opened";
import type {Told} from "./options";
import {foundLines} from "./words";

/** A run of checkpoints that is under way. */
export interface Watched {
  readonly directory: RunDirectory;
  readonly lock: RunLock;
  readonly log: RunLog;
  readonly looking: Looking;
  /** The sizes of inputs and outputs that every checkpoint must have. */
  readonly sizes: Sizes;
  /** The epochs that are in TensorBoard, including the current one. */
  readonly seen: Set<number>;
  /**
   * For each path, the state in which the file was looked at. As long as the state is the same, the file need not be
   * read again.
   */
  readonly stamps: Map<string, string>;
  lookedAt: LookedAt;
  /** From now on, this checkpoint's network is looked at. */
  show(opened: OpenedCheckpoint): void;
}

interface Beginning {
  readonly folder: string;
  readonly told: Told;
  /** The names of the outputs from the user. */
  readonly names: readonly string[] | undefined;
  readonly chosen: readonly ChosenProbe[];
  /** The first checkpoint. */
  readonly opened: OpenedCheckpoint;
  readonly checkpoint: Checkpoint;
  readonly jobs: Jobs;
}

/** Opens the data and fits them to the network; makes the run, or continues an earlier one. */
export async function* beginWatching(
  {folder, told, names, chosen, opened, checkpoint, jobs}: Beginning,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, Watched> {
  const {options} = told;
  const made = environment();
  const sizes = sizesOf(opened);
  const opening =
    opened.data ?? (yield* dataEvents(openTestData(options, {side: opened.side, outputs: sizes.outputs}, signal)));
  const {data, usable, notes} = fittedToCheckpoint({opened, names, chosen, checkpoint}, opening, options.probes);
  const facts = (name: string) => watchFacts(name, folder, options, usable, made, data, opened);
  const before = await runToGoOnWith(options.save, options.name, facts(""));
  const {directory, lock} = before
    ? {directory: before, lock: await lockRun(before.path)}
    : yield* newRun(options.save, options.name, runName(made.startedAt, data.name, "watch"), facts);
  try {
    if (before) for (const at of [before.path, await logFolderOf(before.path)]) await sweepFiles(at);
    if (!before || !(await hasTestImages(directory, data))) await keepTestImages(directory, data);
    const epochs = options.until || Number.POSITIVE_INFINITY;
    const metrics = before ? await directory.readMetrics() : [];
    yield {type: "start", path: directory.path, data, model: opened.model, engine: opened.engine, epochs};
    for (const line of [...foundLines(told, opened), ...notes, ...(opened.said ?? [])]) yield {type: "say", line};
    if (metrics.length > 0) {
      yield {
        type: "say",
        line: `going on with an earlier run, which has epoch ${metrics.map((m) => m.epoch).join(", ")}`,
      };
    }
    const inTurn = networkInTurn(opened.network, data.classNames);
    const seen = new Set(metrics.map(({epoch}) => epoch));
    const {save: _, name: __, ...logged} = options;
    const log = await openRunLog(directory, {...logged, engine: opened.engine.name}, inTurn.network, data, {
      projected: options.projector,
      names: options.logs,
      batchSize: 1,
      isKept: (epoch) => seen.has(epoch),
    });
    const testLabels = await labelsAt(data.test, first(data.test.count));
    let shown = opened;
    const looking: Looking = {
      ...{seed: options.seed, chosen: usable, data, network: inTurn.network, jobs, directory, log, metrics, signal},
      layers: opened.model.layers,
      told: new Set<string>(),
      isKept: () => true,
      isProbed: (epoch) => epoch % options.every === 0,
      isLast: () => false,
      rateAfter: () => undefined,
      sampleIndices: samplePlaces(options.samples, testLabels, data.classNames.length),
      modelFiles: async () => shown.files,
    };
    return {
      ...{directory, lock, log, looking, sizes, seen},
      stamps: new Map(),
      lookedAt: before ? await readLookedAt(directory) : {},
      show(next) {
        shown = next;
        inTurn.put(next.network);
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Fits the data to a checkpoint's network, and chooses the probes that it can answer. */
export function fittedToCheckpoint(
  {opened, names, chosen, checkpoint}: Pick<Beginning, "opened" | "names" | "chosen" | "checkpoint">,
  read: Dataset,
  asked: string,
) {
  const sizes = sizesOf(opened);
  const {data: fitted, notes} = opened.answers
    ? fitToAnswers(read, sizes, names, checkpoint.path)
    : fitToNetwork(read, sizes, names, checkpoint.path);
  // answers are found by the places of all images
  const {note, ...tests} = opened.answers ? {test: fitted.test} : shownTest(fitted.test, fitted.imageShape);
  const data = {...fitted, ...tests};
  const {chosen: suited, notes: unsuited} = suitedProbes(chosen, opened.network, asked);
  const usable = suited
    .filter(({probe}) => opened.probes?.includes(probe.name) ?? true)
    .map((one) => withLongMaps(one, data.test.count));
  return {data, usable, notes: [...notes, ...(note ? [note] : []), ...unsuited]};
}

/**
 * Between two checkpoints of another program, a network may change by any amount, so a map that starts from the last
 * one gets as many iterations as a first map. With 10,000 digits, from an untrained network to one with 88 % right
 * answers, the divergence is then 2.2 instead of 4.1.
 */
function withLongMaps(one: ChosenProbe, images: number): ChosenProbe {
  const values = one.values as {readonly method?: string; readonly iterations?: number};
  if (one.probe.name !== "projection" || values.method !== "tsne" || values.iterations !== 0) return one;
  return {...one, values: {...values, iterations: images >= 5000 ? 300 : 700}};
}

async function* newRun(
  save: string,
  given: string,
  otherwise: string,
  facts: (name: string) => object,
): AsyncGenerator<RunEvent, {readonly directory: RunDirectory; readonly lock: RunLock}> {
  const {lock, note, ...directory} = await createRunDirectory(save, given || otherwise, {facts, numbered: !given});
  await clearLogs(directory.path);
  if (note) yield {type: "say", line: note};
  return {directory, lock};
}

/** Passes on the progress of reading the data, and returns the data. */
async function* dataEvents(opening: ReturnType<typeof openTestData>): AsyncGenerator<RunEvent, Dataset> {
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
    yield "note" in value ? {type: "say", line: value.note} : {type: "data", ...value};
  }
}
