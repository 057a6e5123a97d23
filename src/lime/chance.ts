import {xoroshiro128plusFromState} from "pure-rand/generator/xoroshiro128plus";

import type {RandomSource} from "./classifier";

/** Half of a state of the generator: the hash of "lime" (FNV-1a, 32 bits). */
const STATE = 0x7e34bbc;

/**
 * The source of chance that is used if the caller brings none (xoroshiro128+, Blackman & Vigna 2018, by pure-rand). It
 * always gives the same numbers.
 *
 * @param seed Another whole number gives another stream.
 */
export function ownChance(seed = 0): RandomSource {
  const low = STATE ^ (seed | 0);
  const generator = xoroshiro128plusFromState([-1, ~low, low, Math.floor(seed / 2 ** 32)]);
  // neighbouring states give similar first draws, so those are thrown away
  for (let i = 0; i < 8; i++) generator.next();
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** The numbers 0 to count − 1 in a random order (Fisher & Yates 1938). */
export function orderByChance(count: number, random: RandomSource): number[] {
  const order = Array.from({length: count}, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The place of the largest number; if several are equal, the first of them. */
export function largestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}
