import {availableParallelism} from "node:os";

/** Below this many points the threads would mostly wait for each other. */
const WORTH_THREADS = 1500;
/** Past this many, phases are too short to share: an iteration has seven, and 10,000 points take about a millisecond. */
const MOST_THREADS = 8;

/** As many threads as pay for n points. */
export function automaticThreads(n: number): number {
  if (n < WORTH_THREADS) return 1;
  return Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(n / 750)));
}
