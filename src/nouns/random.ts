import {xoroshiro128plusFromState} from "pure-rand/generator/xoroshiro128plus";

/** A source of uniform numbers in [0, 1). Passed in wherever chance is used; the global generator is used nowhere. */
export type RandomSource = () => number;

/**
 * xoroshiro128+ (Blackman & Vigna 2018, by pure-rand), 32 bits a draw: multiples of 2⁻³².
 *
 * @param seed A whole number from 0 to 2⁵³ − 1; each has a stream of its own.
 */
export function randomSource(seed: number): RandomSource {
  return stream(seed | 0, highWord(seed));
}

/** A stream of its own for each use, e.g. `fork(seed, "shuffle", epoch)`: derived, not carried. FNV-1a over the names. */
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

/** FNV-1a (Fowler, Noll & Vo 1991), 32 bits, from a basis that `start` has changed. */
function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0x811c9dc5 ^ start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/** The generator whose state begins with these 64 bits; with `high` 0 it is pure-rand's own for a seed of 32 bits. */
function stream(low: number, high: number): RandomSource {
  const generator = xoroshiro128plusFromState([-1, ~low, low, high]);
  for (let i = 0; i < 8; i++) generator.next(); // neighbouring seeds start alike; their first draws are thrown away
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
