/**
 * @file The first bytes of the shared memory, below the kernels' own tables: the words by which threads synchronise,
 * and the jobs in flight. src/engine/kernels/job.ts and thread.ts use the same offsets.
 */

/** The word that counts the posted jobs; threads sleep on it. The words after it belong to the threads. */
export const POSTED = 0;

/** How many jobs may be in flight: while one is computed, the next is staged. */
export const JOBS = 2;

/** The address of the block of job n. */
export function jobAddress(n: number): number {
  return 256 + (n % JOBS) * 64;
}

/** The offsets within a job's block, in bytes. All fields are i32, except `rate` and `correction`, which are f32. */
export const JOB = {
  program: 0,
  count: 4,
  images: 8,
  labels: 12,
  output: 16,
  rate: 20,
  correction: 24,
  seed: 28,
  keys: 32,
} as const;

/**
 * The first address for the engine's arrays. The kernels' tables start at 1 KiB and end before here (a test checks it).
 */
export const FIRST = 65_536;
