import {xoroshiro128plus} from "pure-rand/generator/xoroshiro128plus";

/** A source of uniform numbers in [0, 1). Passed in wherever chance is used; the global generator is used nowhere. */
export type RandomSource = () => number;

/** xoroshiro128+ (Blackman & Vigna 2018, by pure-rand), 32 bits a draw: multiples of 2⁻³². */
export function randomSource(seed: number): RandomSource {
  const generator = xoroshiro128plus(seed | 0);
  for (let i = 0; i < 8; i++) generator.next(); // neighbouring seeds start alike; their first draws are thrown away
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** A stream of its own for each use, e.g. `fork(seed, "shuffle", epoch)`: derived, not carried. FNV-1a over the names. */
export function fork(seed: number, ...names: readonly (string | number)[]): RandomSource {
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of Buffer.from(names.join("/"))) hash = Math.imul(hash ^ byte, 0x01000193);
  return randomSource(hash);
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
