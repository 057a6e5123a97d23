import {runInParts} from "./parts";
import type {Workspace} from "./workspace";

/** Rows of a task of `multiplyVectors`, columns of a task of `mixVectors` (kernels/symmetric.ts). */
const [ROWS, COLUMNS] = [16, 64];

/**
 * A symmetric matrix in a workspace's memory, and what eigenvectors need done with blocks of vectors, in double
 * precision. A block is `vectors[q * size + c]`, a multiple of four of them; results are new arrays.
 */
export interface SymmetricMatrix {
  readonly size: number;
  /** The matrix times each vector. */
  times(vectors: Float64Array): Promise<Float64Array>;
  /** All inner products, `[p * count + q]` of a's vector p with b's vector q. */
  inner(a: Float64Array, b: Float64Array): Float64Array;
  /** Sums of vectors: Σp shares[q * count + p] · vector p. */
  mix(vectors: Float64Array, shares: Float64Array): Float64Array;
  /** Gram-Schmidt, in order. A vector within a share `least` of the space of those before it becomes zero. */
  orthonormal(vectors: Float64Array, least: number): Float64Array;
  /** Frees the memory, and what was taken after it. */
  release(): void;
}

/** @param matrix `[a * size + b]`. */
export function loadSymmetric({team, arena}: Workspace, matrix: Float64Array, size: number): SymmetricMatrix {
  const begin = arena.mark();
  const wide = size + (size % 2);
  const place = arena.allocate(wide * wide * 8);
  write(place, matrix, size);
  const mark = arena.mark();

  function write(address: number, rows: Float64Array, columns: number) {
    const count = rows.length / columns;
    const padded = columns + (columns % 2);
    const out = arena.doubles(address, (count + (count % 2)) * padded).fill(0);
    for (let q = 0; q < count; q++) out.set(rows.subarray(q * columns, (q + 1) * columns), q * padded);
  }

  function load(rows: Float64Array, columns: number): number {
    const count = rows.length / columns;
    const address = arena.allocate((count + 1) * (columns + 1) * 8);
    write(address, rows, columns);
    return address;
  }

  function read(address: number, count: number): Float64Array {
    const out = new Float64Array(count * size);
    const padded = arena.doubles(address, count * wide);
    for (let q = 0; q < count; q++) out.set(padded.subarray(q * wide, q * wide + size), q * size);
    arena.release(mark);
    return out;
  }

  return {
    size,
    async times(vectors) {
      const count = vectors.length / size;
      const v = load(vectors, size);
      const out = arena.allocate(count * wide * 8);
      const args = [place, wide, wide, v, count, out];
      await runInParts(team, {kernel: "multiplyVectors", tasks: Math.ceil(wide / ROWS), args}, 64);
      return read(out, count);
    },
    inner(a, b) {
      const count = a.length / size;
      const [left, right] = [load(a, size), load(b, size)];
      const out = arena.allocate(count * count * 8);
      team.run({
        kernel: "multiplyVectors",
        tasks: Math.ceil(count / ROWS),
        args: [right, count, wide, left, count, out],
      });
      const products = arena.doubles(out, count * count).slice();
      arena.release(mark);
      return products;
    },
    mix(vectors, shares) {
      const count = vectors.length / size;
      const v = load(vectors, size);
      const s = load(shares, count);
      const out = arena.allocate(count * wide * 8);
      team.run({kernel: "mixVectors", tasks: Math.ceil(wide / COLUMNS), args: [v, wide, count, s, out]});
      return read(out, count);
    },
    orthonormal(vectors, least) {
      const count = vectors.length / size;
      const v = load(vectors, size);
      team.run({kernel: "orthonormalise", tasks: 1, args: [v, wide, count, least]});
      return read(v, count);
    },
    release: () => arena.release(begin),
  };
}
