import {readFileSync} from "node:fs";
import fc from "fast-check";
import {expect, test} from "vitest";
import {incompleteBeta, logGamma} from "../../src/numbers/beta-function";
import {holm, meanAndDeviation, studentQuantile, welchInterval, wilsonInterval} from "../../src/numbers/intervals";
import {pairedTest} from "../../src/numbers/paired-test";
import {seedDifference, verdictsOf} from "../../src/numbers/seed-noise";

/** Results of scipy and statsmodels: fixtures/statistics/make_statistics.py. */
const oracle = JSON.parse(readFileSync("test/fixtures/statistics/statistics.json", "utf8")) as {
  readonly mcnemar: [number, number, number][];
  readonly beta: [number, number, number, number][];
  readonly wilson: [number, number, number, number][];
  readonly student: [number, number, number][];
  readonly welch: [number[], number[], number, number][];
  readonly seeds: [number[], number[], number, number, number][];
  readonly holm: [number[], number[]][];
};

test.each(oracle.mcnemar)("McNemar's exact p of %i against %i is statsmodels'", (fixed, broken, p) => {
  expect([pairedTest(fixed, broken, 10_000).p]).toBeAllClose([p], {rtol: 1e-10});
});

test.each(oracle.beta)("the incomplete beta function at %d, %d, %d is scipy's", (x, a, b, value) => {
  expect([incompleteBeta(x, a, b)]).toBeAllClose([value], {rtol: 1e-11});
});

test("the gamma function is the factorial", () => {
  let factorial = 1;
  for (let n = 1; n < 20; n++) {
    expect([logGamma(n)]).toBeAllClose([Math.log(factorial)], {rtol: 1e-13, atol: 1e-13});
    factorial *= n;
  }
});

test.each(oracle.wilson)("Wilson's interval of %i of %i is statsmodels'", (hits, images, low, high) => {
  expect(wilsonInterval(hits, images)).toBeAllClose([low, high], {rtol: 1e-12, atol: 1e-15});
});

test("knows nothing of a share of no images", () => {
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
});

test.each(oracle.student)("the %d quantile of Student's t with %d degrees of freedom is scipy's", (q, freedom, t) => {
  expect([studentQuantile(q, freedom)]).toBeAllClose([t], {rtol: 1e-10});
});

test.each(oracle.seeds)("what seeds say of %j and %j is scipy's", (first, second, low, high, p) => {
  const found = seedDifference(first, second);
  expect(found?.interval95).toBeAllClose([low, high], {rtol: 1e-10});
  expect(found?.p).toBeCloseTo(p, 10);
  const back = seedDifference(second, first);
  expect(back?.difference).toBeCloseTo(-(found?.difference ?? Number.NaN), 12);
  expect(back?.p).toBeCloseTo(p, 10);
});

test("fewer than three seeds say nothing, nor do seeds that do not vary", () => {
  expect(seedDifference([0.9, 0.8], [0.7, 0.6])).toBeUndefined();
  expect(seedDifference([0.9, 0.9, 0.9], [0.8])).toBeUndefined();
  expect(seedDifference([], [0.8, 0.9, 0.7])).toBeUndefined();
});

test("verdicts on several differences at once are corrected for their number", () => {
  const clear = [
    [1, 2, 3],
    [101, 102, 103],
  ] as const;
  const close = [
    [1, 2, 3],
    [3.9, 4.7, 5.5],
  ] as const; // p about 0.02
  const none = [
    [1, 2, 3],
    [2, 1, 4],
  ] as const;
  expect(verdictsOf([close])).toEqual(["beyond"]);
  expect(verdictsOf([clear, close, none, none, none])).toEqual(["beyond", "within", "within", "within", "within"]);
  expect(
    verdictsOf([
      [[0, 0, 0], [0]],
      [[0, 0, 0], [4]],
      [[1], [2, 3]],
    ]),
  ).toEqual(["within", "unknown", "unknown"]);
});

test.each(oracle.welch)("Welch's interval of %j and %j is scipy's", (first, second, low, high) => {
  expect(welchInterval(first, second)).toBeAllClose([low, high], {rtol: 1e-10});
});

test("gives no interval where nothing tells chance from gain", () => {
  expect(welchInterval([0.9], [0.8, 0.7])).toBeUndefined();
  expect(welchInterval([0.9, 0.9], [0.8, 0.8])).toBeUndefined();
});

test.each(oracle.holm)("Holm's correction of %j is statsmodels'", (p, adjusted) => {
  expect(holm(p)).toBeAllClose(adjusted, {rtol: 1e-12});
});

test("mean and deviation are those of a hand-worked example", () => {
  const {mean, deviation} = meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(mean).toBe(5);
  expect(deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
});

// (12.5 - 3.5) / 102 ± 1.96 · √(16 - 81 / 102) / 102
test("the interval of a paired difference is Agresti and Min's, worked by hand", () => {
  const {difference, interval95} = pairedTest(12, 3, 100);
  expect(difference).toBeCloseTo(0.09, 12);
  expect(interval95).toBeAllClose([0.088235 - 0.074935, 0.088235 + 0.074935], {atol: 1e-5});
});

test("turned around, a comparison says the opposite with the same p", () => {
  const counts = fc.integer({min: 0, max: 200});
  fc.assert(
    fc.property(counts, counts, (fixed, broken) => {
      const [there, back] = [pairedTest(fixed, broken, 500), pairedTest(broken, fixed, 500)];
      expect(back.p).toBe(there.p);
      expect(back.difference).toBe(-there.difference || 0);
      expect(back.interval95).toBeAllClose([-there.interval95[1], -there.interval95[0]], {atol: 1e-12});
    }),
  );
});

test("two classifiers that agree everywhere do not differ", () => {
  expect(pairedTest(0, 0, 10)).toMatchObject({p: 1, difference: 0});
});
