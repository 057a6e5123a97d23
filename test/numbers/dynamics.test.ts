import {readFileSync} from "node:fs";
import fc from "fast-check";
import {expect, test} from "vitest";

import {dynamicsOf} from "../../src/numbers/dynamics";
import {putAnswers, trainingRecord} from "../../src/pipeline/training/training-record";

/** NumPy's numbers: fixtures/statistics/make_dynamics.py. */
const oracle = JSON.parse(readFileSync("test/fixtures/statistics/dynamics.json", "utf8"));

test.each(["confidence", "variability", "correctness", "forgotten", "learnedAt", "areaUnderMargin"] as const)(
  "%s of every image is NumPy's",
  (name) => {
    expect(dynamicsOf(oracle)[name]).toBeAllClose(oracle[name], {rtol: 1e-12, atol: 1e-12});
  },
);

/** Dynamics of one image with these margins; the label's probability is 0.9 if it is right, else 0.2. */
const of = (...margins: number[]) =>
  dynamicsOf({margins: margins.map((m) => [m]), losses: margins.map((m) => [-Math.log(m > 0 ? 0.9 : 0.2)])});

test("an image that is right from the start is learnt at 0 and never forgotten", () => {
  const {learnedAt, forgotten, correctness, variability} = of(1, 2, 3);
  expect([learnedAt[0], forgotten[0], correctness[0]]).toEqual([0, 0, 3]);
  expect(variability[0]).toBeCloseTo(0, 12);
});

test("an image that is right and wrong in turns is forgotten every second epoch", () => {
  const {learnedAt, forgotten, correctness} = of(1, -1, 1, -1, 1);
  expect([learnedAt[0], forgotten[0], correctness[0]]).toEqual([4, 2, 3]);
});

test("an image that is never right is learnt at the last epoch, and never forgotten", () => {
  const {learnedAt, forgotten, areaUnderMargin} = of(-1, -3);
  expect([learnedAt[0], forgotten[0], areaUnderMargin[0]]).toEqual([2, 0, -2]);
});

test("a tie is no right answer", () => {
  expect(of(0, 1).learnedAt[0]).toBe(1);
});

test("variability is at most a half, and its square at most μ(1 − μ)", () => {
  const losses = fc.array(fc.double({min: 0, max: 50, noNaN: true}), {minLength: 1, maxLength: 12});
  fc.assert(
    fc.property(losses, (values) => {
      const {confidence, variability} = dynamicsOf({
        losses: values.map((v) => [v]),
        margins: values.map(() => [1]),
      });
      expect(variability[0]).toBeLessThanOrEqual(0.5 + 1e-12);
      expect(variability[0] ** 2).toBeLessThanOrEqual(confidence[0] * (1 - confidence[0]) + 1e-12);
    }),
  );
});

test("no epochs leave no dynamics", () => {
  expect(dynamicsOf({losses: [], margins: []}).confidence).toHaveLength(0);
});

test("puts answers where their images stand, and leaves the others unseen", () => {
  const record = trainingRecord(4, 301);
  putAnswers(
    record,
    {indices: Uint32Array.of(2, 0), labels: Uint16Array.of(299, 7)},
    {
      losses: Float32Array.of(0.5, 1.5),
      margins: Float32Array.of(2, -1),
      predicted: Uint16Array.of(300, 7),
      probabilities: Float32Array.of(0.6, 1),
      errors: Float32Array.of(Math.SQRT2 / 5, Math.SQRT2),
      entropies: Float32Array.of(Math.log(301), 0),
    },
    301,
  );
  expect(record).toEqual({
    losses: Float32Array.of(1.5, Number.NaN, 0.5, Number.NaN),
    margins: Float32Array.of(-1, Number.NaN, 2, Number.NaN),
    predicted: Uint16Array.of(7, 0, 300, 0),
    labels: Uint16Array.of(7, 0, 299, 0),
    sureness: Uint8Array.of(255, 0, 153, 0),
    errors: Uint8Array.of(255, 0, 51, 0),
    entropies: Uint8Array.of(0, 0, 255, 0),
  });
});
