/** The facts about the work from which its time is estimated. */
export interface Work {
  /** How many explanations are missing, and in how many shards they are. */
  readonly explanations: number;
  readonly shards: number;
  /** Seconds that one worker needs for an explanation, and to open the run. */
  readonly secondsEach: number;
  readonly openSeconds: number;
  /** Seconds that the command itself takes before and after: its start, and the run's page. */
  readonly aroundSeconds?: number;
}

/** The time that a number of machines would take. */
export interface Estimate {
  readonly machines: number;
  readonly workers: number;
  readonly seconds: number;
  /** The share of all workers' time in which they work. */
  readonly efficiency: number;
}

/** How many shards one queue hands out in a second; 1,700 to 2,700 were measured with one Redis on two cores. */
const HANDED_OUT = 1000;

/**
 * Estimates how long workers take. Each opens the run, then they take shards until none is left, so some of them may
 * have nothing to do at the end. A queue hands out at most a thousand shards in a second:
 *
 *     T = around + open + max(⌈shards / workers⌉ · explanations / shards · seconds each, shards / 1000)
 */
export function estimate(work: Work, machines: number, workersEach: number): Estimate {
  const {explanations, shards, secondsEach, openSeconds, aroundSeconds = 0} = work;
  const workers = machines * workersEach;
  if (shards === 0) return {machines, workers, seconds: aroundSeconds, efficiency: 1};
  const waves = Math.ceil(shards / workers);
  const seconds =
    aroundSeconds + openSeconds + Math.max((waves * explanations * secondsEach) / shards, shards / HANDED_OUT);
  return {machines, workers, seconds, efficiency: (explanations * secondsEach) / (workers * seconds)};
}

/** Twice as many machines must save this share of the time, or they are not worth it. */
const WORTH = 0.1;
const MOST_MACHINES = 1000;

/**
 * The smallest number of machines (of 1, 2, 4, … up to 1,000) for which twice as many would save less than a tenth of
 * the time.
 */
export function enoughMachines(work: Work, workersEach: number): number {
  for (let machines = 1; machines < MOST_MACHINES; machines *= 2) {
    const [now, twice] = [machines, 2 * machines].map((count) => estimate(work, count, workersEach).seconds);
    if (twice >= (1 - WORTH) * now) return machines;
  }
  return MOST_MACHINES;
}
