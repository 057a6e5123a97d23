import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import type {DifferentiableClassifier} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {LabelledImages} from "../nouns/samples";
import {bestEpoch} from "../pipeline/record/kept-epochs";
import {type ReadRun, readRun} from "../pipeline/record/read-run";
import {type IndexedRun, listRuns as indexedRuns} from "../pipeline/record/registry/list-runs";
import {findRun, openRunDirectory} from "../pipeline/record/run-directory";
import {type RunStatus, statusOf} from "../pipeline/record/run-status";
import {
  answersAt,
  openSavedRun,
  type RunAt,
  type SavedAnswers,
  type SavedRun,
  testImagesOf,
} from "../pipeline/record/saved-run";
import {compareRuns as comparison} from "../report/compare/compare-runs";
import {compareDocument} from "../report/compare/document";
import {type OpenModel, openModel} from "./open-model";

/** An epoch: its number, "best" (by validation loss), or "last". */
export type EpochName = number | "best" | "last";

/** A run that is open for reading. */
export interface OpenRun extends SavedRun {
  readonly name: string;
  /** The format of run.json: 1 for runs of version 0.1. */
  readonly format: 1 | 2;
  /** Whether it is running, done, interrupted, failed, or lost (its process has died). */
  status(): Promise<RunStatus>;
  /**
   * Test images by their places in the test split, by default all of them. @throws RangeError if there is no image at a
   * place.
   */
  images(indices?: ArrayLike<number>): Promise<LabelledImages>;
  /**
   * The network's answers to all test images.
   *
   * @throws EpochscopeError NOT_FOUND if the run kept none at that epoch.
   */
  predictions(epoch?: EpochName): Promise<SavedAnswers & {readonly epoch: number}>;
  /**
   * The result of a probe as plain data with flat arrays; undefined if there is none. By default that of the last
   * epoch.
   */
  artifact(probe: string, name: string, epoch?: EpochName): ReturnType<ReadRun["artifact"]>;
  /** Its best network. The caller must dispose of it. */
  model(): Promise<OpenModel & DifferentiableClassifier>;
  /**
   * Yields the metrics of each epoch: first of the epochs that are done, then of each new one, until the run ends or
   * the signal aborts.
   */
  follow(options?: {readonly signal?: AbortSignal}): AsyncIterable<SavedRun["metrics"][number]>;
}

/** Milliseconds between two looks at a run that is followed. */
const LOOK_EVERY = 300;

/**
 * Opens a run to be read.
 *
 * @param run A name, its beginning, a folder, "latest" or "latest~1".
 * @example const {probabilities, labels} = await (await openRun("latest")).predictions("best");
 * @throws EpochscopeError NOT_FOUND if there is none; BAD_FORMAT if it cannot be read.
 */
export async function openRun(run = "latest", {save = "save"}: {readonly save?: string} = {}): Promise<OpenRun> {
  const saved = await openSavedRun((await findRun(save, run)).path);
  const {path, facts, metrics} = saved;
  const epochOf = (epoch: EpochName) =>
    epoch === "best" ? bestEpoch(metrics) : epoch === "last" ? metrics.at(-1)?.epoch : epoch;
  return {
    ...saved,
    name: facts.name,
    format: (facts as {readonly format?: string}).format === "epochscope-run/1" ? 1 : 2,
    status: () =>
      statusOf(
        path,
        metrics.map(({epoch}) => epoch),
      ),
    async images(indices) {
      const {count, shape, pixels, labels} = await testImagesOf(saved);
      const places = indices ?? Array.from({length: count}, (_, n) => n);
      const size = pixels.length / count;
      const out = {pixels: new Float32Array(places.length * size), labels: new Uint16Array(places.length)};
      for (let n = 0; n < places.length; n++) {
        const from = places[n];
        if (!(Number.isInteger(from) && from >= 0 && from < count)) {
          throw new RangeError(`images: expected a place below ${count}, got ${from}`);
        }
        for (let p = 0; p < size; p++) out.pixels[n * size + p] = pixels[from * size + p] / 255;
        out.labels[n] = labels[from];
      }
      return {count: places.length, shape, ...out};
    },
    async predictions(epoch = "best") {
      const at = epochOf(epoch);
      if (at === undefined || !saved.epochs.includes(at)) {
        const kept = saved.epochs.join(", ") || "none";
        throw new UserError(`${facts.name}: expected an epoch whose answers are kept (${kept}), got ${at ?? epoch}`, {
          code: "NOT_FOUND",
        });
      }
      return {epoch: at, ...(await answersAt(saved, at))};
    },
    async artifact(probe, name, epoch = "last") {
      const at = epochOf(epoch);
      return at === undefined ? undefined : (await readRun(filesIn(path))).artifact(probe, name, at);
    },
    model: () => openModel(path, {gradients: true}),
    async *follow({signal} = {}) {
      let told = 0;
      while (!signal?.aborted) {
        const now = await openRunDirectory(path).readMetrics();
        for (; told < now.length; told++) yield now[told];
        const status = await statusOf(
          path,
          now.map(({epoch}) => epoch),
        );
        if (status !== "running") return;
        // aborted: the loop's condition has seen it
        await wait(LOOK_EVERY, undefined, signal ? {signal} : {}).catch(() => undefined);
      }
    },
  };
}

function filesIn(folder: string) {
  return async (path: string): Promise<Uint8Array | undefined> => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  };
}

/** Which runs, and in which order. */
export interface ListRunsOptions {
  /** Where runs are kept. By default "save". */
  readonly save?: string;
  /** A condition on columns of the index: `test_accuracy > 0.99 and model = 'cnn'` (docs/runs.md). */
  readonly where?: string;
  /** A column, followed by ":asc" or ":desc"; by default the newest run comes first. */
  readonly sort?: string;
  readonly limit?: number;
}

/**
 * The runs in a folder, in the form of `runs list --json` (schema epochscope/runs/1), with names in camelCase.
 *
 * @example const good = await listRuns({where: "test_accuracy > 0.99"});
 * @throws EpochscopeError BAD_OPTION if the condition is not understood.
 */
export async function listRuns({
  save = "save",
  where = "",
  sort = "",
  limit = Number.MAX_SAFE_INTEGER,
}: ListRunsOptions = {}): Promise<readonly {readonly [field: string]: unknown}[]> {
  const {result} = await indexedRuns(save, {where, sort, limit});
  return result.map(inCamelCase);
}

/** A row of the index in the form of the JSON document. */
export function inCamelCase(run: IndexedRun): {readonly [name: string]: unknown} {
  return Object.fromEntries(
    Object.entries(run).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

/**
 * Compares runs with a base run on the test images that both have, and says how much of the difference may be chance.
 * Gives the document of `compare --json` (schema epochscope/compare/1).
 *
 * @param base The run that the others are compared with, at its best epoch.
 * @param top Images and confused pairs that are listed for each run.
 * @example const {runs} = await compareRuns(await openRun("first"), [await openRun("second")]);
 * @throws EpochscopeError if they have no test image in common, or saved no answers.
 */
export async function compareRuns(
  base: SavedRun,
  others: readonly SavedRun[],
  {top = 10}: {readonly top?: number} = {},
): Promise<{readonly [field: string]: unknown}> {
  if (others.length === 0)
    throw new UserError("compareRuns: expected one run or more to compare, got none", {code: "BAD_OPTION"});
  const document = compareDocument(await comparison([base, ...others].map(atBest)), top);
  return document as {readonly [field: string]: unknown};
}

function atBest(run: SavedRun): RunAt {
  const epoch = bestEpoch(run.metrics.filter((line) => run.epochs.includes(line.epoch)));
  if (epoch !== undefined) return {run, epoch};
  throw new UserError(
    `${run.path}: expected a run with saved answers (from the probe "confusion"), got a run without them`,
  );
}
