import type {Matrix} from "../../tsne/index";

/**
 * "feature": each column to mean 0 and standard deviation 1; "global": all numbers by one mean and deviation; or as it
 * is.
 */
export type Scaling = "feature" | "global" | "none";

/** A constant column (or matrix) becomes zeros: it tells no rows apart. */
export function standardised({rows, columns, values}: Matrix, scaling: Scaling): Matrix {
  if (scaling === "none") return {rows, columns, values};
  const means = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++) means[c] += values[e++];
  for (let c = 0; c < columns; c++) means[c] /= rows;
  if (scaling === "global") means.fill(means.reduce((sum, mean) => sum + mean, 0) / columns);
  const variances = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) variances[c] += (values[e++] - means[c]) ** 2 / rows;
  if (scaling === "global") variances.fill(variances.reduce((sum, variance) => sum + variance, 0) / columns);
  // what rounding leaves of a constant is not a spread
  const scales = variances.map((variance, c) => (variance > 1e-12 * means[c] ** 2 ? 1 / Math.sqrt(variance) : 0));
  const out = new Float32Array(values.length);
  for (let r = 0, e = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, e++) out[e] = (values[e] - means[c]) * scales[c];
  return {rows, columns, values: out};
}
