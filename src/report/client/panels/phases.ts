/** The parts of an epoch's time, with their names. */
const PHASES = [
  ["train", "training"],
  ["evaluate", "evaluating"],
  ["probes", "probes"],
] as const;

/** The seconds of an epoch's phases, from its metrics. */
export interface EpochSeconds {
  readonly seconds: {readonly [phase in (typeof PHASES)[number][0]]?: number};
}

/** The phases to show: all; but not training, if another program did it and its time is not known. */
export function phasesOf(metrics: readonly EpochSeconds[]): readonly (typeof PHASES)[number][] {
  const isTrainedHere = metrics.some(({seconds}) => (seconds.train ?? 0) > 0);
  return PHASES.filter(([phase]) => phase !== "train" || isTrainedHere);
}
