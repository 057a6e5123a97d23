import {judgedLoss} from "../../nouns/judged-loss";
import type {EpochMetrics} from "../types";

/** The metrics of an epoch that decide whether it is better than another. */
export type JudgedEpoch = Pick<EpochMetrics, "epoch" | "validationLoss"> & Partial<Pick<EpochMetrics, "testLoss">>;

/**
 * Whether training should stop early (Prechelt 1998): for as many epochs as the user's patience, no validation loss was
 * below the best one before. The untrained network counts as the first epoch.
 *
 * @param metrics The metrics of all epochs so far, in their order.
 * @param patience In epochs; 0 means without end.
 */
export function isStale(metrics: readonly JudgedEpoch[], patience: number): boolean {
  if (patience === 0 || metrics.length === 0) return false;
  return metrics[metrics.length - 1].epoch - bestOf(metrics).epoch >= patience;
}

/** The note for the user if a run ends for this reason. */
export function staleNote(metrics: readonly EpochMetrics[], patience: number): string {
  const last = metrics[metrics.length - 1].epoch;
  const since = patience === 1 ? "epoch" : `${patience} epochs`;
  return `ended after epoch ${last}: the validation loss has not been lower for ${since} (--patience ${patience})`;
}

function bestOf<M extends JudgedEpoch>(metrics: readonly M[]): M {
  return metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a));
}
