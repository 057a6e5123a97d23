import type {RunsShown} from "../runs-file";
import type {RunComparison} from "./compare-runs";
import {nameOf} from "./document";

/** Under what name a run's folder keeps the comparison that its page shows. */
export const RUNS_FILE = "compared.json";

/**
 * The comparison of the last of some runs with the first, as its page shows it.
 *
 * @returns undefined where the two were not tested on the same images in the same order: the page could not show them.
 */
export function runsShown({base, runs, settings, sameData}: RunComparison): RunsShown | undefined {
  const run = runs[runs.length - 1];
  if (!sameData || !run) return undefined;
  const {total, noise} = run;
  const {images} = total;
  const right = (share: number) => Math.round(share * images);
  const words = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "–"));
  return {
    ...{base: nameOf(base), run: nameOf(run.at), images},
    ...{baseRight: right(run.accuracyBefore), right: right(run.accuracyAfter)},
    ...{changed: run.changed, bothWrong: run.bothWrong, p: total.p},
    fixed: run.fixed.map(({index, label, before, after}) => [index, label, before, after] as const),
    broken: run.broken.map(({index, label, before, after}) => [index, label, before, after] as const),
    noise: {verdict: noise.verdict, interval95: noise.interval95 ?? null},
    settings: settings.map((setting) => ({runs: setting.runs.map(nameOf), right: setting.accuracies.map(right)})),
    options: run.options.map(({name, base: was, other}) => ({name, base: words(was), other: words(other)})),
    edits: (run.at.run.facts.data as {edits?: RunsShown["edits"]}).edits ?? null,
  };
}
