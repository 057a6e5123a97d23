/** @file Neighbours of rows, and what other packages are given for a map. */
import TSNE from "tsne-js";
import {UMAP} from "umap-js";
import {expect, test, vi} from "vitest";

import {randomSource} from "../../../src/nouns/random";
import {epochNotes, mapNotes} from "../../../src/pipeline/maps/map-notes";
import {pca} from "../../../src/pipeline/maps/methods/pca";
import {tsneJs} from "../../../src/pipeline/maps/methods/tsne-js";
import {umapOf} from "../../../src/pipeline/maps/methods/umap";
import {nearestRows} from "../../../src/pipeline/maps/nearest-rows";
import {cloud} from "../../support/tsne-data";

test("a few rows are near to all others, in their order; of more the nearest by their directions are kept", async () => {
  const few = {rows: 3, columns: 2, values: Float32Array.of(1, 0, 0, 1, 1, 1)};
  expect([...(await nearestRows(few, 2))]).toEqual([1, 2, 0, 2, 0, 1]);
  // six directions, 30 degrees apart, of any length
  const values = Float32Array.from({length: 12}, (_, i) => {
    const angle = (Math.floor(i / 2) * Math.PI) / 6 + 0.01 * Math.floor(i / 2) ** 2;
    return (1 + Math.floor(i / 2)) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
  const near = await nearestRows({rows: 6, columns: 2, values}, 2);
  expect([...near]).toEqual([1, 2, 0, 2, 1, 3, 2, 4, 3, 5, 4, 3]);
});

/** The neighbours and distances that umap-js is given for four rows. */
async function givenToUmap(metric: "euclidean" | "cosine") {
  const spy = vi.spyOn(UMAP.prototype, "setPrecomputedKNN");
  const values = Float32Array.of(1, 0, 0, 2, 3, 3, 0, 0, 0, 0);
  const nearest = Uint32Array.of(1, 2, 0, 2, 0, 1, 4, 0, 3, 1);
  const neighbourhood = {k: 2, nearest: () => nearest};
  const task = {data: {rows: 5, columns: 2, values}, neighbourhood, metric, dimensions: 2, iterations: 1};
  const told: [number, number][] = [];
  const start = Float32Array.from({length: 10}, (_, i) => i);
  const onProgress = (done: number, all: number) => void told.push([done, all]);
  const map = await umapOf({...task, start, random: randomSource(1), onProgress} as never);
  const [indices, distances] = spy.mock.calls[0];
  spy.mockRestore();
  expect(map.points).toHaveLength(10);
  expect(told).toEqual([[1, 1]]);
  return {indices, distances};
}

test("umap-js is given each row before its neighbours, with their distances by the metric", async () => {
  const straight = await givenToUmap("euclidean");
  expect(straight.indices).toEqual([
    [0, 1, 2],
    [1, 0, 2],
    [2, 0, 1],
    [3, 4, 0],
    [4, 3, 1],
  ]);
  expect(straight.distances.flat()).toBeAllClose([0, 5, 13, 0, 5, 10, 0, 13, 10, 0, 0, 1, 0, 0, 4].map(Math.sqrt), {
    rtol: 1e-6,
    atol: 0,
  });
  const {distances} = await givenToUmap("cosine");
  const half = 1 - Math.SQRT1_2; // 45 degrees
  // a row of zeros has no direction: it is as far as can be from others, and none from its like
  expect(distances.flat()).toBeAllClose([0, 1, half, 0, 1, half, 0, half, half, 0, 0, 1, 0, 0, 1], {
    ...{rtol: 0, atol: 1e-6},
  });
});

test("tsne-js begins with the map before, or near the middle", async () => {
  const starts: number[][] = [];
  const spy = vi.spyOn(TSNE.prototype, "run").mockImplementation(function run(this: {
    outputEmbedding: {data: number[]};
  }) {
    starts.push([...this.outputEmbedding.data]);
    return [0, 7];
  } as never);
  const data = cloud(20, 3, 1);
  const task = {data, dimensions: 2, perplexity: 5, iterations: 0, random: randomSource(1)};
  const start = Float32Array.from({length: 40}, (_, i) => i / 4);
  const next = await tsneJs.project({...task, start} as never);
  const first = await tsneJs.project(task as never);
  spy.mockRestore();
  expect([next.iterations, first.iterations]).toEqual([7, 7]);
  expect(starts[0]).toBeAllClose(start, {rtol: 1e-6, atol: 0});
  expect(Math.max(...starts[1].map(Math.abs))).toBeLessThan(1e-3);
  expect(new Set(starts[1]).size).toBe(40);
});

test("a map by principal components of one column fills one coordinate", async () => {
  const data = {rows: 3, columns: 1, values: Float32Array.of(0, 1, 5)};
  const {points} = await pca.project({data, dimensions: 2, neighbourhood: {threads: 1}} as never);
  expect(points).toBeAllClose([-2, 0, -1, 0, 3, 0], {rtol: 0, atol: 1e-5});
});

test("a map says that the network is untrained, or how far points moved; nothing where no map was before", () => {
  expect(epochNotes(null, 0)).toEqual(["the network is untrained: what groups there are, the images bring with them"]);
  expect(epochNotes(null, 3)).toEqual([]);
  expect(epochNotes(Float64Array.of(0.25, Number.NaN, 0.5), 3)).toEqual([
    "since the last map the classes' points moved 37.5% of the map's radius on average",
  ]);
});

test("ranks are estimated only if they are not counted among all others", () => {
  const facts = {
    ...{width: 9, components: 9, explained: 1, iterations: 1, sampled: 10, perplexity: 3, klDivergence: 1},
    ...{trustworthiness: 1, continuity: 1, trustworthinessFull: 1, neighbourhoodSize: 4, voters: 3},
  };
  const notes = (among: number, map: number | null, full: number | null) =>
    mapNotes({...facts, among, neighbourAccuracyMap: map, neighbourAccuracyFull: full}, 10, "rows");
  expect(notes(8, null, null)[1]).toContain("(4 neighbours, ranks estimated from 8 others)");
  expect(notes(9, null, null)[1]).toContain("(4 neighbours)");
  expect(notes(9, 0.5, null)).toHaveLength(2);
  expect(notes(9, null, 0.5)).toHaveLength(2);
  expect(notes(9, 0, 0.5)[2]).toBe("class by the 3 nearest: right for 0.0% on the map, 50.0% in the features");
});
