import {fork, type RandomSource} from "../../../nouns/random";

/**
 * @file Draws the first weights without tfjs, with the same bits as tfjs' initialisers. `initializers.ts` asks tfjs for
 * them.
 */

/** The seed of a layer's initialiser. tfjs takes an integer, and 0 would mean no seed. */
export function seedOf(seed: number, name: string): number {
  return 1 + Math.floor(fork(seed, "initial weights", name)() * (2 ** 31 - 2));
}

/**
 * He's normal initialiser (He et al. 2015, section 2.2) in tfjs' form: a normal number of variance 2 / fan-in, drawn
 * again if it is more than two standard deviations from 0. Pairs are drawn by Marsaglia's polar method (1964).
 */
export function heNormalValues(seed: number, layer: string, fanIn: number, count: number): Float32Array {
  const random = alea(`${seedOf(seed, layer)}`);
  const deviation = Math.sqrt(2 / fanIn);
  const most = 2 * deviation;
  const isNear = (value: number) => value <= most && value >= -most;
  let second = Number.NaN;
  return Float32Array.from({length: count}, () => {
    if (!Number.isNaN(second)) {
      const value = second;
      second = Number.NaN;
      return value;
    }
    for (;;) {
      const [x, y] = [2 * random() - 1, 2 * random() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const stretch = Math.sqrt((-2 * Math.log(square)) / square);
      const first = deviation * x * stretch;
      if (!isNear(first)) continue;
      const other = deviation * y * stretch;
      if (isNear(other)) second = other;
      return first;
    }
  });
}

/** Glorot's uniform initialiser (Glorot & Bengio 2010, eq. 16) in tfjs' form: within ±√(6 / (fan-in + fan-out)). */
export function glorotUniformValues(seed: number, layer: string, fans: readonly [number, number], count: number) {
  const random = alea(`${seedOf(seed, layer)}`);
  const limit = Math.sqrt(3 * (1 / Math.max(1, (fans[0] + fans[1]) / 2)));
  return Float32Array.from({length: count}, () => -limit + random() * (limit + limit));
}

/** Alea (Baagøe 2010), the random number generator of tfjs: three 32-bit fractions, and a carry. */
function alea(seed: string): RandomSource {
  const fraction = 2 ** -32;
  let mixed = 0xefc8249d;
  const mash = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      mixed += text.charCodeAt(i);
      let h = 0.02519603282416938 * mixed;
      mixed = h >>> 0;
      h = (h - mixed) * mixed;
      mixed = h >>> 0;
      mixed += (h - mixed) * 2 ** 32;
    }
    return (mixed >>> 0) * fraction;
  };
  const state = [mash(" "), mash(" "), mash(" ")].map((start) => {
    const less = start - mash(seed);
    return less < 0 ? less + 1 : less;
  });
  let carry = 1;
  return () => {
    const next = 2091639 * state[0] + carry * fraction;
    [state[0], state[1]] = [state[1], state[2]];
    carry = next | 0;
    state[2] = next - carry;
    return state[2];
  };
}
