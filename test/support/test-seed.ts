/** @file The seed of tests that try what chance picks: `TEST_SEED=7 npm run test:full` tries other cases than the last time. */
import {fork, type RandomSource} from "../../src/nouns/random";

export const TEST_SEED = Number(process.env.TEST_SEED ?? 1);

/** Chance for one test, the same at each run with one seed. */
export function chanceOf(test: string): RandomSource {
  return fork(TEST_SEED, test);
}

/** A whole number from `low` up to, and without, `high`. */
export function between(random: RandomSource, low: number, high: number): number {
  return low + Math.floor(random() * (high - low));
}
