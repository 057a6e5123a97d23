import {UserError} from "../../nouns/options";
import {type Comparison, compareAnswers} from "../../numbers/comparison";
import {meanAndDeviation, welchInterval, wilsonInterval} from "../../numbers/intervals";
import {type Parting, type PartingRun, partingOf} from "../../pipeline/record/parting";
import {
  answersAt,
  imageKeys,
  type RunAt,
  type RunFacts,
  type SavedAnswers,
  type SavedImages,
  testImagesOf,
} from "../../pipeline/record/saved-run";
import type {EpochMetrics} from "../../pipeline/types";
import {type ExplainedApart, explainedApart} from "./explained-apart";

/** An option that two runs do not share, by its path: "options.learningRate", "probes.lime.samples". */
export interface OptionDifference {
  readonly name: string;
  readonly base: unknown;
  readonly other: unknown;
}

/**
 * A difference measured by what another seed alone does. "beyond": the 95 % interval of the difference of the two settings'
 * means leaves out 0; "within": it does not; "unknown": either setting has fewer than three seeds among the runs given; "seed": the two
 * runs differ by their seed alone.
 */
export interface SeedNoise {
  readonly verdict: "beyond" | "within" | "unknown" | "seed";
  readonly difference?: number;
  readonly interval95?: readonly [low: number, high: number];
}

/** Runs that differ in nothing but their seed. */
export interface Setting {
  readonly runs: readonly RunAt[];
  readonly seeds: readonly number[];
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** Standard deviation of the sample (divisor n - 1); NaN for a single run. */
  readonly deviation: number;
}

/** One run beside the base. */
export interface Compared extends Comparison {
  readonly at: RunAt;
  readonly metrics: EpochMetrics;
  /** Wilson's 95 % interval of the accuracy on the images compared. */
  readonly accuracyInterval: readonly [low: number, high: number];
  readonly options: readonly OptionDifference[];
  readonly noise: SeedNoise;
  /** Where the two runs first differ by bits; null: nowhere; absent where that cannot be said (`partingOf`). */
  readonly parting?: Parting | null;
  /** How alike both explain the same test images, the least alike first; none where the test images are others. */
  readonly explained: readonly ExplainedApart[];
  /** Images of the base, by index, on which the two were compared; all of them where the test sets are the same. */
  readonly indices: Uint32Array;
}

export interface RunComparison {
  readonly base: RunAt;
  readonly baseMetrics: EpochMetrics;
  readonly images: SavedImages;
  readonly classNames: readonly string[];
  /** Whether all runs were tested on the same images in the same order. */
  readonly sameData: boolean;
  readonly runs: readonly Compared[];
  readonly settings: readonly Setting[];
}

/**
 * Compares runs with the first on the test images that both have: McNemar's test, who is right where, and which options
 * differ. Runs that differ by their seed alone form a setting, whose spread is the yardstick of every difference.
 *
 * @throws UserError where two runs have no test image in common, or other classes.
 */
export async function compareRuns(references: readonly RunAt[]): Promise<RunComparison> {
  const [base, ...others] = references;
  const {classNames} = base.run.facts.data;
  const images = await testImagesOf(base.run);
  const answers = await answersAt(base.run, base.epoch);
  const keys = imageKeys(images);
  const settings = settingsOf(
    await Promise.all(references.map(async (at) => ({at, accuracy: metricsOf(at).testAccuracy}))),
  );
  const runs: Compared[] = [];
  let sameData = true;
  for (const at of others) {
    if (at.run.facts.data.classNames.join("\n") !== classNames.join("\n")) {
      throw new UserError(
        `${at.run.facts.name}: expected the classes of ${base.run.facts.name} (${classNames.length}), got ${at.run.facts.data.classNames.length} others`,
      );
    }
    const pairs = matched(keys, imageKeys(await testImagesOf(at.run)));
    if (pairs.base.length === 0) {
      throw new UserError(
        `${at.run.facts.name}: expected a test image of ${base.run.facts.name}, got none of its images`,
      );
    }
    if (!pairs.same) sameData = false;
    const comparison = compareAnswers(
      picked(answers, pairs.base, classNames.length),
      picked(await answersAt(at.run, at.epoch), pairs.other, classNames.length),
      classNames.length,
    );
    // where images were dropped the order of those that are left is another one
    const isWhole = [base, at].every(({run}) => !(run.facts.data as {readonly edits?: unknown}).edits);
    const parting = isWhole ? await partingOf(partingRun(base), partingRun(at)) : undefined;
    const inBase = <T extends {readonly index: number}>(list: readonly T[]) =>
      list.map((image) => ({...image, index: pairs.base[image.index]}));
    runs.push({
      ...comparison,
      ...{fixed: inBase(comparison.fixed), broken: inBase(comparison.broken), at, metrics: metricsOf(at)},
      accuracyInterval: wilsonInterval(Math.round(comparison.accuracyAfter * pairs.base.length), pairs.base.length),
      options: optionDifferences(base.run.facts, at.run.facts),
      noise: noiseOf(settings, base, at),
      ...(parting === undefined ? {} : {parting}),
      explained: pairs.same ? await explainedApart(base, at) : [],
      indices: pairs.base,
    });
  }
  return {base, baseMetrics: metricsOf(base), images, classNames, sameData, runs, settings};
}

function partingRun({run: {path, facts}}: RunAt): PartingRun {
  return {path, seed: facts.seed, batchSize: Number(facts.options.batchSize)};
}

function metricsOf({run, epoch}: RunAt): EpochMetrics {
  return run.metrics.find((line) => line.epoch === epoch) as EpochMetrics; // `run.epochs` has only such
}

/** Places in both lists that hold the same image; one that stands several times is matched as often as both have it. */
function matched(base: readonly string[], other: readonly string[]) {
  const places = new Map<string, number[]>();
  other.forEach((key, i) => {
    const list = places.get(key);
    if (list) list.push(i);
    else places.set(key, [i]);
  });
  for (const list of places.values()) list.reverse();
  const pairs = base.flatMap((key, i) => {
    const place = places.get(key)?.pop();
    return place === undefined ? [] : [[i, place] as const];
  });
  return {
    base: Uint32Array.from(pairs, ([i]) => i),
    other: Uint32Array.from(pairs, ([, place]) => place),
    same: pairs.length === base.length && base.length === other.length && pairs.every(([i, place]) => i === place),
  };
}

function picked({probabilities, labels}: SavedAnswers, indices: Uint32Array, classes: number): SavedAnswers {
  const rows = new Float32Array(indices.length * classes);
  indices.forEach((index, n) => {
    rows.set(probabilities.subarray(index * classes, (index + 1) * classes), n * classes);
  });
  return {probabilities: rows, labels: Uint16Array.from(indices, (index) => labels[index])};
}

/** Options that say where a run is kept or how fast it is computed, and nothing of what it gives. */
const OF_NO_EFFECT = new Set(["options.name", "options.save", "options.threads", "options.from"]);
/** Options whose default is 0 or "auto"; `training` says what they came to. */
const RESOLVED = new Set(["options.learningRate", "options.schedule"]);

/** What run.json says otherwise of the two runs: options, probes, data, engine and version. */
export function optionDifferences(base: RunFacts, other: RunFacts): OptionDifference[] {
  const [a, b] = [settingFacts(base), settingFacts(other)];
  const names = [...new Set([...a.keys(), ...b.keys()])].filter(
    (name) => !OF_NO_EFFECT.has(name) && !RESOLVED.has(name),
  );
  return names
    .filter((name) => JSON.stringify(a.get(name)) !== JSON.stringify(b.get(name)))
    .map((name) => ({name, base: a.get(name) ?? null, other: b.get(name) ?? null}));
}

function settingFacts({options, training, probes, data, engine, model, versions}: RunFacts): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  const add = (prefix: string, value: unknown) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) add(`${prefix}.${name}`, inner);
    } else facts.set(prefix, value);
  };
  add("options", options);
  add("training", training);
  add("probes", probes);
  facts.set("data.digest", data.digest);
  facts.set("model.parameters", model.parameters);
  facts.set("engine", [engine.name, engine.kernels].filter(Boolean).join(", "));
  facts.set("version", versions.epochscope);
  return facts;
}

function settingsOf(runs: readonly {readonly at: RunAt; readonly accuracy: number}[]): Setting[] {
  const groups = new Map<string, typeof runs>();
  for (const one of runs) {
    const facts = [...settingFacts(one.at.run.facts)].filter(
      ([name]) => !OF_NO_EFFECT.has(name) && name !== "options.seed",
    );
    const key = JSON.stringify(facts);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => ({
    runs: group.map(({at}) => at),
    seeds: group.map(({at}) => at.run.facts.seed),
    accuracies: group.map(({accuracy}) => accuracy),
    ...meanAndDeviation(group.map(({accuracy}) => accuracy)),
  }));
}

/** Runs of one setting from which on its spread is believed. */
const ENOUGH_SEEDS = 3;

function noiseOf(settings: readonly Setting[], base: RunAt, other: RunAt): SeedNoise {
  const [a, b] = [base, other].map((at) => settings.find(({runs}) => runs.includes(at)) as Setting); // all are in one
  const seeds = (setting: Setting) => new Set(setting.seeds).size;
  if (a === b) return {verdict: "seed"};
  if (seeds(a) < ENOUGH_SEEDS || seeds(b) < ENOUGH_SEEDS) return {verdict: "unknown"};
  const interval95 = welchInterval(a.accuracies, b.accuracies);
  if (!interval95) return {verdict: "unknown"};
  const verdict = interval95[0] > 0 || interval95[1] < 0 ? "beyond" : "within";
  return {verdict, difference: b.mean - a.mean, interval95};
}
