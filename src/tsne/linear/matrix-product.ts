import type {Arena} from "../threads/arena";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {Space} from "../threads/workspace";
import type {Matrix} from "./matrix";

/** How many rows the kernel sums in single precision at a time (kernels/matrix-product.ts). */
const DEPTH = 128;
/** How many rows a task of the kernels that read columns handles (kernels/columns.ts). */
const COLUMN_ROWS = 512;

/** A matrix in a workspace's memory, for products with it. */
export interface LoadedMatrix {
  /** The mean of each column, and its variance, in double precision. */
  moments(): {means: Float64Array; variances: Float64Array};
  /** Replaces each number by (x − shift) · scale, with the shift and scale of its column. */
  scale(shifts: Float64Array, scales: Float64Array): void;
  /** XᵀX in double precision (sums of 128 products in single), `[a * columns + b]`. */
  gram(): Promise<Float64Array>;
  /**
   * Computes the same in half the time, from numbers that are rounded to whole multiples of a unit. As a rule, the unit
   * is 2⁻¹² of the root mean square of the column. With a thousand rows, results are off by some 1e-5 of the columns'
   * lengths, and never by 2⁻¹². If numbers are beyond 1e±12, nothing is rounded.
   */
  roundedGram(): Promise<Float64Array>;
  /** X V: each row's products with `count` vectors, `vectors[q * columns + c]`. Out: `[row * count + q]`. */
  project(vectors: Float32Array, count: number): Promise<Float32Array>;
  /** A new matrix of some of the rows as they are now, in the given order. */
  rows(some: Int32Array): LoadedMatrix;
  /** Frees the memory, and any memory that was taken after it. */
  release(): void;
}

export function loadMatrix(space: Space, {rows, columns, values}: Matrix): LoadedMatrix {
  return placed(space, rows, columns, (loaded, wide) => {
    if (wide === columns) loaded.set(values);
    else {
      loaded.fill(0);
      for (let r = 0; r < rows; r++) loaded.set(values.subarray(r * columns, (r + 1) * columns), r * wide);
    }
  });
}

/** @param fill Writes the rows, `wide` numbers for each. */
function placed(
  space: Space,
  rows: number,
  columns: number,
  fill: (loaded: Float32Array, wide: number) => void,
): LoadedMatrix {
  const {team, arena} = space;
  const mark = arena.mark();
  const [tall, wide] = [Math.ceil(rows / DEPTH) * DEPTH, Math.ceil(columns / 8) * 8];
  const x = arena.allocate(tall * wide * 4);
  const loaded = arena.floats(x, tall * wide);
  fill(loaded, wide);
  loaded.fill(0, rows * wide);
  return {
    moments: () => moments(team, arena, x, rows, columns, wide),
    scale(shifts, scales) {
      const begin = arena.mark();
      const [s, t] = [arena.allocate(wide * 8), arena.allocate(wide * 8)];
      arena.doubles(s, wide).fill(0).set(shifts);
      arena.doubles(t, wide).fill(0).set(scales);
      team.run({kernel: "scaleColumns", tasks: Math.ceil(rows / COLUMN_ROWS), args: [x, rows, wide, s, t]});
      arena.release(begin);
    },
    gram: () => gram(team, arena, "gramRows", [x, tall, wide], columns, wide),
    roundedGram: () => roundedGram(team, arena, x, tall, columns, wide),
    project: (vectors, count) => project(team, arena, x, rows, columns, wide, vectors, count),
    rows: (some) =>
      placed(space, some.length, columns, (copy) => {
        const all = arena.floats(x, rows * wide);
        for (let r = 0; r < some.length; r++) copy.set(all.subarray(some[r] * wide, (some[r] + 1) * wide), r * wide);
      }),
    release: () => arena.release(mark),
  };
}

/**
 * Computes the moments in one pass. The first row is subtracted first: most rows are near it, so the squares of the
 * differences lose no digits.
 */
function moments(team: Team, arena: Arena, x: number, rows: number, columns: number, wide: number) {
  const mark = arena.mark();
  const tasks = Math.ceil(rows / COLUMN_ROWS);
  const shifts = arena.allocate(wide * 8);
  const sums = arena.allocate(tasks * 2 * wide * 8);
  const first = arena.doubles(shifts, wide);
  first.set(arena.floats(x, wide));
  team.run({kernel: "sumColumns", tasks, args: [x, rows, wide, shifts, sums]});
  const parts = arena.doubles(sums, tasks * 2 * wide);
  const means = new Float64Array(columns);
  const variances = new Float64Array(columns);
  for (let c = 0; c < columns; c++) {
    let [sum, squares] = [0, 0];
    for (let from = c; from < parts.length; from += 2 * wide) {
      sum += parts[from];
      squares += parts[from + wide];
    }
    means[c] = first[c] + sum / rows;
    variances[c] = Math.max(0, squares / rows - (sum / rows) ** 2);
  }
  arena.release(mark);
  return {means, variances};
}

async function gram(
  team: Team,
  arena: Arena,
  kernel: "gramRows" | "gramWhole",
  [x, rows, stride, ...more]: readonly number[],
  columns: number,
  wide: number,
): Promise<Float64Array> {
  const mark = arena.mark();
  const out = arena.allocate(wide * wide * 8);
  const args = [x, rows, stride, out, ...more];
  await runInParts(team, {kernel, tasks: wide / 8, args}, team.threads);
  const result = mirrored(arena.doubles(out, wide * wide), wide, columns);
  arena.release(mark);
  return result;
}

/** Completes a symmetric matrix. Its entries from the diagonal on stand in the first columns of a wider one. */
function mirrored(sums: Float64Array, wide: number, columns: number): Float64Array {
  const result = new Float64Array(columns * columns);
  for (let a = 0; a < columns; a++) {
    for (let b = a; b < columns; b++) {
      const value = sums[a * wide + b];
      result[a * columns + b] = value;
      result[b * columns + a] = value;
    }
  }
  return result;
}

/** From this magnitude to its inverse, single precision can hold the squares and the units with room to spare. */
const LEAST = 1e-12;
/**
 * A sum of 128 products of 16-bit whole numbers must fit into 32 bits. By Cauchy & Schwarz it does, if the sum of
 * squares of each column does.
 */
const [LARGEST, LONGEST] = [32767, Math.sqrt(2 ** 31 - 1) - Math.sqrt(DEPTH) / 2 - 1];

/**
 * Each column has a unit of its own for every 128 rows, so that an outlier makes the numbers of no other rows coarser.
 */
async function roundedGram(team: Team, arena: Arena, x: number, rows: number, columns: number, wide: number) {
  const mark = arena.mark();
  const tasks = rows / DEPTH;
  const whole = arena.allocate(rows * wide * 2);
  const units = arena.allocate(tasks * wide * 4);
  const sizes = arena.allocate(tasks * wide * 8);
  const measures = arena.allocate(tasks * wide * 8);
  team.run({kernel: "measureColumns", tasks, args: [x, rows, wide, measures]});
  const found = arena.floats(measures, 2 * tasks * wide);
  const [unit, size] = [arena.floats(units, tasks * wide), arena.doubles(sizes, tasks * wide)];
  if (!unitsOf(found, unit, size, wide)) {
    arena.release(mark);
    return gram(team, arena, "gramRows", [x, rows, wide], columns, wide);
  }
  team.run({kernel: "packWhole", tasks, args: [x, rows, wide, units, whole]});
  const sums = await gram(team, arena, "gramWhole", [whole, rows, wide, sizes], columns, wide);
  arena.release(mark);
  return sums;
}

/**
 * The unit of each column for every 128 rows, and the value that it stands for, `[task * wide + c]`.
 *
 * @returns Whether all numbers can be rounded to these units.
 */
function unitsOf(found: Float32Array, units: Float32Array, sizes: Float64Array, wide: number): boolean {
  for (let i = 0; i < units.length; i++) {
    const place = 2 * i - (i % wide); // of [task][2][wide]
    const most = found[place];
    const squares = found[place + wide];
    if (most !== 0 && !(most > LEAST && most < 1 / LEAST)) return false;
    // the sums are in single precision, so 1e-4 is kept to spare
    units[i] = most > 0 ? (1 - 1e-4) * Math.min(LARGEST / most, LONGEST / Math.sqrt(squares)) : 0;
    sizes[i] = most > 0 ? 1 / units[i] : 0;
  }
  return true;
}

async function project(
  team: Team,
  arena: Arena,
  x: number,
  rows: number,
  columns: number,
  wide: number,
  vectors: Float32Array,
  count: number,
) {
  const mark = arena.mark();
  const v = arena.allocate(count * wide * 4);
  const out = arena.allocate(rows * count * 4);
  const padded = arena.floats(v, count * wide).fill(0);
  for (let q = 0; q < count; q++) padded.set(vectors.subarray(q * columns, (q + 1) * columns), q * wide);
  await runInParts(team, {kernel: "projectRows", tasks: Math.ceil(rows / 64), args: [x, rows, wide, v, count, out]});
  const result = arena.floats(out, rows * count).slice();
  arena.release(mark);
  return result;
}
