import fc from "fast-check";
import {expect, test} from "vitest";
import {nearestPoints} from "../../src/report/client/data";
import {
  calibration,
  changes,
  classScores,
  confusionCounts,
  predictions,
  worstConfusion,
} from "../../src/report/client/derive";

test("answers with the most probable class, the lowest of equals", () => {
  const {predicted, confidence} = predictions([1, 3, 3, 4, 0, 0], 3, 0.25);
  expect([...predicted]).toEqual([1, 0]);
  expect([...confidence]).toEqual([0.75, 1]);
});

test("counts rows by truth and columns by answer", () => {
  expect([...confusionCounts([0, 0, 1, 1], [0, 1, 1, 1], 2)]).toEqual([1, 1, 0, 2]);
});

// worked by hand: class 0: 3 of 4 found, 3 of 5 called right; class 1: 4 of 6 found, 4 of 5 called right
test("scores classes as worked by hand", () => {
  const [zero, one] = classScores([3, 1, 2, 4], 2);
  expect(zero).toEqual({support: 4, precision: 3 / 5, recall: 3 / 4, f1: 2 / 3});
  expect(one).toEqual({support: 6, precision: 4 / 5, recall: 4 / 6, f1: 8 / 11});
});

test("gives no number where a class was never there and never called", () => {
  const [, empty] = classScores([3, 0, 0, 0], 2);
  expect([empty.precision, empty.recall, empty.f1]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test("F1 is the harmonic mean of precision and recall", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: 99}), {minLength: 9, maxLength: 9}), (counts) => {
      for (const {precision, recall, f1} of classScores(counts, 3)) {
        expect(f1).toBeCloseTo(2 / (1 / precision + 1 / recall), 12);
      }
    }),
  );
});

// two bins of two: 0.55 and 0.65 sure with one right (|0.5 − 0.6|), 0.9 and 1 sure with both right (|1 − 0.95|)
test("measures calibration as worked by hand", () => {
  const {bins, ece} = calibration([0, 0, 0, 0], [0, 1, 0, 0], [0.55, 0.65, 0.9, 1], 4);
  expect(bins.map(({count}) => count)).toEqual([2, 2]);
  expect(bins[0].confidence).toBeCloseTo(0.6);
  expect(bins[0].accuracy).toBe(0.5);
  expect(ece).toBeCloseTo(0.5 * 0.1 + 0.5 * 0.05);
});

test("a bin holds its upper edge, and the first one 0", () => {
  const {bins} = calibration([0, 0, 0], [0, 0, 0], [0, 0.5, 0.51], 2);
  expect(bins.map(({count}) => count)).toEqual([2, 1]);
});

test("finds no calibration error where every bin is right as often as it is sure", () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 20}), (right) => {
      const labels = new Uint8Array(20);
      const predicted = labels.map((_, i) => (i < right ? 0 : 1));
      const {ece} = calibration(labels, predicted, new Float64Array(20).fill(right / 20));
      expect(ece).toBeCloseTo(0, 12);
    }),
  );
});

test("tells what was fixed from what broke", () => {
  expect(changes([0, 0, 0, 0], [0, 1, 1, 0], [1, 0, 2, 0])).toEqual({fixed: 1, broken: 1});
});

test("names the commonest mistake, and none where there is none", () => {
  expect(worstConfusion([9, 2, 0, 0, 9, 3, 3, 0, 9], 3)).toEqual({actual: 1, predicted: 2, count: 3});
  expect(worstConfusion([5, 0, 0, 5], 2)).toBeNull();
});

test("finds the nearest points as brute force does, itself left out", () => {
  fc.assert(
    fc.property(fc.array(fc.float({min: 0, max: 1, noNaN: true}), {minLength: 8, maxLength: 40}), (numbers) => {
      const points = Float32Array.from(numbers.slice(0, numbers.length - (numbers.length % 2)));
      const found = nearestPoints(points, 2, 1, 3);
      const away = (p: number) => Math.hypot(points[2 * p] - points[2], points[2 * p + 1] - points[3]);
      const others = Array.from({length: points.length / 2}, (_, p) => p).filter((p) => p !== 1);
      const least = others
        .map(away)
        .sort((a, b) => a - b)
        .slice(0, 3);
      expect(found).not.toContain(1);
      expect(found.map(away)).toBeAllClose(least, {atol: 1e-6});
    }),
  );
});
