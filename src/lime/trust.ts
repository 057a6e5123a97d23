import {predictions} from "./linear/linear-models";
import type {LinearFit} from "./linear/observations";
import {centred, type Observations} from "./linear/observations";
import {cholesky, gram, solveCholesky} from "./linear/symmetric-systems";

/** The 97.5 % point of the standard normal distribution: half the width of a 95 % interval, in standard errors. */
export const INTERVAL_95 = 1.96;

/**
 * Computes the standard error of each coefficient over the draw of the masks, by the sandwich formula with
 * leave-one-out residuals (White 1980; HC3 of MacKinnon & White 1985). The formula holds although the network is not
 * linear: a residual is then the misfit of the model and not noise, and it differs from mask to mask.
 *
 * @param pairsFrom From this row on, rows come in pairs that were drawn together, whose errors cancel or add up
 *   (clusters of two: Liang & Zeger 1986). Without it every row is on its own.
 * @returns One error for each column; NaN if columns depend on each other and there is no penalty.
 */
export function coefficientErrors(observations: Observations, fit: LinearFit, pairsFrom?: number): Float64Array {
  const {x, columns, totalWeight} = centred(observations);
  const {targets, weights} = observations;
  const matrix = gram(x, columns);
  for (let j = 0; j < columns; j++) matrix[j * columns + j] += fit.penalty;
  const lower = cholesky(matrix, columns);
  if (!lower) return new Float64Array(columns).fill(Number.NaN);
  const inverse = inverseOf(lower, columns);
  const fitted = predictions(observations, fit);
  const variance = new Float64Array(columns);
  const pull = new Float64Array(columns);
  const score = new Float64Array(columns);
  for (let row = 0; row < targets.length; row++) {
    const at = row * columns;
    let leverage = weights[row] / totalWeight;
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += inverse[k * columns + j] * x[at + k];
      pull[j] = sum;
      leverage += x[at + j] * sum;
    }
    const residual = (Math.sqrt(weights[row]) * (targets[row] - fitted[row])) / Math.max(1 - leverage, 1e-6);
    const second = pairsFrom !== undefined && row > pairsFrom && (row - pairsFrom) % 2 === 1;
    for (let j = 0; j < columns; j++) {
      if (second) variance[j] += 2 * score[j] * pull[j] * residual;
      score[j] = pull[j] * residual;
      variance[j] += score[j] ** 2;
    }
  }
  return variance.map((v) => Math.sqrt(Math.max(0, v)));
}

/** Computes (L Lᵀ)⁻¹. */
function inverseOf(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0);
    unit[j] = 1;
    inverse.set(solveCholesky(lower, unit), j * n);
  }
  return inverse;
}

/** How many masks have at least half the weight of the heaviest mask. The explanation mostly rests on these. */
export function nearMasks(weights: Float64Array): number {
  let most = 0;
  for (let n = 0; n < weights.length; n++) most = Math.max(most, weights[n]);
  let near = 0;
  for (let n = 0; n < weights.length; n++) if (weights[n] >= most / 2) near++;
  return near;
}

/**
 * The indices of the `most` largest magnitudes, the strongest first. If magnitudes are equal, the lowest index comes
 * first. Zeros are left out.
 */
export function strongest(values: ArrayLike<number>, most: number): number[] {
  return Array.from({length: values.length}, (_, i) => i)
    .filter((i) => values[i] !== 0)
    .sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]))
    .slice(0, most);
}

/** The share of the union of two sets that both contain (Jaccard 1901), from 0 to 1; null for two empty sets. */
export function jaccard(a: readonly number[], b: readonly number[]): number | null {
  const union = new Set([...a, ...b]);
  return union.size ? a.filter((v) => b.includes(v)).length / union.size : null;
}
