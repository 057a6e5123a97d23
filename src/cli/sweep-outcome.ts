import {judgedLoss} from "../nouns/judged-loss";
import {meanAndDeviation, welchInterval} from "../numbers/intervals";
import {findRun} from "../pipeline/record/run-directory";
import {openSavedRun} from "../pipeline/record/saved-run";
import type {SweepRun} from "../pipeline/sweep";
import type {EpochMetrics} from "../pipeline/types";

/** The results of a sweep for each setting; `--json` prints it. */
export interface Outcome {
  readonly settings: readonly {
    readonly values: {readonly [flag: string]: string};
    readonly runs: readonly string[];
    /** Test accuracy of each run at its best epoch by validation loss. */
    readonly accuracies: readonly number[];
    readonly mean: number;
    readonly deviation: number | null;
    /** The mean minus that of the first setting, with its 95 % interval (Welch); absent for the first. */
    readonly difference?: number;
    readonly interval95?: readonly [number, number] | null;
  }[];
}

/** Reads the results of the runs. The other settings are compared with the first one. */
export async function outcomeOf(save: string, grid: readonly SweepRun[]): Promise<Outcome> {
  const groups = new Map<string, SweepRun[]>();
  for (const run of grid) {
    const key = JSON.stringify(run.values);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const settings: Outcome["settings"][number][] = [];
  for (const runs of groups.values()) {
    const accuracies: number[] = [];
    for (const {name} of runs)
      accuracies.push(bestOf((await openSavedRun((await findRun(save, name)).path)).metrics).testAccuracy);
    const {mean, deviation} = meanAndDeviation(accuracies);
    const first = settings[0];
    settings.push({
      ...{values: runs[0].values, runs: runs.map(({name}) => name), accuracies, mean},
      deviation: Number.isNaN(deviation) ? null : deviation,
      ...(first
        ? {difference: mean - first.mean, interval95: welchInterval(first.accuracies, accuracies) ?? null}
        : {}),
    });
  }
  return {settings};
}

function bestOf(metrics: readonly EpochMetrics[]): EpochMetrics {
  return metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a));
}

/** The outcome in words, one line for each setting. */
export function tableOf({settings}: Outcome): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const points = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(2)}`;
  const lines = settings.map(({values, accuracies, mean, deviation, difference, interval95}) => {
    const what = Object.entries(values).map(([flag, value]) => `${flag} ${value}`);
    const spread = deviation === null ? "" : ` ± ${(100 * deviation).toFixed(2)}`;
    const verdict = interval95
      ? interval95[0] > 0 || interval95[1] < 0
        ? `beyond seed noise (95 %: ${interval95.map(points).join(" to ")})`
        : `within seed noise (95 %: ${interval95.map(points).join(" to ")})`
      : "too few seeds to tell gain from chance";
    const gain = difference === undefined ? "" : `  ${points(difference)} points, ${verdict}`;
    return `${what.join(", ") || "all seeds"}: test accuracy ${percent(mean)}${spread} over ${accuracies.length} seed${accuracies.length === 1 ? "" : "s"}${gain}`;
  });
  return ["", ...lines].join("\n");
}
