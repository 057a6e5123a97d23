import {loadMatrix, type Matrix} from "../../tsne/index";
import {UserError} from "../options";
import {leadingEigenpairs} from "./eigenvectors";

export interface Pca {
  /** Rows on the components, `[row * components + q]`, centred; the largest score in magnitude of each is positive. */
  readonly scores: Matrix;
  /** `axes[q * columns + c]`: orthonormal, most variance first. */
  readonly axes: Float64Array;
  /** Variance of each component's scores (over n − 1). */
  readonly variances: Float64Array;
  /** Share of the whole variance that the components hold, in [0, 1]. */
  readonly explained: number;
}

/** More columns than this would need a covariance of more than 128 MiB. */
const MOST_COLUMNS = 4096;

/**
 * Principal components (Pearson 1901, Hotelling 1933) by the covariance's eigenvectors.
 *
 * @param components At most the number of columns; fewer are given where there are fewer columns.
 * @param tolerance Of the eigenvectors (`leadingEigenpairs`).
 * @throws UserError for more than 4,096 columns.
 */
export async function pca(data: Matrix, components: number, threads = 1, tolerance = 1e-7): Promise<Pca> {
  const {rows, columns} = data;
  if (columns > MOST_COLUMNS) throw new UserError(`pca: expected at most ${MOST_COLUMNS} features, got ${columns}`);
  const centred = centredRows(data);
  const loaded = await loadMatrix(centred, threads);
  try {
    const gram = await loaded.gram();
    const covariance = gram.map((sum) => sum / Math.max(1, rows - 1));
    const count = Math.min(components, columns);
    const {values, vectors} = leadingEigenpairs(covariance, columns, count, tolerance);
    const scores = await loaded.project(Float32Array.from(vectors), count);
    const signs = Array.from({length: count}, (_, q) => signOf(scores, count, q));
    let total = 0;
    for (let c = 0; c < columns; c++) total += covariance[c * columns + c];
    return {
      scores: {rows, columns: count, values: scores.map((score, i) => score * signs[i % count])},
      axes: vectors.map((v, i) => v * signs[Math.floor(i / columns)]),
      variances: values.map((v) => Math.max(0, v)),
      explained: total > 0 ? Math.min(1, values.reduce((a, b) => a + b, 0) / total) : 1,
    };
  } finally {
    loaded.close();
  }
}

function centredRows({rows, columns, values}: Matrix): Matrix {
  const means = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++) means[c] += values[e++];
  for (let c = 0; c < columns; c++) means[c] /= rows;
  const out = new Float32Array(values.length);
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++, e++) out[e] = values[e] - means[c];
  return {rows, columns, values: out};
}

function signOf(scores: Float32Array, count: number, component: number): number {
  let largest = 0;
  for (let i = component; i < scores.length; i += count) {
    if (Math.abs(scores[i]) > Math.abs(largest)) largest = scores[i];
  }
  return largest < 0 ? -1 : 1;
}
