import {xoroshiro128plusFromState} from "pure-rand/generator/xoroshiro128plus";

/**
 * A source of uniform numbers in [0, 1). Every function that needs chance takes one as an argument; nothing uses
 * `Math.random`.
 */
export type RandomSource = () => number;

/**
 * xoroshiro128+ (Blackman & Vigna 2018, by pure-rand): 32 bits for each draw, so the numbers are multiples of 2⁻³².
 *
 * @param seed A whole number from 0 to 2⁵³ − 1; each seed gives a stream of its own.
 */
export function randomSource(seed: number): RandomSource {
  return stream(seed | 0, highWord(seed));
}

/**
 * A separate stream for each use, for example `fork(seed, "shuffle", epoch)`. It depends only on its arguments (FNV-1a
 * over the names), not on what was drawn before.
 */
export function fork(seed: number, ...names: readonly (string | number)[]): RandomSource {
  const bytes = new TextEncoder().encode(names.join("/"));
  const high = highWord(seed);
  // a hash of its own for the bits from 2³² on; 0 stands for none of them, so smaller seeds have the streams they always had
  return stream(hashOf(bytes, seed), high === 0 ? 0 : hashOf(bytes, high) || 1);
}

/** The bits of a seed from 2³² on. */
function highWord(seed: number): number {
  return seed >= 2 ** 32 ? Math.floor(seed / 2 ** 32) : 0;
}

/** FNV-1a (Fowler, Noll & Vo 1991) with 32 bits; `start` changes the basis from which it begins. */
function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0x811c9dc5 ^ start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/**
 * The generator whose state begins with these 64 bits. With `high` 0 it equals pure-rand's own generator for a 32-bit
 * seed.
 */
function stream(low: number, high: number): RandomSource {
  const generator = xoroshiro128plusFromState([-1, ~low, low, high]);
  for (let i = 0; i < 8; i++) generator.next(); // neighbouring seeds give similar first draws, so those are thrown away
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** A permutation of 0..count−1 (Fisher–Yates). */
export function shuffled(count: number, random: RandomSource): Uint32Array {
  const order = Uint32Array.from({length: count}, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  return order;
}

/** A standard normal number (Box & Muller 1958). */
export function normal(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
