import {expect, test} from "vitest";

import {classScores, confusionCounts} from "../../src/numbers/confusion";
import {accuracy, argMaxRows, crossEntropy, softmaxRows} from "../../src/numbers/scores";
import {channelSum} from "../../src/pipeline/attribution/methods/saliency";

test("softmax of ln 1, ln 2, ln 5 is 1, 2 and 5 eighths, and does not overflow", () => {
  expect(softmaxRows([0, Math.log(2), Math.log(5)], 3)).toBeAllClose([0.125, 0.25, 0.625], {rtol: 1e-7});
  expect(softmaxRows([1000, 1000], 2)).toBeAllClose([0.5, 0.5]);
  expect(softmaxRows([-1000, 1000], 2)).toBeAllClose([0, 1]);
});

test("cross-entropy of k equal logits is ln k, and of a sure mistake the logit's distance", () => {
  expect(crossEntropy([3, 3, 3, 3], [2], 4)).toBeCloseTo(Math.log(4), 12);
  expect(crossEntropy([0, 100], [0], 2)).toBeCloseTo(100, 12); // where a clipped probability would say 16
});

test("the first of equal classes counts as predicted", () => {
  expect(Array.from(argMaxRows([1, 1, 0, 0, 2, 2], 3))).toEqual([0, 1]);
  expect(accuracy([1, 1, 0, 0, 2, 2], [0, 2], 3)).toBe(0.5);
});

test("confusion counts have the truth as rows", () => {
  expect(Array.from(confusionCounts([0, 0, 1, 2], [0, 1, 1, 0], 3))).toEqual([1, 1, 0, 0, 1, 0, 1, 0, 0]);
  expect(() => confusionCounts([0], [], 2)).toThrow("predictions: expected one for each label (1), got 0");
});

test("precision, recall and F1 by hand, and 0 where nothing was there or predicted", () => {
  // 0: 8 of 10 found, 2 taken for 1; 1: 3 of 4 found, 1 taken for 0; 2: none there, none predicted
  const {precision, recall, f1} = classScores([8, 2, 0, 1, 3, 0, 0, 0, 0], 3);
  expect(precision).toBeAllClose([8 / 9, 3 / 5, 0]);
  expect(recall).toBeAllClose([8 / 10, 3 / 4, 0]);
  expect(f1).toBeAllClose([16 / 19, 6 / 9, 0]);
});

test("a colour map's channels are summed pixel by pixel", () => {
  expect(Array.from(channelSum(Float32Array.of(1, 2, 3, -4, 5, -6), 3))).toEqual([6, -5]);
});
