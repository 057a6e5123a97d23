import {beforeAll, describe, expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {embed, type Matrix, type Neighbourhood, openNeighbourhood, type TsneOptions, tsne} from "../../src/tsne/index";
import {gradient, jointProbabilities} from "../../src/tsne/reference";
import {cloud, digits, reference, relativeError} from "../support/tsne-data";
import {countTurns} from "../support/turns";

const euclidean = {perplexity: 30, metric: "euclidean", threads: 1} as const;

describe("2,000 digits", () => {
  const data = digits(2000);
  const published = reference.runs.find(({n}) => n === 2000)!;
  let neighbourhood: Neighbourhood;
  beforeAll(async () => {
    neighbourhood = await openNeighbourhood(data, {...euclidean, threads: 2});
  });

  test.each(["mesh", "all-pairs"] as const)("by %s come out as well as scikit-learn's", async (repulsion) => {
    const map = await embed(neighbourhood, data, {repulsion});
    // scikit-learn's own figure, 1.2473, is low by about 0.008: its Z is Barnes-Hut's
    expect(map.klDivergence).toBeLessThan(published.klDivergence);
    const {trustworthiness} = await neighbourhood.quality(map.points, 2, 12);
    expect(trustworthiness).toBeGreaterThan(published.trustworthiness12);
    expect(map.iterations).toBe(1000);
  });

  test("reach scikit-learn's divergence in 700 iterations by a late learning rate of n / 4", async () => {
    const settings = {iterations: 700, exaggerationIterations: 150};
    const fast = await embed(neighbourhood, data, {...settings, lateLearningRate: data.rows / 4});
    expect(fast.klDivergence).toBeLessThan(published.klDivergence + 0.008); // by our evaluator, as above
    const slow = await embed(neighbourhood, data, settings);
    expect(slow.klDivergence).toBeGreaterThan(fast.klDivergence);
  });

  test("continue from a map without losing it", async () => {
    const first = await embed(neighbourhood, data, {});
    const next = await embed(neighbourhood, data, {start: first.points, exaggerationIterations: 0, iterations: 100});
    expect(next.klDivergence).toBeLessThanOrEqual(first.klDivergence + 1e-4);
    expect(relativeError(next.points, first.points)).toBeLessThan(0.05);
  });

  test("go in 3 dimensions to a smaller divergence than in 2", async () => {
    const some: Matrix = {rows: 500, columns: 50, values: data.values.subarray(0, 500 * 50)};
    const [plane, space] = [await tsne(some, {dimensions: 2}), await tsne(some, {dimensions: 3})];
    expect(space.points.length).toBe(1500);
    expect(space.klDivergence).toBeLessThan(plane.klDivergence);
  });
});

test.each([
  ["mesh", 2, 1],
  ["mesh", 2, 12],
  ["all-pairs", 2, 12],
  ["all-pairs", 3, 1],
  ["all-pairs", 3, 12],
] as const)(
  "the first step by %s in %i dimensions at exaggeration %i is down the reference's gradient",
  async (repulsion, dimensions, x) => {
    const data = digits(200);
    const neighbourhood = await openNeighbourhood(data, euclidean);
    const {values: start} = cloud(200, dimensions, 3, 5);
    const settings = {
      repulsion,
      dimensions,
      start,
      iterations: 1,
      exaggeration: x,
      exaggerationIterations: 1,
      learningRate: 50,
    };
    const {points} = await embed(neighbourhood, data, settings);
    const stepped = points.map((v, i) => (start[i] - v) / (50 * 0.8)); // gains are 0.8 after a first step from rest
    const exact = gradient(jointProbabilities(data, 30, 91), start, dimensions, x);
    expect(relativeError(stepped, exact)).toBeLessThan(repulsion === "mesh" ? 2e-3 : 2e-5);
  },
);

test.each([
  ["mesh", 2, 701],
  ["all-pairs", 2, 301],
  ["all-pairs", 3, 301],
] as const)("%s in %i dimensions gives the same bits with 1, 2 and 4 threads", async (repulsion, dimensions, rows) => {
  const data = cloud(rows, 20, 5);
  const run = (threads: number) => tsne(data, {threads, repulsion, dimensions, iterations: 300});
  const one = await run(1);
  for (const threads of [2, 4]) expect((await run(threads)).points).toEqual(one.points);
  expect((await run(1)).points).toEqual(one.points);
});

test("stops early when the gradient vanishes", async () => {
  const {iterations, gradientNorm} = await tsne(digits(200), {minGradientNorm: 1e-2, iterations: 5000});
  expect(iterations).toBeLessThan(5000);
  expect(iterations % 50).toBe(0);
  expect(gradientNorm).toBeLessThan(1e-2);
});

test("shows the map as it grows", async () => {
  const seen: [number, number][] = [];
  const {points} = await tsne(digits(200), {
    iterations: 120,
    every: 40,
    onProgress: (progress) => {
      seen.push([progress.iteration, progress.points()[0]]);
    },
  });
  expect(seen.map(([iteration]) => iteration)).toEqual([40, 80, 120]);
  expect(seen[2][1]).toBe(points[0]);
  expect(seen[0][1]).not.toBe(points[0]);
});

test("a random start is the seed's", async () => {
  const run = async (seed: number) =>
    (await tsne(digits(200), {start: "random", random: randomSource(seed), iterations: 100})).points;
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});

test("lets the event loop turn while it works", async () => {
  const turned = countTurns();
  await tsne(digits(2000), {iterations: 300});
  expect(turned()).toBeGreaterThan(30);
});

describe("hard data", () => {
  const separated = cloud(600, 10, 8);
  for (let i = 0; i < 600; i++) separated.values[i * 10 + (i % 10)] += 100;
  const repeated = cloud(600, 10, 9);
  for (let i = 100; i < 600; i++) repeated.values.copyWithin(i * 10, (i % 4) * 10, (i % 4) * 10 + 10);
  const far = cloud(600, 10, 10);
  for (let i = 0; i < 30; i++) far.values[i] *= 1e4;
  const same = {rows: 600, columns: 10, values: new Float32Array(6000).fill(1)};

  test.each<[string, Matrix, TsneOptions]>([
    ["ten clusters far apart", separated, {}],
    ["four points 125 times over", repeated, {}],
    ["outliers at ten thousand", far, {}],
    ["all points the same, at random", same, {start: "random", random: randomSource(1)}],
    ["all points the same, from principal components", same, {}],
  ])("%s: the map is finite", async (_, data, options) => {
    const map = await tsne(data, options);
    expect(map.points.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(map.klDivergence)).toBe(true);
  });

  test("clusters far apart stay whole", async () => {
    const {points} = await tsne(separated);
    const neighbourhood = await openNeighbourhood(
      {rows: 600, columns: 2, values: points},
      {...euclidean, perplexity: 10},
    );
    const near = neighbourhood.nearest(5);
    const strangers = near.filter((j, e) => j % 10 !== Math.floor(e / 5) % 10).length;
    expect(strangers / near.length).toBeLessThan(0.01);
  });
});

test("says what is wrong with a request", async () => {
  const data = cloud(100, 5, 12);
  const request = (options: object) => tsne(data, {iterations: 50, ...options});
  await expect(request({dimensions: 4})).rejects.toThrow("dimensions: expected 2 or 3, got 4");
  await expect(request({perplexity: 40})).rejects.toThrow(
    "perplexity: expected 1 to 33 (a third of the other points), got 40",
  );
  await expect(request({dimensions: 3, repulsion: "mesh"})).rejects.toThrow("repulsion: expected tree or all-pairs");
  await expect(request({dimensions: 2, repulsion: "tree"})).rejects.toThrow("repulsion: expected mesh or all-pairs");
  await expect(request({start: new Float32Array(7)})).rejects.toThrow("start: expected 100 × 2 = 200 numbers, got");
  await expect(request({start: "random"})).rejects.toThrow("random: expected a source of numbers");
  await expect(request({learningRate: -1})).rejects.toThrow("learningRate: expected more than 0, got -1");
  await expect(request({threads: 0})).rejects.toThrow("threads: expected a whole number from 1 to 64, got 0");
  await expect(request({learningRate: 1e9})).rejects.toThrow("lower the learning rate");
});
