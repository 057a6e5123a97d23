import {expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import {umap} from "../../../src/pipeline/maps/methods/umap";
import {umap as manyPoints, openNeighbourhood} from "../../../src/tsne/index";
import {cloud} from "../../support/tsne-data";

test("10,001 points are mapped by our own UMAP, and 500 by umap-js", async () => {
  for (const rows of [500, 10_001]) {
    const data = cloud(rows, 3, 1);
    const neighbourhood = await openNeighbourhood(data, {perplexity: 5, metric: "euclidean", threads: 1});
    const task = {data, neighbourhood, metric: "euclidean", dimensions: 2, perplexity: 5, iterations: 1} as const;
    const map = await umap.project({...task, random: randomSource(2)});
    const own = await manyPoints(neighbourhood, data, {dimensions: 2, epochs: 1, random: randomSource(2)});
    neighbourhood.close();
    expect([map.iterations, map.points.length]).toEqual([1, 2 * rows]);
    expect(map.points.every(Number.isFinite)).toBe(true);
    expect(Buffer.compare(Buffer.from(map.points.buffer), Buffer.from(own.points.buffer)) === 0).toBe(rows > 10_000);
  }
});
