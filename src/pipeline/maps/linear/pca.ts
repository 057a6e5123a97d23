import {UserError} from "../../../nouns/options";
import {fairOrder, loadMatrix, type Matrix, openWorkspace, type Workspace} from "../../../tsne/index";
import {leadingEigenpairs} from "./eigenvectors";
import {columnScaling, type Scaling} from "./standardise";

export interface Pca {
  /**
   * The rows' scores on the components, `[row * components + q]`, centred. For each component, the score with the
   * largest magnitude is positive.
   */
  readonly scores: Matrix;
  /**
   * `axes[q * columns + c]`: orthonormal. The axis with the most variance (of the rows from which the axes were
   * computed) comes first.
   */
  readonly axes: Float64Array;
  /** The variance of each component's scores (divided by n − 1). */
  readonly variances: Float64Array;
  /** The share of the whole variance that is in the components, in [0, 1]. */
  readonly explained: number;
  /** The factor by which each column's numbers were multiplied first. */
  readonly scales: Float64Array;
}

/** More columns than this would need a covariance of more than 128 MiB. */
const MOST_COLUMNS = 4096;

/** The tolerance of the eigenvectors (`leadingEigenpairs`). */
const TOLERANCE = 1e-7;
/**
 * From this tolerance on, a covariance of rounded numbers is exact enough: its error is a tenth of the tolerance or
 * less.
 */
const ROUNDED = 1e-5;

/**
 * Principal components (Pearson 1901, Hotelling 1933) by the covariance's eigenvectors.
 *
 * @param components How many components; fewer if there are fewer columns.
 * @throws UserError for more than 4,096 columns.
 */
export async function pca(data: Matrix, components: number, threads = 1): Promise<Pca> {
  const workspace = await openWorkspace(threads);
  try {
    return await principalComponents(workspace, data, components);
  } finally {
    workspace.close();
  }
}

export interface PcaOptions {
  /** How the columns are scaled first ("none"). */
  readonly scaling?: Scaling;
  /** The tolerance of the eigenvectors (`leadingEigenpairs`). */
  readonly tolerance?: number;
  /**
   * From how many rows, as a fair sample, the axes are computed (all). Means, scales, scores, variances and the
   * explained share always use all rows.
   */
  readonly axisRows?: number;
}

/** The same, in a workspace that is open, for columns that are scaled first. */
export async function principalComponents(
  workspace: Workspace,
  data: Matrix,
  components: number,
  {scaling = "none", tolerance = TOLERANCE, axisRows = Infinity}: PcaOptions = {},
): Promise<Pca> {
  const {rows, columns} = data;
  if (columns > MOST_COLUMNS) throw new UserError(`pca: expected at most ${MOST_COLUMNS} features, got ${columns}`);
  const count = Math.min(components, columns);
  const loaded = loadMatrix(workspace, data);
  try {
    const moments = loaded.moments();
    const {scales} = columnScaling(moments, scaling);
    loaded.scale(moments.means, scales); // the shift does not matter, because components are centred
    const sampled = axisRows < rows;
    const sample = sampled ? loaded.rows(fairOrder(rows).subarray(0, axisRows)) : loaded;
    const products = await (tolerance < ROUNDED ? sample.gram() : sample.roundedGram());
    if (sampled) sample.release();
    const {values: sums, vectors} = await leadingEigenpairs(products, columns, count, workspace, tolerance);
    const scores = await loaded.project(Float32Array.from(vectors), count);
    const signs = Array.from({length: count}, (_, q) => signOf(scores, count, q));
    turn(scores, signs);
    const variances = sampled
      ? meanSquares(scores, count, rows)
      : sums.map((v) => Math.max(0, v) / Math.max(1, rows - 1));
    let total = 0;
    for (let c = 0; c < columns; c++) {
      const sum = sampled ? moments.variances[c] * scales[c] ** 2 * rows : products[c * columns + c];
      total += sum / Math.max(1, rows - 1);
    }
    return {
      scores: {rows, columns: count, values: scores},
      axes: vectors.map((v, i) => v * signs[Math.floor(i / columns)]),
      variances,
      explained: total > 0 ? Math.min(1, variances.reduce((a, b) => a + b, 0) / total) : 1,
      scales,
    };
  } finally {
    loaded.release();
  }
}

/** Gives each component its sign. */
function turn(scores: Float32Array, signs: readonly number[]): void {
  const count = signs.length;
  for (let from = 0; from < scores.length; from += count) {
    for (let q = 0; q < count; q++) scores[from + q] *= signs[q];
  }
}

/** The variance of each component's scores, which are centred (divided by n − 1). */
function meanSquares(scores: Float32Array, count: number, rows: number): Float64Array {
  const out = new Float64Array(count);
  for (let r = 0, i = 0; r < rows; r++) for (let q = 0; q < count; q++, i++) out[q] += scores[i] ** 2;
  return out.map((sum) => sum / (rows - 1));
}

function signOf(scores: Float32Array, count: number, component: number): number {
  let largest = 0;
  for (let i = component; i < scores.length; i += count) {
    if (Math.abs(scores[i]) > Math.abs(largest)) largest = scores[i];
  }
  return largest < 0 ? -1 : 1;
}
