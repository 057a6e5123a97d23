import {UserError} from "../nouns/options";
import {fork} from "../nouns/random";
import {umapOf} from "../pipeline/maps/methods/umap";
import {automaticThreads, type Dimensions, type Matrix, type Metric, openNeighbourhood} from "../tsne/index";
import type {Common} from "./attribute";

/** The options of a map by UMAP; their defaults are umap-learn's. */
export interface UmapOptions extends Common {
  /** By default 2. */
  readonly dimensions?: Dimensions;
  /** The distance between rows. By default "euclidean". */
  readonly metric?: Metric;
  /** How many points count as near, including the point itself. By default 15, or fewer if there are few rows. */
  readonly neighbours?: number;
  /** How near points may lie on the map. By default 0.1. */
  readonly minDistance?: number;
  /** By default 500 for up to 2,500 rows, and fewer for more rows: 200 for more than 7,500. */
  readonly iterations?: number;
  /**
   * The places at which the points begin, `[rows * dimensions]`. By default they are drawn at random, from `seed`; more than
   * 10,000 points begin on the first principal components.
   */
  readonly start?: Float32Array;
  /** How many threads search for neighbours; the map does not depend on it. */
  readonly threads?: number;
}

/** Rows laid out in the plane or in space. */
export interface UmapMap {
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly dimensions: Dimensions;
  readonly iterations: number;
}

/**
 * UMAP of the rows of a matrix (McInnes, Healy & Melville 2018): up to 10,000 rows by the package umap-js, more rows by our
 * own code. Neighbours are exact, or approximate if there are more than 100,000 rows. The same seed gives the same map.
 *
 * @example const {points} = await umap({rows, columns, values}, {neighbours: 15, seed: 1});
 * @throws EpochscopeError BAD_OPTION, or MISSING_PACKAGE without umap-js; RangeError if numbers are not finite; the
 * signal's reason.
 */
export async function umap(data: Matrix, options: UmapOptions = {}): Promise<UmapMap> {
  const {signal, seed = 0, dimensions = 2, metric = "euclidean", minDistance = 0.1, iterations = 0, start} = options;
  signal?.throwIfAborted();
  const {rows} = data;
  const neighbours = options.neighbours ?? Math.min(15, rows - 1);
  if (!(dimensions === 2 || dimensions === 3)) throw wrong("dimensions", "2 or 3", dimensions);
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && neighbours < rows)) {
    throw wrong("neighbours", `a whole number from 2 to ${rows - 1}, below the rows`, neighbours);
  }
  if (!(minDistance >= 0 && minDistance <= 1)) throw wrong("minDistance", "a number from 0 to 1", minDistance);
  if (!(Number.isInteger(iterations) && iterations >= 0)) throw wrong("iterations", "a whole number", iterations);
  if (start && start.length !== rows * dimensions) {
    throw wrong("start", `${rows * dimensions} numbers`, `${start.length}`);
  }
  const perplexity = Math.min((rows - 1) / 3, Math.max(1, neighbours / 3));
  const threads = options.threads ?? (await automaticThreads(rows));
  const k = Math.min(rows - 1, Math.floor(3 * perplexity + 1));
  const neighbourhood = await openNeighbourhood(data, {perplexity, metric, threads, neighbours: k});
  try {
    const task = {data, neighbourhood, metric, dimensions, neighbours, minDistance, iterations};
    const {points, iterations: done} = await umapOf({
      ...task,
      random: fork(seed, "umap"),
      ...(start ? {start} : {}),
      ...(signal ? {signal} : {}),
      ...(options.onProgress ? {onProgress: (at, total) => options.onProgress?.(at, total)} : {}),
    });
    return {points, dimensions, iterations: done};
  } finally {
    neighbourhood.close();
  }
}

function wrong(option: string, expected: string, got: unknown): UserError {
  return new UserError(`${option}: expected ${expected}, got ${got}`, {code: "BAD_OPTION"});
}
