import {diagonalised, loadSymmetric, type SymmetricMatrix, type Workspace} from "../../../tsne/index";

export interface Eigenpairs {
  /** The eigenvalues, the largest first. */
  readonly values: Float64Array;
  /** Orthonormal; vector q is `vectors.subarray(q * size, (q + 1) * size)`. */
  readonly vectors: Float64Array;
}

/** Up to this size the whole decomposition is as fast. */
const SMALL = 128;
/**
 * How many vectors are carried along in addition to the wanted ones. The gap to the first eigenvalue that is left out
 * decides the speed.
 */
const SPARE = 14;
/**
 * A filter of a high degree magnifies the first vectors' rounding over the last vectors: by up to this power of ten, it
 * leaves double precision five digits for them, more than a filter gains.
 */
const MOST_MAGNIFIED = 11;
/** The degree of the filter. Every four degrees gain about a digit; above twelve, it costs more than a new start. */
const mostDegree = (tolerance: number) => Math.min(12, Math.max(4, Math.round(-4 * Math.log10(tolerance) - 4)));
/** For this tolerance or a larger one, the matrix may be in single precision. */
const SINGLE = 1e-4;
/** A vector that is nearer than this to the space of the vectors before it counts as part of that space. */
const DEPENDENT = 1e-10;

/**
 * The `count` largest eigenvalues of a symmetric matrix without negative ones, and their vectors: subspace iteration
 * from a fixed start, filtered by Chebyshev polynomials that are small on the eigenvalues not wanted (Rutishauser 1969;
 * Zhou, Saad, Tiago & Chelikowsky 2006), until the vectors' residuals are small.
 *
 * @param tolerance The largest |Av − λv| that is allowed, divided by the largest eigenvalue. Eigenvalues are then wrong
 * by about its square. Less than 1e-12 cannot be reached.
 */
export async function leadingEigenpairs(
  matrix: Float64Array,
  size: number,
  count: number,
  workspace: Workspace,
  tolerance = 1e-7,
): Promise<Eigenpairs> {
  if (size <= Math.max(SMALL, 2 * (count + SPARE))) {
    const {values, vectors} = diagonalised(workspace, matrix, size);
    return {values: values.slice(0, count), vectors: vectors.slice(0, count * size)};
  }
  const a = loadSymmetric(workspace, matrix, size, tolerance < SINGLE ? "double" : "single");
  try {
    const carried = Math.ceil((count + SPARE) / 4) * 4;
    const start = waves(0, carried * size);
    let space = await ritz(workspace, a, orthonormal(a, await a.times(start)));
    while (residual(space, size, count) > tolerance * space.values[0]) {
      space = await ritz(workspace, a, orthonormal(a, await filtered(a, space, count, mostDegree(tolerance))));
    }
    return {values: space.values.slice(0, count), vectors: space.vectors.slice(0, count * size)};
  } finally {
    a.release();
  }
}

interface RitzPairs extends Eigenpairs {
  /** The matrix times each vector. */
  readonly images: Float64Array;
}

/** The best eigenpairs within the space of orthonormal vectors (Rayleigh-Ritz). */
async function ritz(workspace: Workspace, a: SymmetricMatrix, basis: Float64Array): Promise<RitzPairs> {
  const images = await a.times(basis);
  const {values, vectors: shares} = diagonalised(workspace, a.inner(basis, images), basis.length / a.size);
  return {values, vectors: a.mix(basis, shares), images: a.mix(images, shares)};
}

function residual({values, vectors, images}: RitzPairs, size: number, count: number): number {
  let most = 0;
  for (let q = 0; q < count; q++) {
    let square = 0;
    for (let i = q * size; i < (q + 1) * size; i++) square += (images[i] - values[q] * vectors[i]) ** 2;
    most = Math.max(most, square);
  }
  return Math.sqrt(most);
}

/**
 * T((A − c) / c) times each vector, where T is a Chebyshev polynomial and c is half of the smallest eigenvalue that is
 * carried. It is at most 1 for eigenvalues up to that one, and rises steeply above it.
 */
async function filtered(
  a: SymmetricMatrix,
  {values, vectors, images}: RitzPairs,
  count: number,
  most: number,
): Promise<Float64Array> {
  const c = Math.max(values[values.length - 1], 1e-9 * values[0]) / 2;
  const growth = (value: number) => {
    const x = Math.max(1, (value - c) / c);
    return Math.log10(x + Math.sqrt(x * x - 1));
  };
  const magnified = growth(values[0]) - growth(values[count - 1]);
  const degree = Math.max(2, Math.min(most, Math.floor(MOST_MAGNIFIED / Math.max(magnified, 0.1))));
  let before: Float64Array = vectors;
  let now: Float64Array = images.map((image, i) => image / c - vectors[i]);
  for (let d = 2; d <= degree; d++) {
    const next = await a.times(now);
    recur(next, now, before, c);
    [before, now] = [now, next];
  }
  return now;
}

/** The next Chebyshev polynomial of (A − c) / c times each vector; `next` holds A times the last one. */
function recur(next: Float64Array, now: Float64Array, before: Float64Array, c: number): void {
  for (let i = 0; i < next.length; i++) next[i] = 2 * (next[i] / c - now[i]) - before[i];
}

/** Makes vectors orthonormal. A vector that adds nothing to the space of the others is replaced by a different one. */
function orthonormal(a: SymmetricMatrix, vectors: Float64Array): Float64Array {
  for (let attempt = 1; ; attempt++) {
    const out = a.orthonormal(vectors, DEPENDENT);
    let whole = true;
    for (let first = 0; first < out.length; first += a.size) {
      if (out.subarray(first, first + a.size).some((v) => v !== 0)) continue;
      whole = false;
      out.set(waves(attempt * out.length + first, a.size), first);
    }
    if (whole) return out;
    vectors = out;
  }
}

/**
 * A starting vector that follows no direction of the data: fractional parts made from multiples of the golden ratio, in
 * [−½, ½).
 */
function waves(first: number, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let e = 0; e < count; e++) {
    const i = first + e;
    out[e] = ((Math.sqrt(i + 1) * 1.618033988749895 + i * 0.6180339887498949) % 1) - 0.5;
  }
  return out;
}
