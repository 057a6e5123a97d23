import {runInParts} from "../threads/parts";
import type {Space} from "../threads/workspace";

/**
 * How many rows a task of `multiplyVectors` handles, and how many columns a task of `mixVectors`
 * (kernels/symmetric.ts).
 */
const [ROWS, COLUMNS] = [16, 64];
/** How many rows a task of `projectRows` handles (kernels/matrix-product.ts). */
const PROJECTED = 64;

/** All eigenvalues and eigenvectors of a matrix. */
export interface Diagonal {
  /** The eigenvalues, the largest first. */
  readonly values: Float64Array;
  /** The orthonormal eigenvectors; vector q is `vectors.subarray(q * size, (q + 1) * size)`. */
  readonly vectors: Float64Array;
}

/**
 * Computes all eigenpairs of a symmetric matrix by Jacobi's method (Golub & Van Loan 2013, section 8.5), exact to the
 * rounding of double precision. It takes some 60 · size³ multiplications on one thread.
 *
 * @param matrix `[a * size + b]`; what is above the diagonal is not read.
 */
export function diagonalised({team, arena}: Space, matrix: Float64Array, size: number): Diagonal {
  const mark = arena.mark();
  const wide = size + (size % 2);
  const [place, turns] = [arena.allocate(size * wide * 8), arena.allocate(size * wide * 8)];
  const whole = arena.doubles(place, size * wide).fill(0);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      whole[a * wide + b] = matrix[a * size + b];
      whole[b * wide + a] = matrix[a * size + b];
    }
  }
  team.run({kernel: "diagonalise", tasks: 1, args: [place, size, wide, turns]});
  const found = Float64Array.from({length: size}, (_, q) => whole[q * (wide + 1)]);
  const order = Array.from(found, (_, q) => q).sort((a, b) => found[b] - found[a] || a - b);
  const rows = arena.doubles(turns, size * wide);
  const vectors = new Float64Array(size * size);
  order.forEach((q, at) => {
    vectors.set(rows.subarray(q * wide, q * wide + size), at * size);
  });
  arena.release(mark);
  return {values: Float64Array.from(order, (q) => found[q]), vectors};
}

/**
 * A symmetric matrix in a workspace's memory, with the operations on blocks of vectors that finding eigenvectors needs,
 * in double precision. A block holds a multiple of four vectors, as `vectors[q * size + c]`. Results are new arrays.
 */
export interface SymmetricMatrix {
  readonly size: number;
  /** The matrix times each vector. A matrix in single precision gives products in single precision. */
  times(vectors: Float64Array): Promise<Float64Array>;
  /** All inner products, `[p * count + q]` of a's vector p with b's vector q. */
  inner(a: Float64Array, b: Float64Array): Float64Array;
  /** Linear combinations of vectors: Σp shares[q * count + p] · vector p. */
  mix(vectors: Float64Array, shares: Float64Array): Float64Array;
  /**
   * The Gram-Schmidt process, in order. A vector becomes zero if less than the share `least` of its length lies outside
   * the space of the vectors before it.
   */
  orthonormal(vectors: Float64Array, least: number): Float64Array;
  /** Frees the memory, and any memory that was taken after it. */
  release(): void;
}

/**
 * Copies a symmetric matrix into the workspace.
 *
 * @param matrix `[a * size + b]`.
 * @param precision In "single", `times` takes half the time, and each product is wrong by about 1e-7 of its terms.
 */
export function loadSymmetric(
  {team, arena}: Space,
  matrix: Float64Array,
  size: number,
  precision: "single" | "double" = "double",
): SymmetricMatrix {
  const begin = arena.mark();
  const wide = size + (size % 2);
  const long = Math.ceil(size / 4) * 4; // a row in single precision
  const single = precision === "single";
  const place = arena.allocate(single ? size * long * 4 : wide * wide * 8);
  if (single) writeSingles(place, matrix);
  else write(place, matrix, size);
  const mark = arena.mark();

  function writeSingles(address: number, rows: Float64Array) {
    const out = arena.floats(address, (rows.length / size) * long).fill(0);
    for (let from = 0, to = 0; from < rows.length; from += size, to += long) {
      out.set(rows.subarray(from, from + size), to);
    }
  }

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

  async function timesSingles(vectors: Float64Array, count: number): Promise<Float64Array> {
    const v = arena.allocate(count * long * 4);
    writeSingles(v, vectors);
    const out = arena.allocate(size * count * 4);
    const args = [place, size, long, v, count, out];
    await runInParts(team, {kernel: "projectRows", tasks: Math.ceil(size / PROJECTED), args});
    const products = transposed(arena.floats(out, size * count), count);
    arena.release(mark);
    return products;
  }

  return {
    size,
    async times(vectors) {
      const count = vectors.length / size;
      if (single) return timesSingles(vectors, count);
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

/** Returns the transpose of rows of `columns` numbers. */
function transposed(values: Float32Array, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  const rows = values.length / columns;
  for (let c = 0, to = 0; c < columns; c++) for (let r = 0; r < rows; r++) out[to++] = values[r * columns + c];
  return out;
}
