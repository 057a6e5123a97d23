import {EigenvalueDecomposition, Matrix} from "ml-matrix";
import {centred, type LinearFit, type Observations, rangeOf, weightedMean} from "./observations";
import {cholesky, gram, solveCholesky, transposeTimes} from "./symmetric-systems";

/** The linear models, each with its usual settings. All fit an intercept, which is not penalised. */
export const linearModels = {
  ridge: (observations: Observations) => ridge(observations, 1),
  "least-squares": leastSquares,
  "bayesian-ridge": bayesianRidge,
  /**
   * The penalty is a hundredth of the targets' range: a fixed one would set all coefficients to 0 if the class's
   * probability is small.
   */
  lasso: (observations: Observations) => lasso(observations, 0.01 * rangeOf(observations.targets)),
} satisfies Record<string, (observations: Observations) => LinearFit>;

export type LinearModelName = keyof typeof linearModels;

/** Weighted ridge: minimises Σ w (y − b₀ − x·b)² + penalty |b|² (Hoerl & Kennard 1970). */
export function ridge(observations: Observations, penalty: number): LinearFit {
  const {x, y, columns, finish} = centred(observations);
  const matrix = gram(x, columns);
  for (let j = 0; j < columns; j++) matrix[j * columns + j] += penalty;
  const lower = cholesky(matrix, columns);
  if (lower) return finish(solveCholesky(lower, transposeTimes(x, columns, y)), penalty);
  return finish(pseudoSolve(matrix, columns, transposeTimes(x, columns, y)), penalty);
}

/** Weighted least squares. If columns depend on each other, it takes the shortest of the equally good solutions. */
export function leastSquares(observations: Observations): LinearFit {
  return ridge(observations, 0);
}

const MAX_ROUNDS = 300;
const TOLERANCE = 1e-3;
/** The shape and rate of both gamma priors: such small ones have almost no influence. */
const PRIOR = 1e-6;

/**
 * Bayesian ridge (MacKay 1992, "Bayesian Interpolation", § 5). The penalty is λ / α, where λ and α are the precisions
 * of the coefficients and of the noise; both are found by maximising the evidence. It iterates like `BayesianRidge` of
 * scikit-learn 1.2, which counts rows; from 1.3 on, scikit-learn counts Σ w instead.
 */
export function bayesianRidge(
  observations: Observations,
): LinearFit & {readonly alpha: number; readonly lambda: number} {
  const {x, y, columns, finish} = centred(observations);
  const rows = y.length;
  const projected = transposeTimes(x, columns, y);
  const {values, vectors} = eigen(gram(x, columns), columns);
  const along = transposeTimes(vectors, columns, projected); // Xᵀy in the eigenvectors' axes
  const solve = (penalty: number) =>
    combine(
      vectors,
      columns,
      along.map((v, k) => v / (values[k] + penalty)),
    );

  const mean = y.reduce((sum, v) => sum + v, 0) / rows;
  let alpha = 1 / (y.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows + Number.EPSILON);
  let lambda = 1;
  let before: Float64Array | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const coefficients = solve(lambda / alpha);
    const gamma = values.reduce((sum, e) => sum + (alpha * e) / (lambda + alpha * e), 0);
    lambda = (gamma + 2 * PRIOR) / (coefficients.reduce((sum, c) => sum + c * c, 0) + 2 * PRIOR);
    alpha = (rows - gamma + 2 * PRIOR) / (squaredResidual(x, columns, y, coefficients) + 2 * PRIOR);
    if (before && before.reduce((sum, c, j) => sum + Math.abs(c - coefficients[j]), 0) < TOLERANCE) break;
    before = coefficients;
  }
  return {...finish(solve(lambda / alpha), lambda / alpha), alpha, lambda};
}

/**
 * Weighted lasso: minimises Σ w (y − b₀ − x·b)² / (2 Σ w) + penalty Σ |b| (Tibshirani 1996), by coordinate descent
 * (Friedman et al. 2007) on the Gram matrix until no coefficient moves by 1e-12 of the largest.
 */
export function lasso(observations: Observations, penalty: number): LinearFit {
  const {x, y, columns, totalWeight, finish} = centred(observations);
  const matrix = gram(x, columns);
  const gradient = transposeTimes(x, columns, y); // Xᵀ(y − Xb), kept up to date
  const coefficients = new Float64Array(columns);
  for (let sweep = 0; sweep < 10_000; sweep++) {
    let moved = 0;
    let largest = 0;
    for (let j = 0; j < columns; j++) {
      const own = matrix[j * columns + j];
      if (own === 0) continue;
      const pull = gradient[j] + own * coefficients[j];
      const next = (Math.sign(pull) * Math.max(Math.abs(pull) - penalty * totalWeight, 0)) / own;
      const step = next - coefficients[j];
      if (step !== 0) for (let k = 0; k < columns; k++) gradient[k] -= step * matrix[j * columns + k];
      coefficients[j] = next;
      moved = Math.max(moved, Math.abs(step));
      largest = Math.max(largest, Math.abs(next));
    }
    if (moved <= 1e-12 * largest) break;
  }
  return finish(coefficients, 0);
}

/** The fit's value at each row. */
export function predictions({features, columns, targets}: Observations, fit: LinearFit): Float64Array {
  const fitted = new Float64Array(targets.length);
  for (let row = 0, at = 0; row < fitted.length; row++) {
    let sum = fit.intercept;
    for (let j = 0; j < columns; j++) sum += features[at++] * fit.coefficients[j];
    fitted[row] = sum;
  }
  return fitted;
}

/**
 * The weighted R²: the share of the targets' weighted variance that the fit explains. NaN if the targets do not vary (0
 * divided by 0).
 */
export function weightedR2(observations: Observations, fit: LinearFit): number {
  const {targets, weights} = observations;
  const mean = weightedMean(targets, weights);
  let [left, all] = [0, 0];
  const fitted = predictions(observations, fit);
  for (let row = 0; row < fitted.length; row++) {
    left += weights[row] * (targets[row] - fitted[row]) ** 2;
    all += weights[row] * (targets[row] - mean) ** 2;
  }
  return all > 0 ? 1 - left / all : Number.NaN;
}

function eigen(matrix: Float64Array, n: number): {values: Float64Array; vectors: Float64Array} {
  const {realEigenvalues, eigenvectorMatrix} = new EigenvalueDecomposition(Matrix.from1DArray(n, n, matrix), {
    assumeSymmetric: true,
  });
  const values = Float64Array.from(realEigenvalues, (e) => Math.max(0, e)); // a Gram matrix has no eigenvalue below 0
  return {values, vectors: Float64Array.from(eigenvectorMatrix.to1DArray())};
}

/**
 * The shortest of all x that solve A x = b best, for a symmetric A. Eigenvalues below 1e-12 of the largest count as 0.
 */
function pseudoSolve(matrix: Float64Array, n: number, b: Float64Array): Float64Array {
  const {values, vectors} = eigen(matrix, n);
  const least = 1e-12 * values.reduce((most, e) => Math.max(most, e), 0);
  return combine(
    vectors,
    n,
    transposeTimes(vectors, n, b).map((v, k) => (values[k] > least ? v / values[k] : 0)),
  );
}

/** The linear combination Σ shares[k] · column k. */
function combine(vectors: Float64Array, n: number, shares: Float64Array): Float64Array {
  return Float64Array.from({length: n}, (_, j) => shares.reduce((sum, s, k) => sum + s * vectors[j * n + k], 0));
}

function squaredResidual(x: Float64Array, columns: number, y: Float64Array, coefficients: Float64Array): number {
  return y.reduce((sum, v, row) => {
    let left = v;
    for (let j = 0; j < columns; j++) left -= x[row * columns + j] * coefficients[j];
    return sum + left * left;
  }, 0);
}
