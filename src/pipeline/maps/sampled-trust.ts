import {fairOrder, type Matrix} from "../../tsne/index";

/** Points whose neighbours are looked at, and distances measured in all: a twentieth of a second of 800 columns. */
const [POINTS, DISTANCES] = [1200, 30_000];

/** How many of `rows` points are looked at, and among how many of the others a rank is counted. */
export function sampleSizes(rows: number, k: number): {readonly points: number; readonly others: number} {
  const points = Math.min(rows, POINTS);
  return {points, others: Math.min(rows - 1, Math.floor(DISTANCES / points) - k)};
}

/**
 * Trustworthiness (Venna & Kaski 2001, as `trustworthiness` in projection-quality.ts), in [0, 1], estimated from a fair
 * sample of the points, each neighbour's rank from an even share of the others. Of up to 168 points it is exact; of many
 * ones, off by some 0.004 and too low by k / rows at most.
 *
 * @param weights Of the columns, in squared distances: those of the scaled rows, without a copy of them.
 * @param neighbours Of every row the k nearest on the map, `[row * k + q]`.
 */
export function sampledTrustworthiness(
  {rows, columns, values}: Matrix,
  weights: Float64Array,
  neighbours: Uint32Array,
  k: number,
): number {
  const {points, others} = sampleSizes(rows, k);
  const apart = (a: number, b: number) => distance(values, a * columns, b * columns, weights);
  const distances = new Float64Array(others);
  let excess = 0;
  for (const own of fairOrder(rows).subarray(0, points)) {
    const shift = (own * 0.6180339887498949) % 1; // each point has other others
    for (let m = 0; m < others; m++) {
      distances[m] = apart(own, (own + 1 + Math.floor(((m + shift) * (rows - 1)) / others)) % rows);
    }
    for (let q = 0; q < k; q++) {
      const near = apart(own, neighbours[own * k + q]);
      let nearer = 0;
      for (let m = 0; m < others; m++) if (distances[m] < near) nearer++;
      excess += Math.max(0, 1 + (nearer * (rows - 1)) / others - k);
    }
  }
  return 1 - (2 / (points * k * (2 * rows - 3 * k - 1))) * excess;
}

/** Squared distance of the rows that start at i and at j. Four sums at a time: each addition would wait for the one before. */
function distance(values: Float32Array, i: number, j: number, weights: Float64Array): number {
  const columns = weights.length;
  const whole = columns & ~3;
  let [s, t, u, v] = [0, 0, 0, 0];
  for (let c = 0; c < whole; c += 4, i += 4, j += 4) {
    const a = values[i] - values[j];
    const b = values[i + 1] - values[j + 1];
    const d = values[i + 2] - values[j + 2];
    const e = values[i + 3] - values[j + 3];
    s += weights[c] * a * a;
    t += weights[c + 1] * b * b;
    u += weights[c + 2] * d * d;
    v += weights[c + 3] * e * e;
  }
  for (let c = whole; c < columns; c++, i++, j++) s += weights[c] * (values[i] - values[j]) ** 2;
  return s + t + u + v;
}

/**
 * Trustworthiness in all columns from that in the components, which is known of all points: what the sample has more or
 * less in all columns than in the components is added to it. Which points a map got wrong is much the same in both, so
 * that this difference varies less from sample to sample than either figure.
 *
 * @param known In the components, of all points.
 */
export function trustworthinessFrom(
  known: number,
  full: Matrix,
  weights: Float64Array,
  reduced: Matrix,
  neighbours: Uint32Array,
  k: number,
): number {
  const own = sampledTrustworthiness(full, weights, neighbours, k);
  const {points, others} = sampleSizes(full.rows, k);
  if (points === full.rows && others === full.rows - 1) return own;
  const equal = new Float64Array(reduced.columns).fill(1);
  return Math.min(1, known + own - sampledTrustworthiness(reduced, equal, neighbours, k));
}
