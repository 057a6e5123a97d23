/** With fewer points than this, threads would mostly wait for each other. */
const WORTH_THREADS = 1500;
const POINTS_A_THREAD = 750;
/**
 * With more threads than this, phases are too short to share: an iteration has seven of them, and takes about a
 * millisecond for 10,000 points.
 */
const MOST_THREADS = 8;

/**
 * How many threads are worth their cost for n points. In a browser it is one: more need shared memory, which pages can
 * seldom have.
 */
export async function automaticThreads(n: number): Promise<number> {
  if (n < WORTH_THREADS || typeof process === "undefined") return 1;
  const {availableParallelism} = await import("node:os");
  return Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(n / POINTS_A_THREAD)));
}
