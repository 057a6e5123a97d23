import type {Matrix} from "../../../tsne/index";
import type {MapSettings} from "../map-rows";

/** Numbers as they were read: in double precision, or in single precision if the file has no more. */
export interface Numbers {
  readonly rows: number;
  readonly columns: number;
  /** `[row * columns + column]`, finite. */
  readonly values: Float64Array | Float32Array;
}

export interface ScaledRows {
  /** The places of the columns that are used, in their original order. */
  readonly matrix: Matrix;
  /**
   * How many columns have equal numbers in all rows, except for rounding. They tell no rows apart, and are not used.
   */
  readonly constant: readonly number[];
  /** How many rows equal an earlier row, as far as single precision shows. */
  readonly repeated: number;
  /** How much 1 in the matrix means in the table's unit; undefined if each column has a scale of its own. */
  readonly unit: number | undefined;
}

/**
 * A column counts as constant if its numbers differ by at most this many units in the last place of the greatest
 * number.
 */
const ROUNDING = 4;

/**
 * Rows made ready for a map: shifted and scaled in double precision, and only then rounded to single. The numbers that
 * are rounded are near 1, whatever the unit and the offset of the table are, so a map depends on neither.
 *
 * Scaling "feature": each column to mean 0 and deviation 1. "global" and "none" keep columns to scale with each other,
 * in units of their common deviation (the root of the mean variance). Columns are centred nevertheless, because this
 * changes no distance. If rows are compared by cosine, they are directions and must not be moved: then "global"
 * subtracts a single mean from all numbers, and "none" subtracts nothing.
 */
export function scaledRows(table: Numbers, {scaling, metric}: Pick<MapSettings, "scaling" | "metric">): ScaledRows {
  const {rows, columns, values} = table;
  const own = scaling === "feature";
  const powers = own ? columnPowers(table) : new Float64Array(columns).fill(powerOf(largest(values)));
  const {means, variances, isConstant} = columnMoments(table, powers);
  const directions = metric === "cosine" && !own;
  const places = Array.from(means, (_, c) => c);
  const used = directions ? places : places.filter((c) => !isConstant[c]);
  const middle = mean(means);
  const shifts = !directions ? means : means.map(() => (scaling === "global" ? middle : 0));
  const square = directions ? mean(variances.map((v, c) => v + (means[c] - shifts[c]) ** 2)) : mean(variances);
  const scales = own ? variances.map((v) => 1 / Math.sqrt(v)) : variances.map(() => 1 / Math.sqrt(square));
  const out = new Float32Array(rows * used.length);
  for (let r = 0, to = 0; r < rows; r++) {
    for (const c of used) out[to++] = (values[r * columns + c] * powers[c] - shifts[c]) * scales[c] + 0; // no −0
  }
  const matrix = {rows, columns: used.length, values: out};
  return {
    matrix,
    constant: places.filter((c) => isConstant[c]),
    repeated: repeatedRows(matrix),
    unit: own ? undefined : Math.sqrt(square) / powers[0],
  };
}

/** The power of two that scales a number of this size to between ½ and 1, as far as doubles can hold it. */
function powerOf(size: number): number {
  return size > 0 ? 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(size)) + 1)) : 1;
}

function largest(values: Float64Array | Float32Array): number {
  let most = 0;
  for (let e = 0; e < values.length; e++) most = Math.max(most, Math.abs(values[e]));
  return most;
}

function columnPowers({rows, columns, values}: Numbers): Float64Array {
  const most = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, e++) most[c] = Math.max(most[c], Math.abs(values[e]));
  }
  return most.map(powerOf);
}

/**
 * The moments of numbers after multiplying each column by a power of two, so that no square is too large. The mean is
 * computed twice, the second time from the differences to the first.
 */
function columnMoments({rows, columns, values}: Numbers, powers: Float64Array) {
  const means = new Float64Array(columns);
  const [left, squares] = [new Float64Array(columns), new Float64Array(columns)];
  const [least, most] = [new Float64Array(columns).fill(Infinity), new Float64Array(columns).fill(-Infinity)];
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = values[e++] * powers[c];
      means[c] += value;
      least[c] = Math.min(least[c], value);
      most[c] = Math.max(most[c], value);
    }
  }
  for (let c = 0; c < columns; c++) means[c] /= rows;
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const rest = values[e++] * powers[c] - means[c];
      left[c] += rest;
      squares[c] += rest * rest;
    }
  }
  const digit = ROUNDING * (values instanceof Float32Array ? 2 ** -23 : 2 ** -52);
  return {
    means: means.map((m, c) => m + left[c] / rows),
    variances: squares.map((sum, c) => Math.max(0, sum / rows - (left[c] / rows) ** 2)),
    isConstant: Array.from(most, (m, c) => m - least[c] <= digit * Math.max(Math.abs(m), Math.abs(least[c]))),
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/**
 * Counts the rows whose bits equal those of an earlier row. It compares a hash of the bits first (FNV-1a, 32 bits), and
 * then the bits themselves.
 */
function repeatedRows({rows, columns, values}: Matrix): number {
  const bits = new Int32Array(values.buffer);
  const slots = 2 ** Math.ceil(Math.log2(2 * rows));
  const last = new Int32Array(slots).fill(-1); // the last row with such a hash, and the one before each row
  const before = new Int32Array(rows);
  let repeated = 0;
  for (let r = 0; r < rows; r++) {
    const from = r * columns;
    let hash = 0x811c9dc5;
    for (let c = 0; c < columns; c++) hash = Math.imul(hash ^ bits[from + c], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    let other = last[slot];
    while (other >= 0 && !areEqual(bits, other * columns, from, columns)) other = before[other];
    if (other >= 0) repeated++;
    else {
      before[r] = last[slot];
      last[slot] = r;
    }
  }
  return repeated;
}

function areEqual(bits: Int32Array, a: number, b: number, count: number): boolean {
  for (let c = 0; c < count; c++) if (bits[a + c] !== bits[b + c]) return false;
  return true;
}
