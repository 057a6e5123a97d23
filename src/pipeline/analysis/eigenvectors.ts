import {EigenvalueDecomposition, Matrix} from "ml-matrix";

export interface Eigenpairs {
  /** Largest first. */
  readonly values: Float64Array;
  /** Orthonormal; vector q is `vectors.subarray(q * size, (q + 1) * size)`. */
  readonly vectors: Float64Array;
}

/** Vectors a step adds: eigenvalues of a multiplicity up to this are found. */
const BLOCK = 8;
/** Up to this size the whole decomposition is as fast. */
const SMALL = 160;

/**
 * The `count` largest eigenvalues of a symmetric matrix and their vectors, by a block Krylov space from a fixed start,
 * kept orthogonal in full (Golub & Underwood 1977), that grows until the vectors' residuals are small.
 *
 * @param tolerance The largest |Av − λv| allowed, over the largest eigenvalue. Eigenvalues are then off by about its
 * square.
 */
export function leadingEigenpairs(matrix: Float64Array, size: number, count: number, tolerance = 1e-7): Eigenpairs {
  if (size <= SMALL) return ritz(identityBasis(size), matrix, size, count).pairs;
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let block: Float64Array[] = Array.from({length: BLOCK}, (_, q) =>
    Float64Array.from({length: size}, (_, c) => wave(c * BLOCK + q)),
  );
  let next = Math.min(size, 3 * count + 4 * BLOCK);
  for (;;) {
    for (const vector of block) {
      if (basis.length === size) break;
      const clean = orthogonalTo(basis, vector, basis.length);
      basis.push(clean);
      images.push(times(matrix, size, clean));
    }
    block = images.slice(-BLOCK).map((image) => image.slice());
    if (basis.length < next) continue;
    const {pairs, residual} = ritz(basis, matrix, size, count, images);
    if (basis.length === size || residual < tolerance * Math.abs(pairs.values[0])) return pairs;
    next = Math.min(size, basis.length + 10 * BLOCK);
  }
}

/** Eigenpairs of the matrix within the space of a basis (Rayleigh-Ritz), and the largest residual. */
function ritz(
  basis: readonly Float64Array[],
  matrix: Float64Array,
  size: number,
  count: number,
  images = basis.map((vector) => times(matrix, size, vector)),
): {pairs: Eigenpairs; residual: number} {
  const m = basis.length;
  const small = Matrix.zeros(m, m);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      const value = dot(basis[b], images[a]);
      small.set(a, b, value);
      small.set(b, a, value);
    }
  }
  const decomposition = new EigenvalueDecomposition(small, {assumeSymmetric: true});
  const found = decomposition.realEigenvalues;
  const order = found.map((_, q) => q).sort((a, b) => found[b] - found[a]);
  const kept = order.slice(0, count);
  const mix = decomposition.eigenvectorMatrix;
  const values = Float64Array.from(kept, (q) => found[q]);
  const vectors = new Float64Array(kept.length * size);
  let residual = 0;
  kept.forEach((q, place) => {
    const vector = vectors.subarray(place * size, (place + 1) * size);
    const image = new Float64Array(size);
    for (let a = 0; a < m; a++) {
      const share = mix.get(a, q);
      for (let c = 0; c < size; c++) {
        vector[c] += share * basis[a][c];
        image[c] += share * images[a][c];
      }
    }
    residual = Math.max(residual, Math.hypot(...image.map((v, c) => v - found[q] * vector[c])));
  });
  return {pairs: {values, vectors}, residual};
}

/** The unit vector along what of `vector` is outside the basis' space; another vector where nothing is. */
function orthogonalTo(basis: readonly Float64Array[], vector: Float64Array, fresh: number): Float64Array {
  let out: Float64Array = vector.slice();
  for (let attempt = 0; ; attempt++) {
    const before = Math.sqrt(dot(out, out));
    for (let twice = 0; twice < 2; twice++) {
      for (const other of basis) {
        const share = dot(out, other);
        for (let c = 0; c < out.length; c++) out[c] -= share * other[c];
      }
    }
    const after = Math.sqrt(dot(out, out));
    if (after > 1e-10 * before && after > 0) return out.map((v) => v / after);
    out = Float64Array.from({length: vector.length}, (_, c) => wave((fresh + attempt + 1) * vector.length + c));
  }
}

function identityBasis(size: number): Float64Array[] {
  return Array.from({length: size}, (_, q) => Float64Array.from({length: size}, (_, c) => (c === q ? 1 : 0)));
}

function times(matrix: Float64Array, size: number, vector: Float64Array): Float64Array {
  const out = new Float64Array(size);
  for (let a = 0; a < size; a++) out[a] = dot(matrix.subarray(a * size, (a + 1) * size), vector);
  return out;
}

/** In four sums: one alone would wait for each addition, and take three times as long. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  const fours = a.length & ~3;
  for (let c = 0; c < fours; c += 4) {
    s += a[c] * b[c];
    t += a[c + 1] * b[c + 1];
    u += a[c + 2] * b[c + 2];
    v += a[c + 3] * b[c + 3];
  }
  for (let c = fours; c < a.length; c++) s += a[c] * b[c];
  return s + t + (u + v);
}

/** A start in no data's direction: multiples of the golden ratio, their square roots' fractions, in [−½, ½). */
function wave(i: number): number {
  return ((Math.sqrt(i + 1) * 1.618033988749895 + i * 0.6180339887498949) % 1) - 0.5;
}
