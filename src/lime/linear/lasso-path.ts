import {centred, type Observations} from "./observations";
import {cholesky, gram, solveCholesky, transposeTimes} from "./symmetric-systems";

/**
 * The coefficients at every corner of the lasso's path, from none to least squares (Efron et al. 2004, "Least Angle
 * Regression", § 3.1). A column enters when its correlation with the residual reaches that of the others, and leaves
 * when its coefficient crosses 0. The path ends where scikit-learn's `lars_path` ends: where correlation / rows falls
 * to 2⁻²³.
 */
export function lassoPath(observations: Observations): Float64Array[] {
  const {x, y, columns} = centred(observations);
  const rows = y.length;
  const matrix = gram(x, columns);
  const start = transposeTimes(x, columns, y);
  const active: number[] = [];
  const useless = new Set<number>();
  let coefficients = new Float64Array(columns);
  const path = [coefficients];
  let dropped = false;
  while (path.length < 8 * columns + 8) {
    const correlation = start.map((v, j) => {
      let sum = v;
      for (const k of active) sum -= matrix[j * columns + k] * coefficients[k];
      return sum;
    });
    const outside = Array.from(correlation.keys()).filter((j) => !active.includes(j) && !useless.has(j));
    const height = (j: number) => Math.abs(correlation[j]);
    const enter = outside.reduce((best, j) => (best < 0 || height(j) > height(best) ? j : best), -1);
    const level = Math.max(enter >= 0 ? height(enter) : 0, ...active.map(height));
    if (level / rows <= 2 ** -23 || (enter < 0 && !dropped)) break;
    if (!dropped) active.push(enter);
    dropped = false;

    const direction = equiangular(matrix, columns, active, correlation);
    if (!direction) {
      useless.add(active.pop()!); // a linear combination of the columns that are in already
      continue;
    }
    // the step until another column's correlation is as high, or a coefficient reaches 0
    let step = level;
    for (const j of outside) {
      if (active.includes(j)) continue;
      let change = 0;
      active.forEach((k, i) => {
        change += matrix[j * columns + k] * direction[i];
      });
      for (const meeting of [(level - correlation[j]) / (1 - change), (level + correlation[j]) / (1 + change)]) {
        if (meeting > 1e-14 * level && meeting < step) step = meeting;
      }
    }
    const crossing = active.map((k, i) => -coefficients[k] / direction[i]).map((t) => (t > 0 ? t : Infinity));
    const first = crossing.reduce((best, t, i) => (t < crossing[best] ? i : best), 0);
    const leaves = crossing[first] < step;
    if (leaves) step = crossing[first];
    const next = coefficients.slice();
    active.forEach((k, i) => {
      next[k] += step * direction[i];
    });
    if (leaves) {
      next[active[first]] = 0;
      active.splice(first, 1);
      dropped = true;
    }
    coefficients = next;
    path.push(coefficients);
  }
  return path;
}

/** The change of the active coefficients that lowers all their correlations equally, by 1 for each unit of step. */
function equiangular(
  matrix: Float64Array,
  columns: number,
  active: readonly number[],
  correlation: Float64Array,
): Float64Array | undefined {
  const n = active.length;
  const part = Float64Array.from(
    {length: n * n},
    (_, i) => matrix[active[Math.floor(i / n)] * columns + active[i % n]],
  );
  const lower = cholesky(part, n);
  return (
    lower &&
    solveCholesky(
      lower,
      active.map((j) => Math.sign(correlation[j])),
    )
  );
}
