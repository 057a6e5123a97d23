import {type Arena, openArena} from "./arena";
import type {Matrix} from "./matrix";
import {runInParts} from "./parts";
import {openTeam, type Team} from "./team";

/** Rows the kernel sums in single precision at a time (kernels/matrix-product.ts). */
const DEPTH = 128;

/** A matrix in a team's memory, for products with it. */
export interface LoadedMatrix {
  /** XᵀX in double precision (sums of 128 products in single), `[a * columns + b]`. */
  gram(): Promise<Float64Array>;
  /** X V: each row's products with `count` vectors, `vectors[q * columns + c]`. Out: `[row * count + q]`. */
  project(vectors: Float32Array, count: number): Promise<Float32Array>;
  close(): void;
}

/** @param threads Results do not depend on it. */
export async function loadMatrix({rows, columns, values}: Matrix, threads: number): Promise<LoadedMatrix> {
  const team = await openTeam(threads);
  const arena = openArena(team);
  const [tall, wide] = [Math.ceil(rows / DEPTH) * DEPTH, Math.ceil(columns / 8) * 8];
  const x = arena.allocate(tall * wide * 4);
  const loaded = arena.floats(x, tall * wide);
  for (let r = 0; r < rows; r++) loaded.set(values.subarray(r * columns, (r + 1) * columns), r * wide);
  return {
    gram: () => gram(team, arena, x, tall, columns, wide),
    project: (vectors, count) => project(team, arena, x, rows, columns, wide, vectors, count),
    close: () => team.close(),
  };
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
