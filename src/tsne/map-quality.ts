import {checkMatrix, type Dimensions, type Matrix} from "./linear/matrix";
import {type Metric, openNeighbourhood} from "./neighbours/neighbourhood";
import {automaticThreads} from "./threads/threads";

/** How to measure a map's quality. */
export interface QualityOptions {
  /**
   * How many neighbours are compared; it must be below half of the rows. By default 12, or fewer if there are few rows.
   */
  readonly k?: number;
  /** The measure of distance between rows of the data. By default "euclidean". */
  readonly metric?: Metric;
  /**
   * Ranks are counted among about this many of the other rows. By default among all of up to 2,500 rows, and among 300
   * if there are more.
   */
  readonly among?: number;
  readonly threads?: number;
  /** Aborts the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const NEIGHBOURS = 12;

/**
 * Trustworthiness and continuity of a map (Venna & Kaski 2001), in [0, 1]: whether the k nearest on the map are near in the
 * data, and the other way round.
 *
 * @param points `[rows * dimensions]`, of two or three dimensions, by whatever method they were made.
 * @example const {trustworthiness} = await mapQuality({rows, columns, values}, points, {k: 12});
 * @throws RangeError if numbers are not finite, points are not two or three a row, or k is not below half of the rows.
 */
export async function mapQuality(
  data: Matrix,
  points: Float32Array,
  {k, metric = "euclidean", among, threads, signal}: QualityOptions = {},
): Promise<{readonly trustworthiness: number; readonly continuity: number}> {
  signal?.throwIfAborted();
  checkMatrix("data", data);
  const {rows} = data;
  const dimensions = points.length / rows;
  if (!(dimensions === 2 || dimensions === 3)) {
    throw new RangeError(
      `points: expected two or three numbers for each of ${rows} rows, got ${points.length} numbers`,
    );
  }
  checkMatrix("points", {rows, columns: dimensions, values: points});
  const most = Math.ceil(rows / 2) - 1;
  const near = k ?? Math.min(NEIGHBOURS, most);
  if (!(Number.isInteger(near) && near >= 1 && near <= most)) {
    throw new RangeError(`k: expected a whole number from 1 to ${most}, below half of the ${rows} rows, got ${near}`);
  }
  // here the perplexity only decides the number of neighbours, which is three times as large
  const perplexity = Math.min((rows - 1) / 3, Math.max(1, near / 3));
  const space = await openNeighbourhood(data, {
    perplexity,
    metric,
    threads: threads ?? (await automaticThreads(rows)),
    neighbours: Math.min(rows - 1, Math.floor(3 * perplexity + 1)),
  });
  try {
    signal?.throwIfAborted();
    const {trustworthiness, continuity} = await space.quality(points, dimensions as Dimensions, near, among);
    return {trustworthiness, continuity};
  } finally {
    space.close();
  }
}
