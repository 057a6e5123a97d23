import {UserError} from "../../nouns/options";
import type {ChangedImage} from "../../numbers/comparison";
import type {RunAt} from "../../pipeline/record/saved-run";
import type {Compared, RunComparison} from "./compare-runs";

/**
 * The document of `compare --json`, schema "epochscope/compare/1": plain data, with null for NaN.
 *
 * @param most How many images that turned right, images that turned wrong and confused pairs are listed for each run. `fixed`, `broken` and
 * `changedPairs` say how many there are.
 */
export function compareDocument(comparison: RunComparison, most: number): object {
  const {base, baseMetrics, runs, classNames, sameData, settings, images} = comparison;
  const fileOf = (index: number) => (images.files ? {file: images.files[index]} : {});
  const changed = (run: string, change: "fixed" | "broken", list: readonly ChangedImage[]) =>
    list.slice(0, most).map(({index, label, before, after, ...probabilities}) => ({
      ...{run, change, index, ...fileOf(index)},
      ...{label: classNames[label], before: classNames[before], after: classNames[after]},
      ...probabilities,
    }));
  return {
    schema: "epochscope/compare/1",
    sameData,
    base: {...named(base), metrics: baseMetrics, accuracyInterval95: comparison.baseInterval},
    runs: runs.map((run) => ({
      ...named(run.at),
      metrics: run.metrics,
      images: run.total.images,
      accuracy: run.accuracyAfter,
      accuracyInterval95: run.accuracyInterval,
      baseAccuracy: run.accuracyBefore,
      difference: run.total.difference,
      interval95: run.total.interval95,
      mcnemarP: run.total.p,
      fixed: run.total.fixed,
      broken: run.total.broken,
      bothWrong: run.bothWrong,
      changedPairs: run.pairs.length,
      options: run.options,
      seedNoise: run.noise,
      explanations: run.explained.map(({target, ...one}) => ({
        ...one,
        ...fileOf(one.index),
        target: classNames[target],
      })),
      ...(run.parting === undefined ? {} : {parting: run.parting}),
    })),
    settings: settings.map((setting) => ({
      runs: setting.runs.map(nameOf),
      seeds: setting.seeds,
      accuracies: setting.accuracies,
      mean: setting.mean,
      deviation: Number.isNaN(setting.deviation) ? null : setting.deviation,
    })),
    classes: runs.flatMap((run) =>
      run.classes.map(({label, before, after, holmP, p, fixed, broken, difference, images: count}) => ({
        run: nameOf(run.at),
        class: classNames[label],
        images: count,
        ...(count > 0 ? {before, after} : {before: null, after: null}),
        ...{difference, fixed, broken, mcnemarP: p, holmP, seedNoise: run.classNoise[label]},
      })),
    ),
    pairs: runs.flatMap((run) =>
      run.pairs.slice(0, most).map(({label, predicted, before, after}, n) => ({
        ...{run: nameOf(run.at), label: classNames[label], predicted: classNames[predicted], before, after},
        seedNoise: run.pairNoise[n],
      })),
    ),
    images: runs.flatMap((run) => [
      ...changed(nameOf(run.at), "fixed", run.fixed),
      ...changed(nameOf(run.at), "broken", run.broken),
    ]),
  };
}

/** A run's name with the epoch, in the form that `compare` accepts. */
export function nameOf({run, epoch}: RunAt): string {
  return `${run.facts.name}@${epoch}`;
}

function named(at: RunAt) {
  return {run: at.run.facts.name, path: at.run.path, epoch: at.epoch};
}

/** The metrics that may decide, and whether a larger number is better. */
export const DECIDING = {
  "test-accuracy": {field: "testAccuracy", moreIsBetter: true},
  "test-loss": {field: "testLoss", moreIsBetter: false},
  "validation-accuracy": {field: "validationAccuracy", moreIsBetter: true},
  "validation-loss": {field: "validationLoss", moreIsBetter: false},
} as const;
export type DecidingMetric = keyof typeof DECIDING;

/** By how much a run is worse than the base, in the metric's own unit; negative if it is better. */
export function worseBy(comparison: RunComparison, run: Compared, metric: DecidingMetric): number {
  const {field, moreIsBetter} = DECIDING[metric];
  if (!run.isSame && field === "testAccuracy") return run.accuracyBefore - run.accuracyAfter; // of those that both have
  if (!run.isSame && field === "testLoss") {
    throw new UserError(
      `--metric ${metric}: expected runs tested on the same images, got ${run.total.images} that both have; test-accuracy is of these`,
    );
  }
  const [after, before] = [run.metrics[field], comparison.baseMetrics[field]];
  if (after === null || before === null) {
    throw new UserError(`--metric ${metric}: expected runs with validation images, got one without`);
  }
  const gain = after - before;
  return moreIsBetter ? -gain : gain;
}
