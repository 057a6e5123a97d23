import {expect, test} from "vitest";

import type {ErrorTrials, SizePoint} from "../../src/pipeline/trials/types";
import {baselineSentence, curveSentences, learnedSentence, trialLines} from "../../src/report/trials/words";

const point = (x: number, mean: number, deviation: number | null = null): SizePoint => ({
  ...{x, errors: [mean], mean, deviation, weights: 12_810},
});
const points = [point(500, 0.1, 0.005), point(2000, 0.05), point(8000, 0.025), point(32_000, 0.0125)];

test("a learning curve's sentence tells both ends, the law, and how many images would halve the error", () => {
  const curve = {
    flag: "train-limit",
    label: "training images",
    series: [{name: "", points, law: {a: 2.236, b: 0.5, c: 0, error: 0}}],
  };
  expect(curveSentences(curve)).toEqual([
    "10.00 % ± 0.50 of the test images are wrong with 500 images, 1.25 % with 32,000 images. " +
      "Fitted: error = 2.24 · n^(−0.50). To halve the error, you need 4.0 times as many images.",
  ]);
});

test("a law with a floor tells what stays; of three sizes none can be told, and of two no law", () => {
  const sentence = (count: number, law?: {a: number; b: number; c: number}) => {
    const series = [{name: "mlp.width 64", points: points.slice(0, count), ...(law ? {law: {...law, error: 0}} : {})}];
    return curveSentences({flag: "train-limit", label: "training images", series})[0];
  };
  expect(sentence(4, {a: 1, b: 0.5, c: 0.01})).toMatch(
    /^mlp\.width 64: 10\.00 %.* \+ 0\.010\. By this law, 1\.00 % remain, with any number of images\.$/,
  );
  expect(sentence(3, {a: 1, b: 0.25, c: 0})).toMatch(
    /you need 16\.0 times as many images\. With three sizes, the part that remains cannot be estimated, so it is set to 0\.$/,
  );
  expect(sentence(3)).toMatch(/No power law fits: the error does not fall\.$/);
  expect(sentence(2)).toMatch(/A law needs three sizes or more\.$/);
});

test("a size's curve names its flag before its values, and has no law", () => {
  const curve = {flag: "mlp.width", label: "width", series: [{name: "", points: points.slice(0, 2)}]};
  expect(curveSentences(curve)).toEqual([
    "10.00 % ± 0.50 of the test images are wrong with width 500, 5.00 % with width 2000.",
  ]);
});

const learned = {
  ...({run: "r", images: "left out by --train-limit", rate: 0.01} as const),
  seeds: [
    {
      ...{seed: 0, asked: 3000},
      mistakes: [
        {learned: 0, error: 0.08},
        {learned: 1200, error: 0.06},
      ],
      byChance: [
        {learned: 0, error: 0.08},
        {learned: 1200, error: 0.07},
      ],
    },
    {
      ...{seed: 1, asked: 3000},
      mistakes: [
        {learned: 0, error: 0.1},
        {learned: 1201, error: 0.04},
      ],
      byChance: [
        {learned: 0, error: 0.1},
        {learned: 1201, error: 0.05},
      ],
    },
  ],
};

test("what mistakes teach is told beside as many images at random, as means over the seeds", () => {
  expect(learnedSentence(learned)).toBe(
    "From r: 1,201 mistakes among 3,000 images left out by --train-limit, learnt one at a time, take the error from " +
      "9.00 % to 5.00 %; as many images drawn by chance to 6.00 %, mean of 2 seeds.",
  );
  expect(learnedSentence({...learned, seeds: learned.seeds.slice(0, 1)})).toMatch(/drawn by chance to 7\.00 %\.$/);
});

test("the terminal gets tables of all curves, then the sentences, the baseline and the best network's error", () => {
  const trials: ErrorTrials = {
    ...{schema: "epochscope/trials/1", name: "t", classNames: ["0", "1"], runs: 2, testImages: 1000, missed: []},
    curves: [
      {
        flag: "train-limit",
        label: "training images",
        series: [
          {name: "a", points},
          {name: "b", points: [point(9, 0.01)]},
        ],
      },
      {flag: "vit.depth", label: "depth", series: [{name: "", points: [point(2, 0.2)]}]},
    ],
    baseline: {
      points: [
        {x: 500, error: 0.2},
        {x: 32_000, error: 0.031},
      ],
    },
    learned: null,
  };
  const baseline = baselineSentence(trials);
  expect(baseline).toBe(
    "The nearest exemplar by pixels, which learns nothing, gets 3.10 % wrong with 32,000 images; the best network here 1.00 %.",
  );
  const lines = trialLines(trials);
  expect(lines.slice(0, 5)).toEqual([
    "",
    "error by training images",
    "a",
    "      500  10.00 % ± 0.50    12,810 weights",
    "    2,000  5.00 %            12,810 weights",
  ]);
  expect(lines.slice(9, 13)).toEqual(["", "error by depth", "        2  20.00 %           12,810 weights", ""]);
  expect(lines.at(-1)).toBe(baseline);
  expect(lines).toHaveLength(13 + 2 + 1); // a sentence for each line of the learning curve, none for the depth
  expect(baselineSentence({...trials, baseline: null})).toBeUndefined();
});
