import type {Matrix} from "../../../tsne/index";

/**
 * "feature": each column to mean 0 and standard deviation 1; "global": all numbers with one mean and one deviation;
 * "none": unchanged.
 */
export type Scaling = "feature" | "global" | "none";

/** Each column's mean, and its mean squared distance from it. */
export interface ColumnMoments {
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/**
 * The shift and scale that turn each column's numbers into (x − shift) · scale. A constant column (or matrix) becomes
 * zeros, because it cannot tell rows apart.
 */
export function columnScaling({means, variances}: ColumnMoments, scaling: Scaling) {
  const columns = means.length;
  if (scaling === "none") return {shifts: new Float64Array(columns), scales: new Float64Array(columns).fill(1)};
  // differences that rounding makes in a constant column are not a spread
  const scaleOf = (variance: number, mean: number) => (variance > 1e-12 * mean ** 2 ? 1 / Math.sqrt(variance) : 0);
  if (scaling === "feature") return {shifts: means, scales: means.map((mean, c) => scaleOf(variances[c], mean))};
  const mean = means.reduce((sum, v) => sum + v, 0) / columns;
  const variance = variances.reduce((sum, v, c) => sum + v + (means[c] - mean) ** 2, 0) / columns;
  return {shifts: means.map(() => mean), scales: means.map(() => scaleOf(variance, mean))};
}

export function standardised({rows, columns, values}: Matrix, scaling: Scaling): Matrix {
  if (scaling === "none") return {rows, columns, values};
  const {shifts, scales} = columnScaling(columnMoments({rows, columns, values}), scaling);
  const out = new Float32Array(values.length);
  for (let r = 0, e = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, e++) out[e] = (values[e] - shifts[c]) * scales[c];
  return {rows, columns, values: out};
}

function columnMoments({rows, columns, values}: Matrix): ColumnMoments {
  const means = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++) means[c] += values[e++];
  for (let c = 0; c < columns; c++) means[c] /= rows;
  const variances = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) variances[c] += (values[e++] - means[c]) ** 2 / rows;
  return {means, variances};
}
