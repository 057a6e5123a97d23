import {checkMatrix, type Dimensions, type Matrix} from "./linear/matrix";

/** The neighbours of new rows among the rows of a map: those of row i are `near[i * count + q]`, the nearest first. */
export interface Placement {
  /** How many neighbours each new row has. */
  readonly count: number;
  readonly near: Uint32Array;
  /** The Euclidean distances to them, in the space of the data. */
  readonly distances: Float32Array;
}

export interface PlaceOptions {
  /** How many neighbours to look for: 5 by default, at most the number of rows. */
  readonly count?: number;
  /** A row of the data that is not its own neighbour. There must be only one new row then. */
  readonly except?: number | undefined;
}

/** A new point is placed between this many neighbours. */
export const PLACED_AMONG = 5;
/** Added to each squared distance. Without it, a new row that equals an old one would count only that one. */
const SOFTENING = 0.05;

/** The nearest rows of `data` to each row of `rows`, found by comparing all; equally near ones stand by rising row. */
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
 * The place of a new row on the map: the mean of the places of its nearest rows, each weighted by 1 / (d² + 0.05).
 *
 * @param at Which of the new rows.
 * @param points The map as it is at the moment, `[rows * dimensions]`.
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
