import {fairOrder, type Matrix} from "../../tsne/index";

/**
 * How many points have their neighbours checked, and how many distances are measured in all. With 800 columns, this
 * takes a twentieth of a second.
 */
const [POINTS, DISTANCES] = [1200, 30_000];

/** How many of `rows` points are checked, and with how many of the other points each is compared to find a rank. */
export function sampleSizes(rows: number, k: number): {readonly points: number; readonly others: number} {
  const points = Math.min(rows, POINTS);
  return {points, others: Math.min(rows - 1, Math.floor(DISTANCES / points) - k)};
}

/**
 * Trustworthiness (Venna & Kaski 2001, as `trustworthiness` in projection-quality.ts), in [0, 1], estimated from a fair
 * sample of the points. Each neighbour's rank is estimated from some of the other points, spread evenly. The result is
 * exact for up to 168 points. For many points it is off by about 0.004, and too low by at most k / rows.
 *
 * @param weights The weight of each column in squared distances. They give the distances of scaled rows without a
 * scaled copy.
 * @param neighbours The k nearest rows on the map for every row, `[row * k + q]`.
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
    const shift = (own * 0.6180339887498949) % 1; // each point is compared with other points
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

/**
 * Squared distance of the rows that start at i and at j. It keeps four sums side by side, because in a single sum each
 * addition would wait for the one before.
 */
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
 * Estimates trustworthiness in all columns from trustworthiness in the components, which is known for all points. It
 * measures both for the sample and adds their difference to the known figure. A map gets nearly the same points wrong
 * in both, so the difference varies less from sample to sample than either figure.
 *
 * @param known Trustworthiness in the components, for all points.
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
