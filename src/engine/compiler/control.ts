/**
 * @file The first bytes of the shared memory, below the kernels' own tables: how threads meet, and the jobs in flight.
 * src/engine/kernels/job.ts and thread.ts know the same offsets.
 */

/** Word that counts the jobs posted; threads sleep on it. Those after it are the threads' own. */
export const POSTED = 0;

/** Jobs that may be in flight: while one is computed, the next is staged. */
export const JOBS = 2;

/** Byte of job n's block. */
export function jobAddress(n: number): number {
  return 256 + (n % JOBS) * 64;
}

/** Offsets within a job's block, in bytes; all are i32 but `rate` and `correction`, f32. */
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

/** First byte for the engine's arrays. The kernels' tables stand from 1 KiB on and end before here (tested). */
export const FIRST = 65_536;
