import {readFileSync} from "node:fs";
import fc from "fast-check";
import {expect, test} from "vitest";
import {brierScore, calibration, classwiseError} from "../../src/numbers/calibration";
import {argMaxRows, crossEntropy, softmaxRows} from "../../src/numbers/scores";
import {fittedTemperature, tempered} from "../../src/numbers/temperature";

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

interface Fitted {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly logits: readonly number[];
  readonly temperature: number;
  readonly loss: number;
  readonly brier: number;
  readonly ece: number;
  readonly classwise: number;
  readonly eceAfter: number;
}
/** scikit-learn's, SciPy's and NumPy's: fixtures/statistics/make_calibration.py. */
const oracle: readonly Fitted[] = JSON.parse(readFileSync("test/fixtures/statistics/calibration.json", "utf8"));

test.each([0, 1, 2])(
  "Brier's score, ECE, class-wise ECE and temperature are those of scikit-learn, NumPy and SciPy: case %i",
  (n) => {
    const {classes, labels, logits, ...expected} = oracle[n];
    const probabilities = softmaxRows(logits, classes);
    const answers = (p: Float32Array) => {
      const predicted = argMaxRows(p, classes);
      return calibration(
        labels,
        predicted,
        Float64Array.from(predicted, (k, i) => p[i * classes + k]),
      );
    };
    expect(brierScore(labels, probabilities, classes)).toBeCloseTo(expected.brier, 6);
    expect(answers(probabilities).ece).toBeCloseTo(expected.ece, 6);
    expect(classwiseError(labels, probabilities, classes)).toBeCloseTo(expected.classwise, 6);
    const temperature = fittedTemperature(logits, labels, classes);
    expect(temperature).toBeCloseTo(expected.temperature, 5);
    expect(
      crossEntropy(
        logits.map((z) => z / temperature),
        labels,
        classes,
      ),
    ).toBeCloseTo(expected.loss, 9);
    // probabilities carry all that is needed to temper them
    const after = tempered(probabilities, classes, temperature);
    expect(after).toBeAllClose(
      softmaxRows(
        logits.map((z) => z / temperature),
        classes,
      ),
      {rtol: 1e-4, atol: 1e-6},
    );
    expect(answers(after).ece).toBeCloseTo(expected.eceAfter, 5);
  },
);

test("where every answer is right the temperature is cold, and within the limits", () => {
  const temperature = fittedTemperature([5, 0, 0, 5], [0, 1], 2);
  expect(temperature).toBeGreaterThanOrEqual(0.01);
  expect(temperature).toBeLessThan(0.2); // the loss is 4e-12 there, and falls for ever
});
