import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {calibration, confusionMatrix, findSuspects, mcnemar} from "../../src/numbers/index";

interface Case {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly issues: readonly number[];
  readonly selfConfidence: readonly number[];
  readonly normalizedMargin: readonly number[];
}
const {cases} = JSON.parse(readFileSync("test/fixtures/confident.json", "utf8")) as {readonly cases: readonly Case[]};

test("McNemar's exact p is twice the tail of a fair coin", () => {
  const labels = Array(20).fill(1);
  const before = labels.map((label, n) => (n < 8 ? 0 : label)); // the second alone gets 8 right
  const after = labels.map((label, n) => (n >= 18 ? 0 : label)); // the first alone 2
  const {fixed, broken, p, images} = mcnemar(labels, before, after);
  expect([fixed, broken, images]).toEqual([8, 2, 20]);
  expect(p).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 12);
  expect(() => mcnemar(labels, before, [1])).toThrow("answers: expected one for each label (20), got 1");
});

test.each(cases)("suspects of $classes classes are cleanlab's, ordered by its scores", ({classes, ...oracle}) => {
  const {labels, probabilities: values} = oracle;
  const rows = {rows: labels.length, columns: classes, values};
  const found = findSuspects(rows, labels);
  expect(found.score).toBeAllClose(oracle.normalizedMargin, {rtol: 1e-12, atol: 1e-15});
  expect([...found.isIssue.keys()].filter((n) => found.isIssue[n])).toEqual(oracle.issues);
  const sorted = [...found.order].map((n) => found.score[n]);
  expect(sorted).toEqual([...found.score].sort((a, b) => a - b));
  expect(new Set(found.order).size).toBe(labels.length);
  expect(findSuspects(rows, labels, {method: "self-confidence"}).score).toBeAllClose(oracle.selfConfidence, {
    rtol: 1e-12,
    atol: 1e-15,
  });
});

test("labels that no class or no row has are refused", () => {
  const rows = {rows: 1, columns: 2, values: [0.5, 0.5]};
  expect(() => findSuspects(rows, [2])).toThrow("label: expected a number below 2, got 2");
  expect(() => findSuspects(rows, [0, 1])).toThrow("labels: expected one for each row (1), got 2");
});

test("a confusion matrix has the true classes as rows", () => {
  expect([...confusionMatrix([0, 0, 1], [1, 0, 1], 2)]).toEqual([1, 1, 0, 1]);
});

test("calibration asks rows of probabilities, by the answer that comes first of equals", () => {
  // four answers, three of them sure to 0.75 and two of those right; one undecided, whose first class is right
  const values = [0.75, 0.25, 0.25, 0.75, 0.75, 0.25, 0.5, 0.5];
  const rows = {rows: 4, columns: 2, values};
  const {ece, bins} = calibration([0, 1, 1, 0], rows);
  expect(ece).toBeCloseTo((3 * Math.abs(2 / 3 - 0.75)) / 4 + (1 * Math.abs(1 - 0.5)) / 4, 12);
  expect(bins.map(({count}) => count)).toEqual([1, 3]);
  expect(() => calibration([0], rows)).toThrow("probabilities: expected 1 rows, got 4");
});
