import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {
  calibratedJoint,
  classThresholds,
  confidentJoint,
  labelIssues,
  normalizedMargin,
  selfConfidence,
} from "../../src/numbers/confident-learning";

interface Case {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly thresholds: readonly number[];
  readonly joint: readonly number[];
  readonly calibrated: readonly number[];
  readonly issues: readonly number[];
  readonly selfConfidence: readonly number[];
  readonly normalizedMargin: readonly number[];
}
const {cases} = JSON.parse(readFileSync("test/fixtures/confident.json", "utf8")) as {readonly cases: readonly Case[]};

describe.each(cases)("cleanlab's answers for $classes classes", (oracle) => {
  const {classes, labels, probabilities} = oracle;
  const issuesOf = (found: Uint8Array) => Array.from(found.keys()).filter((n) => found[n] === 1);

  test("thresholds are the same", () => {
    expect(classThresholds(probabilities, labels, classes)).toBeAllClose(oracle.thresholds, {rtol: 1e-12, atol: 0});
  });

  test("the joint is the same, as counted and as calibrated", () => {
    const joint = confidentJoint(probabilities, labels, classes);
    expect(Array.from(joint)).toEqual(oracle.joint);
    expect(Array.from(calibratedJoint(joint, labels, classes))).toEqual(oracle.calibrated);
  });

  test("the same labels are doubted", () => {
    expect(issuesOf(labelIssues(probabilities, labels, classes))).toEqual(oracle.issues);
  });

  test("the scores are the same", () => {
    const close = {rtol: 0, atol: 1e-12};
    expect(selfConfidence(probabilities, labels, classes)).toBeAllClose(oracle.selfConfidence, close);
    expect(normalizedMargin(probabilities, labels, classes)).toBeAllClose(oracle.normalizedMargin, close);
  });
});

test("the calibrated joint has as many examples of each label as there are, whatever the answers", () => {
  const random = randomSource(2);
  for (let round = 0; round < 50; round++) {
    const [count, classes] = [1 + Math.floor(60 * random()), 2 + Math.floor(6 * random())];
    const labels = Array.from({length: count}, () => Math.floor(classes * random()));
    const probabilities = Array.from({length: count * classes}, () => random());
    const joint = calibratedJoint(confidentJoint(probabilities, labels, classes), labels, classes);
    for (let k = 0; k < classes; k++) {
      const row = joint.subarray(k * classes, (k + 1) * classes).reduce((a, b) => a + b, 0);
      expect(row).toBe(labels.filter((label) => label === k).length);
    }
  }
});

test("no label is doubted that is the likeliest, nor the only one of its class", () => {
  // worked by hand: three of class 0, the last of them surely a 1; four of class 1; one of class 2, surely a 0
  const labels = [0, 0, 0, 1, 1, 1, 1, 2];
  const sure = [0, 0, 1, 1, 1, 1, 1, 0];
  const probabilities = sure.flatMap((k) => [0, 1, 2].map((j) => (j === k ? 0.9 : 0.05)));
  expect(Array.from(labelIssues(probabilities, labels, 3))).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
});
