/** A linear model after fitting. */
export interface LinearFit {
  readonly intercept: number;
  /** One coefficient for each column. */
  readonly coefficients: Float64Array;
  /** The number that was added to the diagonal of XᵀWX: the penalty of the ridge that the model is equivalent to. */
  readonly penalty: number;
}

/**
 * The data that a linear model is fitted to: row i of `features` has the target `targets[i]` and the weight
 * `weights[i]`.
 */
export interface Observations {
  /** `features[row * columns + column]`. */
  readonly features: ArrayLike<number>;
  readonly columns: number;
  readonly targets: ArrayLike<number>;
  /** Each weight is 0 or more; they are not all 0. */
  readonly weights: ArrayLike<number>;
}

/** The same observations with only some of the columns, in the given order. */
export function columnsOf(observations: Observations, chosen: readonly number[]): Observations {
  const {features, columns, targets} = observations;
  const part = new Float64Array(targets.length * chosen.length);
  for (let row = 0, to = 0; row < targets.length; row++) {
    for (let j = 0; j < chosen.length; j++) part[to++] = features[row * columns + chosen[j]];
  }
  return {...observations, features: part, columns: chosen.length};
}

/** The same observations with only some of the rows, in the given order. */
export function rowsOf({features, columns, targets, weights}: Observations, chosen: readonly number[]): Observations {
  const part = new Float64Array(chosen.length * columns);
  for (let i = 0, to = 0; i < chosen.length; i++) {
    for (let j = 0, from = chosen[i] * columns; j < columns; j++) part[to++] = features[from++];
  }
  const partOf = (values: ArrayLike<number>) => {
    const some = new Float64Array(chosen.length);
    for (let i = 0; i < chosen.length; i++) some[i] = values[chosen[i]];
    return some;
  };
  return {features: part, columns, targets: partOf(targets), weights: partOf(weights)};
}

/**
 * Subtracts the weighted means from features and targets, and multiplies each row by √w. Every model here is solved in
 * this form.
 */
export function centred({features, columns, targets, weights}: Observations) {
  const rows = targets.length;
  const totalWeight = sumOf(weights);
  if (!(totalWeight > 0)) throw new RangeError(`linear model: expected weights that sum above 0, got ${totalWeight}`);
  const means = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    const weight = weights[row];
    for (let j = 0; j < columns; j++) means[j] += weight * features[at++];
  }
  for (let j = 0; j < columns; j++) means[j] /= totalWeight;
  const mean = weightedMean(targets, weights);
  const x = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    const root = Math.sqrt(weights[row]);
    for (let j = 0; j < columns; j++, at++) x[at] = root * (features[at] - means[j]);
    y[row] = root * (targets[row] - mean);
  }
  const finish = (coefficients: Float64Array, penalty: number): LinearFit => ({
    intercept: mean - coefficients.reduce((sum, c, j) => sum + c * means[j], 0),
    coefficients,
    penalty,
  });
  return {x, y, columns, totalWeight, finish};
}

/** The weighted mean Σ w v / Σ w. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i] * values[i];
  return sum / sumOf(weights);
}

/** The difference between the largest and the smallest value. */
export function rangeOf(values: ArrayLike<number>): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return high - low;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
