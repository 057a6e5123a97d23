import fc from "fast-check";
import {expect, test} from "vitest";
import {calibration} from "../src/numbers/calibration";

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
