import {judgedLoss} from "../../nouns/judged-loss";
import {meanAndDeviation} from "../../numbers/intervals";
import {powerLaw} from "../../numbers/power-law";
import type {SavedRun} from "../record/saved-run";
import type {SweepRun} from "../sweep";
import type {SizeCurve, SizePoint} from "./types";

/** A run of the sweep, and its results. */
export interface TrialRun {
  readonly run: SweepRun;
  readonly saved: SavedRun;
}

/** The flag that says how many images are learnt from. */
export const IMAGES = "train-limit";

/**
 * When mistakes are learnt one at a time, the error is measured after this many, and each time that their number has
 * doubled.
 */
export const FIRST_LOOK = 10;

/** The most lines that one picture shows. */
export const MOST_LINES = 6;

/** Flags that say how large something is: how much is learnt from, how wide and how deep the network is. */
export function sizeFlags(grid: readonly SweepRun[]): string[] {
  const flags = Object.keys(grid[0]?.values ?? {}).filter((flag) => flag === IMAGES || /\.(width|depth)$/.test(flag));
  return flags.filter((flag) => new Set(grid.map(({values}) => values[flag])).size > 1);
}

/** How the error changes with each such flag, with a line for each combination of the others. */
export function sizeCurves(runs: readonly TrialRun[]): SizeCurve[] {
  return sizeFlags(runs.map(({run}) => run)).map((flag) => {
    const series = groupsBy(runs, ({run: {values}}) => nameOf(values, flag)).map(([name, own]) => {
      const points = groupsBy(own, ({run}) => run.values[flag])
        .map(([, seeds]) => pointOf(flag, seeds))
        .sort((a, b) => a.x - b.x);
      const law =
        flag === IMAGES ? powerLaw(points.flatMap(({x, errors}) => errors.map((y) => [x, y] as const))) : undefined;
      return {name, points, ...(law ? {law} : {})};
    });
    return {flag, label: flag === IMAGES ? "images learnt from" : flag, series};
  });
}

function nameOf(values: SweepRun["values"], but: string): string {
  return Object.entries(values)
    .filter(([flag]) => flag !== but)
    .map(([flag, value]) => `${flag} ${value}`)
    .join(", ");
}

function pointOf(flag: string, seeds: readonly TrialRun[]): SizePoint {
  const errors = seeds.map(({saved}) => errorOf(saved));
  const {mean, deviation} = meanAndDeviation(errors);
  const [{run, saved}] = seeds;
  const {train} = saved.facts.data as unknown as {readonly train: number};
  return {
    x: flag === IMAGES ? train : Number(run.values[flag]),
    ...{errors, mean, deviation: Number.isNaN(deviation) ? null : deviation},
    weights: saved.facts.model.parameters,
  };
}

/** The share of test images that were wrong at the best epoch by validation loss. */
function errorOf({metrics}: SavedRun): number {
  return 1 - metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a)).testAccuracy;
}

function groupsBy<T>(list: readonly T[], key: (one: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups];
}
