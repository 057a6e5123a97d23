import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {type Neighbourhood, openNeighbourhood, umap} from "../../src/tsne/index";
import {forceTable, similarityCurve} from "../../src/tsne/umap/curve";
import {fuzzyUnion, memberships} from "../../src/tsne/umap/fuzzy-graph";
import {cloud, digits} from "../support/tsne-data";

/** umap-learn's (fixtures/umap/make_umap.py). */
const learned = JSON.parse(readFileSync(join(__dirname, "../fixtures/umap/umap.json"), "utf8")) as {
  curves: [minDistance: number, a: number, b: number][];
  graph: [from: number, to: number, weight: number][];
};

test.each(learned.curves)("the curve of least distance %d is umap-learn's", (minDistance, a, b) => {
  const curve = similarityCurve(minDistance);
  expect(curve.a).toBeCloseTo(a, 5);
  expect(curve.b).toBeCloseTo(b, 5);
});

test("the table's forces are the slopes of log v and of log (1 − v), v the similarity", () => {
  const curve = similarityCurve(0.1);
  const table = forceTable(curve);
  const similarity = (d: number) => 1 / (1 + curve.a * d ** (2 * curve.b));
  const slope = (f: (d: number) => number, d: number) => (f(d + 1e-5) - f(d - 1e-5)) / 2e-5;
  for (const [doubling, part] of [
    [-6, 0],
    [-1, 32],
    [0, 0],
    [3, 127],
    [9, 64],
  ]) {
    const squared = 2 ** doubling * (1 + part / 128);
    const d = Math.sqrt(squared);
    const entry = 2 * ((20 + doubling) * 128 + part);
    expect(table[entry] * d).toBeCloseTo(
      slope((at) => Math.log(similarity(at)), d),
      4,
    );
    const push = slope((at) => Math.log(1 - similarity(at)), d) * (squared / (0.001 + squared)); // kept finite
    expect(table[entry + 1] * d).toBeCloseTo(push, 4);
  }
});

test("the fuzzy graph of 80 digits is umap-learn's", async () => {
  const [rows, count, {columns, values}] = [80, 9, digits(200)];
  const lists = {rows, count, near: new Int32Array(rows * count), distances: new Float32Array(rows * count)};
  for (let i = 0; i < rows; i++) {
    const apart = (j: number) =>
      Math.hypot(...Array.from({length: columns}, (_, c) => values[i * columns + c] - values[j * columns + c]));
    const others = Array.from({length: rows}, (_, j) => ({j, d: apart(j)})).filter(({j}) => j !== i);
    for (const [q, {j, d}] of others
      .sort((a, b) => a.d - b.d)
      .slice(0, count)
      .entries()) {
      lists.near[i * count + q] = j;
      lists.distances[i * count + q] = d;
    }
  }
  const {starts, ends, weights} = await fuzzyUnion(lists, await memberships(lists));
  const edges = Array.from({length: rows}, (_, i) =>
    Array.from(ends.subarray(starts[i], starts[i + 1]), (j) => [i, j]),
  );
  expect(edges.flat()).toEqual(learned.graph.map(([i, j]) => [i, j]));
  for (const [e, [, , weight]] of learned.graph.entries()) expect(weights[e]).toBeCloseTo(weight, 4);
});

async function nearby<T>(data: ReturnType<typeof digits>, threads: number, use: (near: Neighbourhood) => Promise<T>) {
  const near = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads});
  try {
    return await use(near);
  } finally {
    near.close();
  }
}

test("a map of 2,000 digits is as faithful as umap-js' (.954 and .953), and no wider", async () => {
  const {trustworthiness, continuity, radius} = await nearby(digits(2000), 1, async (near) => {
    const {points, epochs} = await umap(near, digits(2000), {dimensions: 2, epochs: 200, random: randomSource(0)});
    expect(epochs).toBe(200);
    const squares = points.reduce((sum, v) => sum + v * v, 0) / 2000;
    const middle = [0, 1].map((d) => points.reduce((sum, v, e) => sum + (e % 2 === d ? v : 0), 0) / 2000);
    return {...(await near.quality(points, 2, 12)), radius: Math.sqrt(squares - middle[0] ** 2 - middle[1] ** 2)};
  });
  expect(trustworthiness).toBeGreaterThan(0.94);
  expect(continuity).toBeGreaterThan(0.935);
  expect(radius).toBeGreaterThan(2.5); // umap-js': 4.0
  expect(radius).toBeLessThan(6);
});

test.each([2, 3] as const)("in %i dimensions the threads change no bit, and another seed does", async (dimensions) => {
  const data = cloud(700, 10, 3);
  const map = (threads: number, seed: number) =>
    nearby(data, threads, (near) => umap(near, data, {dimensions, epochs: 20, random: randomSource(seed)}));
  const [one, two, other] = [await map(1, 5), await map(2, 5), await map(1, 6)];
  expect(one.points).toHaveLength(700 * dimensions);
  expect(one.points.every(Number.isFinite)).toBe(true);
  expect(Buffer.compare(Buffer.from(two.points.buffer), Buffer.from(one.points.buffer))).toBe(0);
  expect(other.points).not.toEqual(one.points);
});

test("groups far apart stay apart, rows that are alike get places of their own, and a signal ends it", async () => {
  const data = cloud(600, 5, 8);
  for (let r = 0; r < 600; r++) data.values[r * 5] += 100 * (r % 3);
  for (let r = 3; r < 30; r += 3) data.values.copyWithin(r * 5, 0, 5);
  await nearby(data, 1, async (near) => {
    const options = {dimensions: 2, epochs: 100, random: randomSource(0)} as const;
    const {points} = await umap(near, data, options);
    const places = new Set(Array.from({length: 600}, (_, i) => `${points[2 * i]},${points[2 * i + 1]}`));
    expect(places.size).toBe(600);
    const middle = [0, 1, 2].map((g) =>
      [0, 1].map((d) => points.reduce((sum, v, e) => sum + ((e >> 1) % 3 === g && (e & 1) === d ? v / 200 : 0), 0)),
    );
    const nearest = (i: number) =>
      middle
        .map(([x, y]) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y))
        .reduce((a, d, g, all) => (d < all[a] ? g : a), 0);
    expect(Array.from({length: 600}, (_, i) => nearest(i) === i % 3).filter(Boolean)).toHaveLength(600);
    const stop = new AbortController();
    const stopping = umap(near, data, {
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(stopping).rejects.toThrow("enough");
  });
});
