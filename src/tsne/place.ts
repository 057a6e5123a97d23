import {checkMatrix, type Dimensions, type Matrix} from "./linear/matrix";

/** Where new rows stand among those of a map: row i's neighbours are `near[i * count + q]`, nearest first. */
export interface Placement {
  /** Neighbours of each new row. */
  readonly count: number;
  readonly near: Uint32Array;
  /** Euclidean distances to them, in the data's space. */
  readonly distances: Float32Array;
}

export interface PlaceOptions {
  /** Neighbours to look for; 5 by default, at most as many as there are rows. */
  readonly count?: number;
  /** A row of the data that is not its own neighbour; one new row then. */
  readonly except?: number | undefined;
}

/** Neighbours that a new point is put between. */
export const PLACED_AMONG = 5;
/** Added to each squared distance, so that a row that is there already is not the only one that counts. */
const SOFTENING = 0.05;

/** The nearest rows of `data` to each row of `rows`, by going through all of them; equals by rising row. */
export function place(data: Matrix, rows: Matrix, {count = PLACED_AMONG, except}: PlaceOptions = {}): Placement {
  checkMatrix("data", data);
  checkMatrix("rows", rows);
  if (rows.columns !== data.columns)
    throw new RangeError(`rows: expected ${data.columns} columns, got ${rows.columns}`);
  const others = data.rows - (except === undefined ? 0 : 1);
  if (!(count >= 1 && count <= others)) throw new RangeError(`count: expected 1 to ${others}, got ${count}`);
  const near = new Uint32Array(rows.rows * count);
  const distances = new Float32Array(rows.rows * count);
  const squares = new Float64Array(data.rows);
  const order = Uint32Array.from({length: data.rows}, (_, n) => n);
  for (let r = 0; r < rows.rows; r++) {
    for (let n = 0; n < data.rows; n++) squares[n] = n === except ? Infinity : squaredDistance(data, n, rows, r);
    order.sort((a, b) => squares[a] - squares[b] || a - b);
    for (let q = 0; q < count; q++) {
      near[r * count + q] = order[q];
      distances[r * count + q] = Math.sqrt(squares[order[q]]);
    }
  }
  return {count, near, distances};
}

/**
 * Where a new row belongs on the map: the mean of its nearest rows' places, each weighted by 1 / (d² + 0.05).
 *
 * @param at Which of the placed rows. @param points The map, `[rows * dimensions]`, as it stands at the moment.
 */
export function placeOf(
  {count, near, distances}: Placement,
  at: number,
  points: ArrayLike<number>,
  dimensions: Dimensions = 2,
): number[] {
  const sums = new Array<number>(dimensions).fill(0);
  let total = 0;
  for (let q = at * count; q < at * count + Math.min(count, PLACED_AMONG); q++) {
    const weight = 1 / (distances[q] ** 2 + SOFTENING);
    for (let d = 0; d < dimensions; d++) sums[d] += weight * points[near[q] * dimensions + d];
    total += weight;
  }
  return sums.map((sum) => sum / total);
}

function squaredDistance(data: Matrix, n: number, rows: Matrix, r: number): number {
  let sum = 0;
  for (let c = 0; c < data.columns; c++) {
    sum += (rows.values[r * data.columns + c] - data.values[n * data.columns + c]) ** 2;
  }
  return sum;
}
