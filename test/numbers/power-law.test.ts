import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {powerLaw, powerWords} from "../../src/numbers/power-law";

const {cases} = JSON.parse(readFileSync("test/fixtures/power-law.json", "utf8")) as {
  readonly cases: readonly {
    readonly points: [number, number][];
    readonly a: number;
    readonly b: number;
    readonly c: number;
    readonly error: number;
  }[];
};

test("a power law is fitted as scipy's curve_fit does, within the same bounds", () => {
  expect(cases.length).toBe(4);
  for (const {points, a, b, c, error} of cases) {
    const law = powerLaw(points);
    expect(law?.error).toBeLessThanOrEqual(error * (1 + 1e-9));
    expect(law?.error).toBeGreaterThan(error * (1 - 1e-6));
    expect([law?.a, law?.b]).toBeAllClose([a, b], {rtol: 1e-3, atol: 0});
    expect(Math.abs((law?.c ?? 1) - c)).toBeLessThan(1e-5);
  }
});

test("a law without noise is found again; of three sizes it has no floor", () => {
  const four = [100, 300, 900, 2700].map((n) => [n, 4 * n ** -0.7 + 0.02] as const);
  const law = powerLaw(four);
  expect([law?.a, law?.b, law?.c]).toBeAllClose([4, 0.7, 0.02], {rtol: 1e-6, atol: 0});
  const three = [100, 300, 900].map((n) => [n, 4 * n ** -0.7] as const);
  expect(powerLaw(three)).toMatchObject({c: 0});
  expect(powerLaw(three)?.b).toBeCloseTo(0.7, 8);
  expect(powerWords({a: 4, b: 0.7, c: 0.02, error: 0})).toBe("4.00 · n^(−0.70) + 0.020");
});

test("there is no law of two sizes, however many seeds, nor of an error that rises", () => {
  expect(powerLaw([100, 100, 100, 200, 200].map((n) => [n, 1 / n] as const))).toBeUndefined();
  expect(powerLaw([10, 20, 40, 80].map((n) => [n, n / 100] as const))).toBeUndefined();
});
