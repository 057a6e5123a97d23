import {xoroshiro128plusFromState} from "pure-rand/generator/xoroshiro128plus";

import type {RandomSource} from "./classifier";

/** Half of a state of the generator: the hash of "lime" (FNV-1a, 32 bits). */
const STATE = 0x7e34bbc;

/**
 * The chance of whoever brings none (xoroshiro128+, Blackman & Vigna 2018, by pure-rand): always the same.
 *
 * @param seed Another whole number gives another stream.
 */
export function ownChance(seed = 0): RandomSource {
  const low = STATE ^ (seed | 0);
  const generator = xoroshiro128plusFromState([-1, ~low, low, Math.floor(seed / 2 ** 32)]);
  for (let i = 0; i < 8; i++) generator.next(); // the first draws of neighbouring states are alike
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** 0 to count − 1 in an order by chance (Fisher & Yates 1938). */
export function orderByChance(count: number, random: RandomSource): number[] {
  const order = Array.from({length: count}, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Place of the largest of some numbers; the first of equals. */
export function largestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}
