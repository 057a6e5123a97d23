import type {Square} from "./placed";

/** How many cells the grid over the square has along each side. */
const CELLS = 20;

/**
 * For each class, the middle of its densest points. These are the points in and around that cell of a 20 × 20 grid
 * which, with the cells around it, has the most. Unlike the mean of all points, this place lies inside a cluster even
 * if a class has several clusters. Undefined for a class without points.
 *
 * @param labels The class of each point, below `classes`.
 */
export function densest(
  xs: Float64Array,
  ys: Float64Array,
  labels: Uint16Array,
  classes: number,
  {left, top, side}: Square,
): ([x: number, y: number] | undefined)[] {
  const n = labels.length;
  const [columns, rows] = [new Uint8Array(n), new Uint8Array(n)];
  const counts = new Uint32Array(classes * CELLS * CELLS); // counts[(class * CELLS + row) * CELLS + column]
  for (let i = 0; i < n; i++) {
    columns[i] = Math.min(CELLS - 1, Math.max(0, Math.floor(((xs[i] - left) / side) * CELLS)));
    rows[i] = Math.min(CELLS - 1, Math.max(0, Math.floor(((ys[i] - top) / side) * CELLS)));
    counts[(labels[i] * CELLS + rows[i]) * CELLS + columns[i]]++;
  }
  const [bestColumn, bestRow] = [new Uint8Array(classes), new Uint8Array(classes)];
  for (let k = 0; k < classes; k++) {
    const best = fullest(counts.subarray(k * CELLS * CELLS, (k + 1) * CELLS * CELLS));
    bestColumn[k] = best % CELLS;
    bestRow[k] = Math.floor(best / CELLS);
  }
  const [sumX, sumY, near] = [new Float64Array(classes), new Float64Array(classes), new Uint32Array(classes)];
  for (let i = 0; i < n; i++) {
    const k = labels[i];
    if (Math.abs(rows[i] - bestRow[k]) > 1 || Math.abs(columns[i] - bestColumn[k]) > 1) continue;
    sumX[k] += xs[i];
    sumY[k] += ys[i];
    near[k]++;
  }
  return Array.from(near, (count, k) => (count ? [sumX[k] / count, sumY[k] / count] : undefined));
}

/** The cell with the most points in and around it; of equal ones, the first. */
function fullest(counts: Uint32Array): number {
  let best = 0;
  let most = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const row = Math.floor(cell / CELLS);
    const column = cell % CELLS;
    let around = 0;
    for (let r = Math.max(0, row - 1); r <= Math.min(CELLS - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(CELLS - 1, column + 1); c++) around += counts[r * CELLS + c];
    }
    if (around > most) {
      best = cell;
      most = around;
    }
  }
  return best;
}
