import {optionalPackage} from "../../../nouns/optional-package";
import {umap as manyPoints, pauses} from "../../../tsne/index";
import type {Projected, ProjectionMethod, ProjectionTask} from "./method";

/** More points than umap-js maps in seconds: these are mapped by src/tsne/umap. */
const FEW = 10_000;
/** The defaults of umap-learn and umap-js. */
const [NEIGHBOURS, MIN_DISTANCE] = [15, 0.1];

/** The input of UMAP: a task, and settings that only UMAP has. */
export interface UmapTask extends Omit<ProjectionTask, "perplexity"> {
  /** How many neighbours a point has, including itself. */
  readonly neighbours?: number;
  /** How near points may lie on the map. */
  readonly minDistance?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/**
 * UMAP (McInnes, Healy & Melville 2018). Up to 10,000 points it is the umap-js package's, with exact neighbours in place of
 * its approximate search and a seeded source of chance; more points are mapped by our own (src/tsne/umap).
 */
export const umap: ProjectionMethod = {title: "UMAP", mostPoints: Infinity, project: (task) => umapOf(task)};

/** A map by UMAP. @throws EpochscopeError MISSING_PACKAGE if it needs umap-js and it is not there; the signal's reason. */
export async function umapOf({
  neighbours = NEIGHBOURS,
  minDistance = MIN_DISTANCE,
  ...task
}: UmapTask): Promise<Projected> {
  const {data, neighbourhood, metric, dimensions, iterations, start, random, signal, onProgress} = task;
  if (data.rows > FEW) {
    const {points, epochs} = await manyPoints(neighbourhood, data, {
      ...{dimensions, metric, neighbours, minDistance, random},
      ...(iterations ? {epochs: iterations} : {}),
      ...(start ? {start} : {}),
      ...(signal ? {signal} : {}),
      ...(onProgress ? {onProgress} : {}),
    });
    return {points, iterations: epochs};
  }
  const {UMAP} = await optionalPackage("umap-js", "a map by UMAP", () => import("umap-js"));
  const {rows, columns, values} = data;
  const k = Math.min(neighbours, neighbourhood.k + 1, rows - 1); // its lists begin with the point itself
  const near = neighbourhood.nearest(k - 1);
  const indices = Array.from({length: rows}, (_, i) => [i, ...near.subarray(i * (k - 1), (i + 1) * (k - 1))]);
  const distance = metric === "cosine" ? directions : straight;
  const distances = indices.map((list) => list.map((j) => distance(values, columns, list[0], j)));
  const model = new UMAP({
    nComponents: dimensions,
    nNeighbors: k,
    minDist: minDistance,
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
    signal?.throwIfAborted();
    model.step();
    onProgress?.(epoch + 1, epochs);
    await pause();
  }
  return {points: Float32Array.from(model.getEmbedding().flat()), iterations: epochs};
}

function row(values: Float32Array, columns: number, i: number): Float32Array {
  return values.subarray(i * columns, (i + 1) * columns);
}

function straight(values: Float32Array, columns: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (values[i * columns + c] - values[j * columns + c]) ** 2;
  return Math.sqrt(sum);
}

/**
 * 1 − the cosine of the angle between two rows, as umap-learn's "cosine". It is 1 if one of the rows has only zeros,
 * and 0 if both have.
 */
function directions(values: Float32Array, columns: number, i: number, j: number): number {
  let [product, a, b] = [0, 0, 0];
  for (let c = 0; c < columns; c++) {
    const [x, y] = [values[i * columns + c], values[j * columns + c]];
    product += x * y;
    a += x * x;
    b += y * y;
  }
  if (a === 0 || b === 0) return a === b ? 0 : 1;
  return Math.max(0, 1 - product / Math.sqrt(a * b));
}
