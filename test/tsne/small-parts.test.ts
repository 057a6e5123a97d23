import {availableParallelism} from "node:os";
import {describe, expect, test} from "vitest";

import {arena} from "../../src/engine/compiler/arena";
import {checkMatrix} from "../../src/tsne/linear/matrix";
import {unitRows} from "../../src/tsne/linear/packing";
import {mapQuality} from "../../src/tsne/map-quality";
import {boxOf} from "../../src/tsne/neighbours/box";
import {firstOfEach} from "../../src/tsne/neighbours/neighbours";
import {everyOf} from "../../src/tsne/neighbours/ranks";
import {neighbourCount, searchFor} from "../../src/tsne/neighbours/search";
import {randomStart} from "../../src/tsne/start";
import {align, sum} from "../../src/tsne/threads/layout";
import {runInParts} from "../../src/tsne/threads/parts";
import type {Team} from "../../src/tsne/threads/team";
import {automaticThreads} from "../../src/tsne/threads/threads";
import {similarityCurve} from "../../src/tsne/umap/curve";

test("threads come with 1,500 points, one for each 750, at most eight and no more than there are cores", async () => {
  const most = Math.min(8, availableParallelism());
  expect(await automaticThreads(1499)).toBe(1);
  expect(await automaticThreads(1500)).toBe(Math.min(2, most));
  expect(await automaticThreads(2249)).toBe(Math.min(2, most));
  expect(await automaticThreads(2250)).toBe(Math.min(3, most));
  expect(await automaticThreads(1e6)).toBe(most);
});

test("a job is run in parts, the last of which may be smaller", async () => {
  const run: (readonly [first: number | undefined, tasks: number])[] = [];
  const team = {run: ({first, tasks}: {first?: number; tasks: number}) => void run.push([first, tasks])};
  await runInParts(team as unknown as Team, {kernel: "toy", tasks: 40, args: []} as never);
  expect(run.splice(0)).toEqual([
    [0, 16],
    [16, 16],
    [32, 8],
  ]);
  await runInParts(team as unknown as Team, {kernel: "toy", tasks: 8, args: []} as never, 4);
  expect(run).toEqual([
    [0, 4],
    [4, 4],
  ]);
});

test("neighbours are three times the perplexity, half as many if they are approximate, below the rows", () => {
  expect(neighbourCount(30, 1000, "exact")).toBe(91);
  expect(neighbourCount(30, 1000, "approximate")).toBe(46);
  expect(neighbourCount(30, 50, "exact")).toBe(49);
  expect([100_000, 100_001].map(searchFor)).toEqual(["exact", "approximate"]);
  expect([299, 300, 599, 600].map((rows) => everyOf(rows, 300))).toEqual([1, 1, 1, 2]);
});

test("memory is handed out in whole lines", () => {
  expect([0, 1, 128, 129].map(align)).toEqual([0, 128, 128, 256]);
  expect(sum(Float64Array.of(1, 2, 4))).toBe(7);
  const {take} = arena(100);
  const lines = arena(128);
  expect([lines.take(1), lines.take(64), lines.take(65), lines.size]).toEqual([128, 192, 256, 256]);
  expect([take(1), take(1)]).toEqual([100, 128]);
});

test("the first of each row's entries are copied", () => {
  const list = Uint32Array.of(1, 2, 3, 4, 5, 6);
  expect([...firstOfEach(list, 3, 2)]).toEqual([1, 2, 4, 5]);
  const all = firstOfEach(list, 3, 3);
  expect([...all]).toEqual([...list]);
  expect(all).not.toBe(list);
});

test("rows are scaled to length 1, and a row of zeros stays", () => {
  const {values} = unitRows({rows: 3, columns: 2, values: Float32Array.of(3, 4, 0, 0, 0, -2)});
  expect([...values]).toEqual([...Float32Array.of(0.6, 0.8, 0, 0, 0, -1)]);
});

test("a box is the least and the greatest of each coordinate", () => {
  expect(boxOf(Float32Array.of(1, 5, -2, 7, 0, 6), 2)).toEqual([-2, 5, 1, 7]);
  expect(boxOf(Float32Array.of(1, 5, -2, 7, 0, 6), 3)).toEqual([1, 0, -2, 7, 5, 6]);
});

test("a random start is of normal numbers by Box and Muller, a ten-thousandth wide", () => {
  const given = [0.25, 0.125, 0.5, 0.5];
  const points = randomStart(1, 2, () => given.shift() as number);
  expect(points[0]).toBeCloseTo(1e-4 * Math.sqrt(-2 * Math.log(0.75)) * Math.SQRT1_2, 9);
  expect(points[1]).toBeCloseTo(-1e-4 * Math.sqrt(-2 * Math.log(0.5)), 9);
});

test.each([
  [0, 2, 0, "data: expected at least one row and one column, got 0 × 2"],
  [2, 0, 0, "data: expected at least one row and one column, got 2 × 0"],
  [1.5, 2, 3, "data: expected at least one row and one column, got 1.5 × 2"],
  [2, 2.5, 5, "data: expected at least one row and one column, got 2 × 2.5"],
  [2, 3, 5, "data: expected 2 × 3 = 6 numbers, got an array of 5"],
])("a matrix of %d by %d has no %d numbers", (rows, columns, length, words) => {
  expect(() => checkMatrix("data", {rows, columns, values: new Float32Array(length)})).toThrow(words);
});

test("a number that is not finite is named by its place", () => {
  const values = Float32Array.of(1, 2, 3, 4, Number.NaN, Infinity);
  expect(() => checkMatrix("data", {rows: 2, columns: 3, values})).toThrow(
    "data: expected finite numbers, got NaN at row 1, column 1",
  );
  expect(checkMatrix("data", {rows: 2, columns: 2, values: values.subarray(0, 4)})).toBeUndefined();
});

describe("a map's quality", () => {
  const data = {rows: 10, columns: 2, values: Float32Array.from({length: 20}, (_, i) => Math.sin(i * i))};

  test.each([
    [data.values, {k: 0}, "k: expected a whole number from 1 to 4, below half of the 10 rows, got 0"],
    [data.values, {k: 5}, "k: expected a whole number from 1 to 4, below half of the 10 rows, got 5"],
    [data.values, {k: 1.5}, "k: expected a whole number from 1 to 4, below half of the 10 rows, got 1.5"],
    [new Float32Array(10), {}, "points: expected two or three numbers for each of 10 rows, got 10 numbers"],
    [new Float32Array(40), {}, "points: expected two or three numbers for each of 10 rows, got 40 numbers"],
  ])("is not asked of %#", async (points, options, words) => {
    await expect(mapQuality(data, points, options)).rejects.toThrow(words);
  });

  test("is whole for the data themselves, with as few and as many neighbours as may be", async () => {
    for (const k of [1, 4, undefined]) {
      const asked = {threads: 1, ...(k === undefined ? {} : {k})};
      expect(await mapQuality(data, data.values, asked)).toEqual({trustworthiness: 1, continuity: 1});
    }
    const flat = Float32Array.from({length: 30}, (_, i) =>
      i % 3 === 2 ? 0 : data.values[2 * Math.floor(i / 3) + (i % 3)],
    );
    expect(await mapQuality(data, flat, {threads: 1})).toEqual({trustworthiness: 1, continuity: 1}); // in space
  });
});

test.each([
  [0.1, 1.577, 0.8951], // umap-learn's find_ab_params(1, 0.1)
  [0.5, 0.583, 1.334],
])("a least distance of %d has umap-learn's curve", (minDistance, a, b) => {
  const curve = similarityCurve(minDistance);
  expect(curve.a).toBeCloseTo(a, 2);
  expect(curve.b).toBeCloseTo(b, 2);
});
