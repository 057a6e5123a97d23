import {expect, test} from "vitest";

import {trialCharts} from "../../../src/pipeline/trials/charts";
import {FIRST_LOOK, MOST_LINES} from "../../../src/pipeline/trials/curves";
import type {ErrorTrials, LearnedOne} from "../../../src/pipeline/trials/types";

const point = (x: number, errors: number[]) => ({x, errors, mean: errors[0], deviation: null, weights: 1});
const none: ErrorTrials = {
  ...{schema: "epochscope/trials/1", name: "t", classNames: ["0", "1"], runs: 2, testImages: 1000, missed: []},
  ...{curves: [], baseline: null, learned: null},
};

test("a chart of images has a dot a run, the fitted law, and the nearest exemplar as a dashed line", () => {
  const law = {a: 2, b: 0.5, c: 0.01, error: 0};
  const series = [{name: "", points: [point(100, [0.2, 0.3]), point(400, [0.1])], law}];
  const curves = [{flag: "train-limit", label: "training images", series}];
  const [{name, chart}] = trialCharts({...none, curves, baseline: {points: [{x: 100, error: 0.4}]}});
  expect(name).toBe("error-by-train-limit");
  expect(chart.title).toBe("How the error falls with the number of training images");
  expect(chart.series.map((one) => one.name)).toEqual([
    "networks; dashed: 2.00 · n^(−0.50) + 0.010",
    "nearest exemplar by pixels, which learns nothing",
  ]);
  expect(chart.series[0].points).toEqual([
    {x: 100, values: [0.2, 0.3]},
    {x: 400, values: [0.1]},
  ]);
  expect(chart.series[0].law?.(400)).toBeCloseTo(2 / 20 + 0.01, 12);
  expect(chart.series[1]).toMatchObject({points: [{x: 100, values: [0.4]}], dashed: true});
  expect(chart.note).toBe("A dot is a run; a line goes through the means.");
});

test("a chart of another flag has no law and no exemplar, and says how many lines it leaves out", () => {
  const series = Array.from({length: MOST_LINES + 2}, (_, n) => ({name: `width ${n}`, points: [point(1, [0.5])]}));
  const curves = [{flag: "vit.depth", label: "depth", series}];
  const [{chart}] = trialCharts({...none, curves, baseline: {points: [{x: 100, error: 0.4}]}});
  expect(chart.title).toBe("How the error goes with vit.depth");
  expect(chart.series.map((one) => one.name)).toEqual(series.slice(0, MOST_LINES).map((one) => one.name));
  expect(chart.note).toMatch(/ 2 more lines are in curves\.csv\.$/);
});

test("mistakes learnt have a line where all seeds were asked, beside the error before", () => {
  const at = (...points: [number, number][]) => points.map(([learned, error]) => ({learned, error}));
  const one = (seed: number, mistakes: LearnedOne["mistakes"], byChance: LearnedOne["byChance"]): LearnedOne => ({
    ...{seed, asked: 100, mistakes, byChance},
  });
  const seeds = [
    one(0, at([0, 0.2], [FIRST_LOOK, 0.1], [50, 0.05]), at([0, 0.2], [FIRST_LOOK, 0.15], [50, 0.12])),
    one(1, at([0, 0.4], [FIRST_LOOK, 0.3], [60, 0.2]), at([0, 0.4], [FIRST_LOOK, 0.35], [60, 0.3])),
  ];
  const learned = {run: "r", images: "held out to validate", rate: 0.1, seeds} as const;
  const [{name, chart}] = trialCharts({...none, learned});
  expect(name).toBe("mistakes-learned");
  expect(chart.series.map((line) => line.points)).toEqual([
    [{x: FIRST_LOOK, values: [0.1, 0.3]}],
    [{x: FIRST_LOOK, values: [0.15, 0.35]}],
    [FIRST_LOOK, FIRST_LOOK].map((x) => ({x, values: [expect.closeTo(0.3, 12)]})),
  ]);
  const few = [one(0, at([0, 0.2], [FIRST_LOOK - 1, 0.1]), at([0, 0.2]))];
  expect(trialCharts({...none, learned: {...learned, seeds: [...seeds, ...few]}})).toEqual([]);
});
