import {type Descent, descend} from "./descent";
import {checkMatrix, type Dimensions, type Matrix} from "./linear/matrix";
import {type Metric, type Neighbourhood, openNeighbourhood} from "./neighbours/neighbourhood";
import {principalStart, randomStart} from "./start";
import {automaticThreads} from "./threads/threads";

export interface TsneOptions extends Partial<Descent> {
  readonly dimensions?: Dimensions;
  readonly perplexity?: number;
  readonly metric?: Metric;
  /**
   * Where the points start: "pca" (involves no chance), "random", or given positions, `[n * dimensions]`, which are
   * taken as they are.
   */
  readonly start?: "pca" | "random" | Float32Array;
  /** A source of uniform numbers in [0, 1); used for a random start only. */
  readonly random?: () => number;
  /** By default, as many as are worth their cost for n points. The map does not depend on it. */
  readonly threads?: number;
}

export interface TsneMap {
  /** The map, `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly dimensions: Dimensions;
  /** KL(P‖Q) of the map in nats, over all pairs. */
  readonly klDivergence: number;
  readonly iterations: number;
  readonly gradientNorm: number;
}

/**
 * Makes a t-SNE map of the rows of a matrix (van der Maaten & Hinton 2008), with the defaults of scikit-learn 1.2:
 * perplexity 30, 1,000 iterations, attraction times 12 in the first 250, learning rate n / 48, and a start from
 * principal components. The same input gives the same bits, whatever the number of threads.
 *
 * @throws RangeError if the numbers are not finite, or the options do not fit them; the signal's reason.
 */
export async function tsne(data: Matrix, options: TsneOptions = {}): Promise<TsneMap> {
  options.signal?.throwIfAborted();
  const {perplexity = 30, metric = "euclidean", threads = await automaticThreads(data.rows)} = options;
  const neighbourhood = await openNeighbourhood(data, {perplexity, metric, threads});
  try {
    return await embed(neighbourhood, data, options);
  } finally {
    neighbourhood.close();
  }
}

/** Makes a map of data whose neighbourhood is open already. */
export async function embed(neighbourhood: Neighbourhood, data: Matrix, options: TsneOptions): Promise<TsneMap> {
  const {dimensions = 2, start = "pca"} = options;
  if (!(dimensions === 2 || dimensions === 3)) throw new RangeError(`dimensions: expected 2 or 3, got ${dimensions}`);
  const from = await startOf(neighbourhood, data, dimensions, start, options.random);
  const {points, iterations, gradientNorm} = await descend(neighbourhood, from, dimensions, options);
  const klDivergence = await neighbourhood.divergence(points, dimensions);
  return {points, dimensions, klDivergence, iterations, gradientNorm};
}

async function startOf(
  space: Neighbourhood,
  data: Matrix,
  dimensions: Dimensions,
  start: "pca" | "random" | Float32Array,
  random?: () => number,
): Promise<Float32Array> {
  if (start === "pca") return principalStart(space, data, dimensions);
  if (start !== "random") {
    checkMatrix("start", {rows: data.rows, columns: dimensions, values: start});
    return start;
  }
  if (!random) throw new RangeError("random: expected a source of numbers for a random start, got none");
  return randomStart(data.rows, dimensions, random);
}
