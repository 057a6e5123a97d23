import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

import {EpochscopeError} from "../../nouns/errors";
import {meanAndDeviation} from "../../numbers/intervals";
import {readStatusFile} from "../../pipeline/record/run-status";
import {runsIn} from "../../pipeline/record/runs-in";
import {findRunAt, openSavedRun, type RunAt, type RunFacts} from "../../pipeline/record/saved-run";

/**
 * @file Finds the runs of one setting, which differ only in their seed, and the differences between two runs' settings.
 */

/** Runs that differ only in their seed, as far as learning is concerned. */
export interface Setting {
  readonly runs: readonly RunAt[];
  readonly seeds: readonly number[];
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** The standard deviation of the sample (divisor n - 1); NaN for a single run. */
  readonly deviation: number;
}

/** An option in which two runs differ, by its path: "options.learningRate", "probes.lime.samples". */
export interface OptionDifference {
  readonly name: string;
  readonly base: unknown;
  readonly other: unknown;
}

/** Options that say where a run is kept or how fast it is computed, and that do not change its results. */
const OF_NO_EFFECT = new Set(["options.name", "options.save", "options.threads", "options.from"]);
/** Options whose default is 0 or "auto"; `training` contains their real values. */
const RESOLVED = new Set(["options.learningRate", "options.schedule"]);
/**
 * Options that do not belong to a setting: those about what is looked at and kept, and those about random numbers. The
 * digest represents the data and the edits.
 */
const OF_LOOKING = new Set(
  [
    ...["probes", "samples", "track", "columns", "projector", "logs", "keepEpochs", "pageModel", "checkpointEvery"],
    ...["dynamicsPass", "folds", "data", "dataUrl", "edit", "maxPixels", "maxData"],
    "testSeed", // random, like the seed
  ].map((name) => `options.${name}`),
);

/** The differences between the run.json files of two runs: options, probes, data, engine and version. */
export function optionDifferences(base: RunFacts, other: RunFacts): OptionDifference[] {
  const [a, b] = [settingFacts(base), settingFacts(other)];
  const names = [...new Set([...a.keys(), ...b.keys()])].filter(
    (name) => !OF_NO_EFFECT.has(name) && !RESOLVED.has(name),
  );
  return names
    .filter((name) => JSON.stringify(a.get(name)) !== JSON.stringify(b.get(name)))
    .map((name) => ({name, base: a.get(name) ?? null, other: b.get(name) ?? null}));
}

function settingFacts(run: RunFacts): Map<string, unknown> {
  const {options, training, probes, data, engine, model, versions, watch} = run;
  const facts = new Map<string, unknown>();
  const add = (prefix: string, value: unknown) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) add(`${prefix}.${name}`, inner);
    } else facts.set(prefix, value);
  };
  add("options", options);
  add("training", training);
  add("probes", probes);
  // another program trained it, so its seed is not known here, and each folder is a separate setting
  if (watch) facts.set("watch.folder", watch.folder);
  facts.set("data.digest", data.digest);
  facts.set("model.parameters", model.parameters);
  facts.set("engine", [engine.name, engine.kernels].filter(Boolean).join(", "));
  facts.set("version", versions.epochscope);
  return facts;
}

/** A key that is equal for two runs if they differ only in their seed, as far as learning is concerned. */
function settingKey(facts: RunFacts): string {
  const isLearnt = (name: string) =>
    !(OF_NO_EFFECT.has(name) || OF_LOOKING.has(name) || RESOLVED.has(name) || name.startsWith("probes.")) &&
    name !== "options.seed";
  const kept = [...settingFacts(facts)].filter(([name]) => isLearnt(name));
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Groups runs by their setting, in the given order. */
export function settingsOf(runs: readonly RunAt[]): Setting[] {
  const groups = new Map<string, RunAt[]>();
  for (const one of runs) {
    const key = settingKey(one.run.facts);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const accuracies = group.map(({run, epoch}) => run.metrics.find((line) => line.epoch === epoch)?.testAccuracy ?? 0);
    return {
      ...{runs: group, seeds: group.map(({run}) => run.facts.seed), accuracies},
      ...meanAndDeviation(accuracies),
    };
  });
}

/** Other runs of the same settings in the same folders, and words about those that could not be read. */
export interface SeedRuns {
  readonly runs: readonly RunAt[];
  readonly unread: readonly string[];
}

/**
 * The completed runs in the same folders as some runs that differ from one of these only in their seed, such as those
 * of a sweep. It takes one run for each seed, at the best epoch or, if a run is looked at after another epoch, after
 * that one.
 */
export async function seedRuns(references: readonly RunAt[]): Promise<SeedRuns> {
  const wanted = new Map<string, RunAt>();
  for (const at of references) if (!wanted.has(settingKey(at.run.facts))) wanted.set(settingKey(at.run.facts), at);
  const seen = new Set(references.map(({run: {facts}}) => `${settingKey(facts)} ${facts.seed}`));
  const known = new Set(references.map(({run}) => run.path));
  const runs: RunAt[] = [];
  const unread: string[] = [];
  for (const save of new Set(references.map(({run}) => dirname(run.path)))) {
    for (const {path} of await runsIn(save)) {
      if (known.has(path)) continue;
      const facts = await trainedFacts(path);
      const key = facts && settingKey(facts);
      const like = key === undefined ? undefined : wanted.get(key);
      if (!facts || !like || seen.has(`${key} ${facts.seed}`)) continue;
      try {
        const at = await seedRunLike(save, path, like);
        if (!at) continue;
        seen.add(`${key} ${facts.seed}`);
        runs.push(at);
      } catch (error) {
        if (!(error instanceof EpochscopeError)) throw error;
        unread.push(error.message);
      }
    }
  }
  return {runs: runs.sort((a, b) => a.run.facts.seed - b.run.facts.seed), unread};
}

/**
 * A run at the epoch at which another run is looked at. @returns Undefined if it is not completed, or if it kept no
 * answers at that epoch.
 */
async function seedRunLike(save: string, path: string, like: RunAt): Promise<RunAt | undefined> {
  const run = await openSavedRun(path);
  const last = run.metrics.some(({epoch}) => epoch === run.facts.options.epochs);
  const isWhole = last || (run.facts.options.patience && (await readStatusFile(path))?.status === "done");
  if (!isWhole || run.epochs.length === 0) return undefined;
  if ((await findRunAt(save, `${like.run.path}@best`)).epoch === like.epoch) return findRunAt(save, `${path}@best`);
  return run.epochs.includes(like.epoch) ? {run, epoch: like.epoch} : undefined;
}

/**
 * The content of run.json for a run that trained an image classifier; undefined for any other run, which cannot be used
 * for the comparison.
 */
async function trainedFacts(path: string): Promise<RunFacts | undefined> {
  const text = await readFile(join(path, "run.json"), "utf8");
  let facts: Partial<RunFacts>;
  try {
    facts = JSON.parse(text) as Partial<RunFacts>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // it is damaged; `runs verify` says so
    throw error;
  }
  const {training, options, data, model, engine, versions} = facts;
  return training && options && data && model && engine && versions ? (facts as RunFacts) : undefined;
}
