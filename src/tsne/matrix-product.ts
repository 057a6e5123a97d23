import type {Arena} from "./arena";
import type {Matrix} from "./matrix";
import {runInParts} from "./parts";
import type {Team} from "./team";
import type {Workspace} from "./workspace";

/** Rows the kernel sums in single precision at a time (kernels/matrix-product.ts). */
const DEPTH = 128;
/** Rows of a task that looks at columns (kernels/columns.ts). */
const COLUMN_ROWS = 512;

/** A matrix in a workspace's memory, for products with it. */
export interface LoadedMatrix {
  /** Each column's mean, and its mean squared distance from it, in double precision. */
  moments(): {means: Float64Array; variances: Float64Array};
  /** Makes (x − shift) · scale of each number, by its column. */
  scale(shifts: Float64Array, scales: Float64Array): void;
  /** XᵀX in double precision (sums of 128 products in single), `[a * columns + b]`. */
  gram(): Promise<Float64Array>;
  /** X V: each row's products with `count` vectors, `vectors[q * columns + c]`. Out: `[row * count + q]`. */
  project(vectors: Float32Array, count: number): Promise<Float32Array>;
  /** Frees the memory, and what was taken after it. */
  release(): void;
}

export function loadMatrix({team, arena}: Workspace, {rows, columns, values}: Matrix): LoadedMatrix {
  const mark = arena.mark();
  const [tall, wide] = [Math.ceil(rows / DEPTH) * DEPTH, Math.ceil(columns / 8) * 8];
  const x = arena.allocate(tall * wide * 4);
  const loaded = arena.floats(x, tall * wide);
  if (wide === columns) loaded.set(values);
  else {
    loaded.fill(0);
    for (let r = 0; r < rows; r++) loaded.set(values.subarray(r * columns, (r + 1) * columns), r * wide);
  }
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
    gram: () => gram(team, arena, x, tall, columns, wide),
    project: (vectors, count) => project(team, arena, x, rows, columns, wide, vectors, count),
    release: () => arena.release(mark),
  };
}

function moments(team: Team, arena: Arena, x: number, rows: number, columns: number, wide: number) {
  const mark = arena.mark();
  const tasks = Math.ceil(rows / COLUMN_ROWS);
  const shifts = arena.allocate(wide * 8);
  const sums = arena.allocate(tasks * wide * 8);
  arena.doubles(shifts, wide).fill(0);
  const mean = (squared: 0 | 1) => {
    team.run({kernel: "sumColumns", tasks, args: [x, rows, wide, shifts, squared, sums]});
    const parts = arena.doubles(sums, tasks * wide);
    const out = new Float64Array(columns);
    for (let t = 0; t < tasks; t++) for (let c = 0; c < columns; c++) out[c] += parts[t * wide + c];
    return out.map((sum) => sum / rows);
  };
  const means = mean(0);
  arena.doubles(shifts, wide).set(means);
  const variances = mean(1);
  arena.release(mark);
  return {means, variances};
}

async function gram(team: Team, arena: Arena, x: number, rows: number, columns: number, wide: number) {
  const mark = arena.mark();
  const out = arena.allocate(wide * wide * 8);
  const job = {kernel: "gramRows", tasks: wide / 8, args: [x, rows, wide, out]} as const;
  await runInParts(team, job, team.threads);
  const sums = arena.doubles(out, wide * wide); // from each block's first column on
  const result = new Float64Array(columns * columns);
  for (let a = 0; a < columns; a++) {
    for (let b = 0; b < columns; b++) result[a * columns + b] = sums[Math.min(a, b) * wide + Math.max(a, b)];
  }
  arena.release(mark);
  return result;
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
