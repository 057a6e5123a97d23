import {optionalPackage} from "../../../nouns/optional-package";
import {pauses} from "../../../tsne/index";
import type {ProjectionMethod} from "./method";

/** umap-learn's and umap-js's default. */
const NEIGHBOURS = 15;

/**
 * UMAP (McInnes, Healy & Melville 2018) by the umap-js package, with exact neighbours in place of its approximate
 * search and a seeded source of chance.
 */
export const umap: ProjectionMethod = {
  title: "UMAP",
  mostPoints: Infinity,
  async project({data, neighbourhood, dimensions, iterations, start, random}) {
    const {UMAP} = await optionalPackage("umap-js", "a map by UMAP", () => import("umap-js"));
    const {rows, columns, values} = data;
    const k = Math.min(NEIGHBOURS, neighbourhood.k + 1, rows - 1); // its lists begin with the point itself
    const near = neighbourhood.nearest(k - 1);
    const indices = Array.from({length: rows}, (_, i) => [i, ...near.subarray(i * (k - 1), (i + 1) * (k - 1))]);
    const distances = indices.map((list) => list.map((j) => distance(values, columns, list[0], j)));
    const model = new UMAP({
      nComponents: dimensions,
      nNeighbors: k,
      random,
      ...(iterations ? {nEpochs: iterations} : {}),
    });
    model.setPrecomputedKNN(indices, distances);
    const epochs = model.initializeFit(Array.from({length: rows}, (_, i) => [...row(values, columns, i)]));
    if (start) {
      model.getEmbedding().forEach((point, i) => {
        for (let d = 0; d < dimensions; d++) point[d] = start[i * dimensions + d];
      });
    }
    const pause = pauses();
    for (let epoch = 0; epoch < epochs; epoch++) {
      model.step();
      await pause();
    }
    return {points: Float32Array.from(model.getEmbedding().flat()), iterations: epochs};
  },
};

function row(values: Float32Array, columns: number, i: number): Float32Array {
  return values.subarray(i * columns, (i + 1) * columns);
}

function distance(values: Float32Array, columns: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (values[i * columns + c] - values[j * columns + c]) ** 2;
  return Math.sqrt(sum);
}
