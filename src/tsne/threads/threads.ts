/** Below this many points the threads would mostly wait for each other. */
const WORTH_THREADS = 1500;
const POINTS_A_THREAD = 750;
/**
 * Past this many, phases are too short to share: an iteration has seven, and 10,000 points take about a millisecond.
 */
const MOST_THREADS = 8;

/** As many threads as pay for n points. In a browser one: more need memory that pages may seldom share. */
export async function automaticThreads(n: number): Promise<number> {
  if (n < WORTH_THREADS || typeof process === "undefined") return 1;
  const {availableParallelism} = await import("node:os");
  return Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(n / POINTS_A_THREAD)));
}
