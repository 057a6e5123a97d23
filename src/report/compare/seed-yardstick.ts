import type {Comparison} from "../../numbers/comparison";
import {argMaxRows} from "../../numbers/scores";
import {
  ENOUGH_SEEDS,
  type NoiseVerdict,
  type SeedDifference,
  seedDifference,
  verdictsOf,
} from "../../numbers/seed-noise";
import {answersAt, type RunAt} from "../../pipeline/record/saved-run";
import type {Setting} from "./settings";

/** @file Compares every difference of two runs with the difference that another seed alone makes. */

/** "seed" means that the two runs differ only in their seed, so that their difference itself is chance. */
export interface SeedNoise extends Partial<SeedDifference> {
  readonly verdict: NoiseVerdict | "seed";
  /** How many seeds of the base's setting are known, and of the other's. */
  readonly seeds: readonly [base: number, other: number];
  /** The runs with whose spread the differences are compared, in words; empty if there are none. */
  readonly yardstick: string;
}

/** The settings of the base and of another run. Every run belongs to a setting. */
function settingsFor(settings: readonly Setting[], base: RunAt, other: RunAt): readonly [Setting, Setting] {
  const of = (at: RunAt) => settings.find(({runs}) => runs.includes(at)) as Setting;
  return [of(base), of(other)];
}

/** The two runs' accuracies. */
export function noiseOf(settings: readonly Setting[], base: RunAt, other: RunAt): SeedNoise {
  const [a, b] = settingsFor(settings, base, other);
  const seeds = [new Set(a.seeds).size, new Set(b.seeds).size] as const;
  if (a === b) return {verdict: "seed", seeds, yardstick: ""};
  const found = Math.max(...seeds) >= ENOUGH_SEEDS ? seedDifference(a.accuracies, b.accuracies) : undefined;
  if (!found) return {verdict: "unknown", seeds, yardstick: ""};
  const isBeyond = found.interval95[0] > 0 || found.interval95[1] < 0;
  return {verdict: isBeyond ? "beyond" : "within", ...found, seeds, yardstick: yardstickOf(a, b)};
}

/** Words such as "5 seeds of rate-seed-0, and 1 run of the other setting". */
function yardstickOf(a: Setting, b: Setting): string {
  const told = ({runs, seeds}: Setting) => {
    const [first] = runs;
    return seeds.length === 1
      ? `one run of ${first.run.facts.name}'s setting`
      : `${seeds.length} seeds of ${first.run.facts.name}'s setting`;
  };
  return `${told(a)} and ${told(b)}`;
}

/**
 * A summary of a run's answers: the share of each class that is right, and how often each class is taken for another.
 */
interface Tally {
  readonly right: Float64Array;
  readonly confused: Uint32Array;
}

/** Counts the answers of each run only once. */
export function talliesOf(classes: number): (at: RunAt) => Promise<Tally> {
  const known = new Map<RunAt, Promise<Tally>>();
  return (at) => {
    const made = known.get(at) ?? tally(at, classes);
    known.set(at, made);
    return made;
  };
}

async function tally({run, epoch}: RunAt, classes: number): Promise<Tally> {
  const {probabilities, labels} = await answersAt(run, epoch);
  const predicted = argMaxRows(probabilities, classes);
  const confused = new Uint32Array(classes * classes);
  for (const [n, label] of labels.entries()) confused[label * classes + predicted[n]]++;
  const right = Float64Array.from({length: classes}, (_, k) => {
    const own = confused.subarray(k * classes, (k + 1) * classes);
    return own[k] / own.reduce((sum, count) => sum + count, 0);
  });
  return {right, confused};
}

/**
 * The classes' accuracies and the confusions' counts.
 *
 * @param tallies Undefined if the two runs have different test images; then nothing is known.
 */
export async function detailNoise(
  settings: readonly Setting[],
  base: RunAt,
  other: RunAt,
  {classes, pairs}: Pick<Comparison, "classes" | "pairs">,
  tallies: ReturnType<typeof talliesOf> | undefined,
): Promise<{readonly classNoise: NoiseVerdict[]; readonly pairNoise: NoiseVerdict[]}> {
  const sides = settingsFor(settings, base, other);
  const isKnown = sides[0] !== sides[1] && sides.some(({seeds}) => new Set(seeds).size >= ENOUGH_SEEDS);
  if (!isKnown || !tallies) {
    const unknown = (list: readonly unknown[]) => list.map((): NoiseVerdict => "unknown");
    return {classNoise: unknown(classes), pairNoise: unknown(pairs)};
  }
  const counts: Tally[][] = [];
  for (const {runs} of sides) {
    const own: Tally[] = [];
    for (const at of runs) own.push(await tallies(at));
    counts.push(own);
  }
  const by = (of: (one: Tally) => number) => [counts[0].map(of), counts[1].map(of)] as const;
  const k = classes.length;
  const there = classes.filter(({images}) => images > 0);
  const verdicts = verdictsOf(there.map(({label}) => by(({right}) => right[label])));
  return {
    classNoise: classes.map((one) => (there.includes(one) ? verdicts[there.indexOf(one)] : "unknown")),
    pairNoise: verdictsOf(pairs.map(({label, predicted}) => by(({confused}) => confused[label * k + predicted]))),
  };
}
