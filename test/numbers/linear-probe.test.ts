import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {gramOf} from "../../src/numbers/cka";
import {probeRight} from "../../src/numbers/linear-probe";
import {fittedPlateau} from "../../src/numbers/plateau";

/** scikit-learn's and scipy's numbers: fixtures/statistics/make_probe.py. */
const oracle = JSON.parse(readFileSync("test/fixtures/statistics/probe.json", "utf8"));

const squaresOf = (x: readonly number[], count: number) =>
  Float64Array.from({length: count}, (_, n) => {
    const width = x.length / count;
    return x.slice(n * width, (n + 1) * width).reduce((sum, v) => sum + v * v, 0);
  });

interface Case {
  readonly x: number[];
  readonly count: number;
  readonly classes: number;
  readonly labels: number[];
  readonly right: number;
}

test.each(oracle.probe as Case[])(
  "a linear probe gets as many of $count right as scikit-learn's ridge that left each out",
  ({x, count, classes, labels, right}) => {
    expect(right).toBeGreaterThan(count / classes); // else the fixture would say little
    expect(right).toBeLessThan(count);
    expect(probeRight(gramOf(x, count), squaresOf(x, count), labels, classes)).toBe(right);
  },
);

test("a layer that says the same of all images cannot be probed", () => {
  const x = [1, 2, 1, 2, 1, 2, 1, 2];
  expect(probeRight(gramOf(x, 4), squaresOf(x, 4), [0, 1, 0, 1], 2)).toBeNull();
});

test("the level that a loss falls to is scipy's", () => {
  const {xs, ys, fall, rate, level, explained} = oracle.plateau;
  const fitted = fittedPlateau(xs, ys);
  expect(fitted?.level).toBeCloseTo(level, 6);
  expect(fitted?.fall).toBeCloseTo(fall, 5);
  expect(fitted?.rate).toBeCloseTo(rate, 5);
  expect(fitted?.explained).toBeCloseTo(explained, 8);
  expect(fitted?.at95).toBeCloseTo(Math.log(20) / rate, 5);
});

test("a curve that rises, or continues falling as it began, has no level", () => {
  const xs = Array.from({length: 20}, (_, n) => n / 4);
  expect(fittedPlateau(xs, xs)).toBeUndefined();
  expect(fittedPlateau(xs, xs.map((x) => -x))).toBeUndefined(); // biome-ignore format: short
  expect(fittedPlateau([1, 2], [2, 1])).toBeUndefined();
});
