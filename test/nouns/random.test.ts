import fc from "fast-check";
import {beforeEach, describe, expect, test} from "vitest";
import {seedNumber} from "../../src/nouns/options";
import {fork, normal, randomSource, shuffled} from "../../src/nouns/random";

const draws = (random: () => number, count = 4) => Array.from({length: count}, () => random() * 2 ** 32);
const seeds = fc.maxSafeNat();

/** xoroshiro128+ on whole 64-bit words (Blackman & Vigna 2018, the constants 24, 16, 37), its lower halves from the ninth on. */
function reference(low: number, high: number, count: number): number[] {
  const word = (v: bigint) => BigInt.asUintN(64, v);
  const turned = (v: bigint, by: bigint) => word((v << by) | (v >> (64n - by)));
  let a = word((0xffffffffn << 32n) | BigInt(~low >>> 0));
  let b = word((BigInt(low >>> 0) << 32n) | BigInt(high >>> 0));
  const out: number[] = [];
  for (let i = 0; i < 8 + count; i++) {
    out.push(Number(BigInt.asUintN(32, a + b)));
    b ^= a;
    a = turned(a, 24n) ^ b ^ word(b << 16n);
    b = turned(b, 37n);
  }
  return out.slice(8);
}

describe("a seed", () => {
  // drawn by version 0.1.0's own generator, which knew 32 bits
  test.each([
    [0, [4216367899, 2762496666, 1139708212], [2958071092, 939042445, 3462284128]],
    [1, [3897815667, 2219114126, 3227673979], [4180403106, 1783240220, 525130768]],
    [7, [973049601, 1858980330, 1645416851], [1619801944, 1069071162, 2106867382]],
    [2 ** 31, [3861669051, 321011808, 2073929876], [1164761760, 3166169277, 785198276]],
    [2 ** 32 - 1, [2625016411, 1785565117, 1023301760], [1741207906, 3496012163, 4186505720]],
  ])("of 32 bits, %i, gives the numbers that it always gave", (seed, forked, plain) => {
    expect(draws(fork(seed, "shuffle", 3), 3)).toEqual(forked);
    expect(draws(randomSource(seed), 3)).toEqual(plain);
  });

  test("gives the generator's own numbers, all its bits in the state", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draws(randomSource(seed))).toEqual(reference(seed | 0, Math.floor(seed / 2 ** 32), 4));
      }),
    );
  });

  test("that differs in one bit, whichever, gives another stream", () => {
    fc.assert(
      fc.property(seeds, fc.integer({min: 0, max: 52}), (seed, bit) => {
        const other = Number(BigInt(seed) ^ (1n << BigInt(bit)));
        expect(draws(fork(other, "shuffle", 1))).not.toEqual(draws(fork(seed, "shuffle", 1)));
        expect(draws(randomSource(other))).not.toEqual(draws(randomSource(seed)));
      }),
    );
  });

  test("is no smaller seed in disguise: no stream of 2³² + k is that of a seed with the same words", () => {
    const small = new Set(Array.from({length: 5000}, (_, s) => `${draws(fork(s, "shuffle", 1))}`));
    for (let k = 0; k < 5000; k++) expect(small).not.toContain(`${draws(fork(2 ** 32 + k, "shuffle", 1))}`);
  });

  test("is taken if a double holds it exactly, and refused else", () => {
    for (const seed of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) expect(seedNumber(seed)).toBeUndefined();
    for (const seed of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(seedNumber(seed)).toBe("a whole number from 0 to 9007199254740991");
    }
  });
});

/** A source that gives these numbers, one after another. */
const giving =
  (...numbers: readonly number[]) =>
  () =>
    numbers[at++ % numbers.length];
let at = 0;
beforeEach(() => {
  at = 0;
});

test("a shuffle swaps each place, from the last on, with one of those up to it", () => {
  expect([...shuffled(4, giving(0))]).toEqual([1, 2, 3, 0]); // always with the first
  expect([...shuffled(4, giving(0.999))]).toEqual([0, 1, 2, 3]); // always with itself
  // 0123, place 3 with 2: 0132, 2 with 1: 0312, 1 with 0: 3012
  expect([...shuffled(4, giving(0.5, 0.4, 0.3))]).toEqual([3, 0, 1, 2]);
  expect([...shuffled(0, giving(0))]).toEqual([]);
});

test("a normal number is that of Box and Muller", () => {
  // √(−2 ln(1 − (1 − e⁻²))) = 2, and the cosine of none, half and a whole turn
  const far = 1 - Math.exp(-2);
  for (const [turn, value] of [
    [0, 2],
    [0.5, -2],
    [0.25, 0],
    [1 / 6, 1],
  ] as const)
    expect(normal(giving(far, turn))).toBeCloseTo(value, 12);
  expect(normal(giving(0, 0))).toBeCloseTo(0, 12);
});
