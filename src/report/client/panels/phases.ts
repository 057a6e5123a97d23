/** The parts of an epoch's time, with their names. */
const PHASES = [
  ["train", "training"],
  ["evaluate", "evaluating"],
  ["probes", "probes"],
] as const;

/** Seconds of an epoch's phases, as its metrics tell them. */
export interface EpochSeconds {
  readonly seconds: {readonly [phase in (typeof PHASES)[number][0]]?: number};
}

/** The phases to show: all, but training if another program did it and nobody knows how long it took. */
export function phasesOf(metrics: readonly EpochSeconds[]): readonly (typeof PHASES)[number][] {
  const isTrainedHere = metrics.some(({seconds}) => (seconds.train ?? 0) > 0);
  return PHASES.filter(([phase]) => phase !== "train" || isTrainedHere);
}
