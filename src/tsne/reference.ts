import type {Dimensions, Matrix} from "./linear/matrix";

/**
 * @file t-SNE exactly by its definition (van der Maaten & Hinton, Visualizing Data using t-SNE, JMLR 9, 2008), in
 * double precision, over all pairs. The tests of the fast engine compare with it, and it shows most plainly what that
 * engine computes.
 */

/**
 * The k nearest other rows of each row: `indices[i * k + q]` and squared distances, in rising order. If distances are
 * equal, the lower index comes first.
 */
export interface Neighbours {
  readonly k: number;
  readonly indices: Uint32Array;
  readonly distances: Float64Array;
}

/**
 * A sparse symmetric matrix by rows: the entries of row i stand from `starts[i]` up to `starts[i + 1]`, by rising
 * column.
 */
export interface JointProbabilities {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  /** The values sum to 1 over the whole matrix. */
  readonly values: Float64Array;
}

export function nearestNeighbours({rows, columns, values}: Matrix, k: number): Neighbours {
  const indices = new Uint32Array(rows * k);
  const distances = new Float64Array(rows * k);
  const row = new Float64Array(rows);
  const order = Uint32Array.from({length: rows}, (_, j) => j);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (values[i * columns + c] - values[j * columns + c]) ** 2;
      row[j] = sum;
    }
    row[i] = -1; // the row itself comes first, and is left out
    const nearest = order.slice().sort((a, b) => row[a] - row[b] || a - b);
    for (let q = 0; q < k; q++) {
      indices[i * k + q] = nearest[q + 1];
      distances[i * k + q] = row[nearest[q + 1]];
    }
  }
  return {k, indices, distances};
}

/**
 * Computes p(j|i) ∝ exp(−β d²ij) over the given squared distances. β is found by bisection, so that the entropy is
 * log(perplexity) (eq. 1). If more neighbours than the perplexity share one distance, no β is right; then these
 * neighbours share the probability.
 */
export function conditionalProbabilities(distances: Float64Array, perplexity: number): Float64Array {
  const nearest = Math.min(...distances);
  let [low, high, beta] = [0, Infinity, 1];
  for (let step = 0; step < 200; step++) {
    const weights = distances.map((d) => Math.exp(-beta * (d - nearest)));
    const total = weights.reduce((a, b) => a + b);
    const mean = weights.reduce((a, w, q) => a + w * (distances[q] - nearest), 0) / total;
    const excess = Math.log(total) + beta * mean - Math.log(perplexity);
    if (Math.abs(excess) < 1e-12 || beta > 1e100) break;
    if (excess > 0) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2];
    else [high, beta] = [beta, (low + beta) / 2];
  }
  const weights = distances.map((d) => Math.exp(-beta * (d - nearest)));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}

/** pij = (p(j|i) + p(i|j)) / 2n over the k nearest neighbours of each row. */
export function jointProbabilities(data: Matrix, perplexity: number, k: number): JointProbabilities {
  const n = data.rows;
  const {indices, distances} = nearestNeighbours(data, k);
  const rows = Array.from({length: n}, () => new Map<number, number>());
  for (let i = 0; i < n; i++) {
    conditionalProbabilities(distances.subarray(i * k, (i + 1) * k), perplexity).forEach((p, q) => {
      const j = indices[i * k + q];
      rows[i].set(j, (rows[i].get(j) ?? 0) + p / (2 * n));
      rows[j].set(i, (rows[j].get(i) ?? 0) + p / (2 * n));
    });
  }
  const sorted = rows.map((row) => [...row].sort(([a], [b]) => a - b));
  const starts = new Uint32Array(n + 1);
  sorted.forEach((row, i) => {
    starts[i + 1] = starts[i] + row.length;
  });
  return {
    starts,
    columns: Uint32Array.from(sorted.flatMap((row) => row.map(([j]) => j))),
    values: Float64Array.from(sorted.flatMap((row) => row.map(([, p]) => p))),
  };
}

/** Z = Σ over ordered pairs of 1 / (1 + |yi − yj|²), and each point's repulsion Σ (yi − yj) / (1 + |yi − yj|²)². */
export function repulsion(points: ArrayLike<number>, dimensions: Dimensions): {z: number; forces: Float64Array} {
  const n = points.length / dimensions;
  const forces = new Float64Array(points.length);
  let z = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const w = 1 / (1 + squaredDistance(points, i, j, dimensions));
      z += 2 * w;
      for (let c = 0; c < dimensions; c++) {
        const force = w * w * (points[i * dimensions + c] - points[j * dimensions + c]);
        forces[i * dimensions + c] += force;
        forces[j * dimensions + c] -= force;
      }
    }
  }
  return {z, forces};
}

/**
 * The gradient ∂KL/∂yi = 4 Σj (x pij − qij)(yi − yj) / (1 + |yi − yj|²) (eq. 5), where x is the exaggeration. With x ≠
 * 1 it is the gradient of x Σ p log(1 + d²) + log Z, which at x = 1 is KL(P‖Q) up to a constant.
 */
export function gradient(
  p: JointProbabilities,
  points: ArrayLike<number>,
  dimensions: Dimensions,
  exaggeration = 1,
): Float64Array {
  const {z, forces} = repulsion(points, dimensions);
  const result = forces.map((force) => (-4 * force) / z);
  for (let i = 0; i < p.starts.length - 1; i++) {
    for (let e = p.starts[i]; e < p.starts[i + 1]; e++) {
      const j = p.columns[e];
      const pull = (4 * exaggeration * p.values[e]) / (1 + squaredDistance(points, i, j, dimensions));
      for (let c = 0; c < dimensions; c++) {
        result[i * dimensions + c] += pull * (points[i * dimensions + c] - points[j * dimensions + c]);
      }
    }
  }
  return result;
}

/** KL(P‖Q) = Σ pij log(pij / qij), qij = 1 / ((1 + |yi − yj|²) Z), in nats (eq. 2). */
export function klDivergence(p: JointProbabilities, points: ArrayLike<number>, dimensions: Dimensions): number {
  const {z} = repulsion(points, dimensions);
  let sum = 0;
  for (let i = 0; i < p.starts.length - 1; i++) {
    for (let e = p.starts[i]; e < p.starts[i + 1]; e++) {
      if (p.values[e] === 0) continue; // 0 log 0 = 0
      sum += p.values[e] * Math.log(p.values[e] * (1 + squaredDistance(points, i, p.columns[e], dimensions)) * z);
    }
  }
  return sum;
}

function squaredDistance(points: ArrayLike<number>, i: number, j: number, dimensions: Dimensions): number {
  let sum = 0;
  for (let c = 0; c < dimensions; c++) sum += (points[i * dimensions + c] - points[j * dimensions + c]) ** 2;
  return sum;
}
