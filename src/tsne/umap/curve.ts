/** UMAP's similarity of two points on a map at distance d: 1 / (1 + a · d^(2b)). */
export interface Curve {
  readonly a: number;
  readonly b: number;
}

const [SAMPLES, STEPS] = [300, 100];

/**
 * Finds the curve that is nearest to a wanted similarity: 1 up to the least distance, and exp(least distance − d) from
 * there on (McInnes, Healy & Melville 2018, section 4.1; umap-learn's `find_ab_params` with spread 1). It takes the
 * least squares at 300 distances from 0 to 3, by Levenberg's and Marquardt's method from a = b = 1.
 *
 * @param minDistance From 0 to below 3.
 */
export function similarityCurve(minDistance: number): Curve {
  const distances = Array.from({length: SAMPLES}, (_, s) => (3 * s) / (SAMPLES - 1));
  const wanted = distances.map((d) => (d < minDistance ? 1 : Math.exp(minDistance - d)));
  const errorOf = ({a, b}: Curve) =>
    distances.reduce((sum, d, s) => sum + (wanted[s] - 1 / (1 + a * d ** (2 * b))) ** 2, 0);
  let curve: Curve = {a: 1, b: 1};
  let [error, damping] = [errorOf(curve), 1e-3];
  for (let step = 0; step < STEPS; step++) {
    const {a, b} = curve;
    let [aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0];
    distances.forEach((d, s) => {
      if (d === 0) return; // the curve is 1 there, whatever a and b are
      const power = d ** (2 * b);
      const value = 1 / (1 + a * power);
      const [byA, byB, rest] = [-power * value ** 2, -2 * a * power * Math.log(d) * value ** 2, wanted[s] - value];
      aa += byA * byA;
      ab += byA * byB;
      bb += byB * byB;
      ra += byA * rest;
      rb += byB * rest;
    });
    const [p, q] = [aa * (1 + damping), bb * (1 + damping)];
    const determinant = p * q - ab * ab;
    const next = {a: a + (q * ra - ab * rb) / determinant, b: b + (p * rb - ab * ra) / determinant};
    const nextError = errorOf(next);
    if (nextError < error) {
      [curve, error, damping] = [next, nextError, damping / 10];
    } else damping *= 10;
    if (!(damping < 1e12)) break; // no step makes it better
  }
  return curve;
}

/** The table's squared distances: 128 to each doubling from 2^-20 to 2^20 (kernels/umap.ts). */
const [FIRST, LAST] = [107 * 128, 147 * 128];
/** Keeps the repulsion of near points finite, as in umap-learn. */
const NEAREST = 0.001;

/**
 * Computes the factors by which a difference of two points is multiplied, [distances][2]:
 * −2ab d^(2b − 2) / (1 + a d^(2b)) for attraction, and 2b / ((0.001 + d²) (1 + a d^(2b))) for repulsion (McInnes, Healy
 * & Melville 2018, section 4.1).
 */
export function forceTable({a, b}: Curve): Float32Array {
  const table = new Float32Array(2 * (LAST - FIRST + 1));
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  for (let entry = FIRST; entry <= LAST; entry++) {
    bits[0] = entry << 16;
    const squared = number[0];
    const share = 1 + a * squared ** b;
    table[2 * (entry - FIRST)] = (-2 * a * b * squared ** (b - 1)) / share;
    table[2 * (entry - FIRST) + 1] = (2 * b) / ((NEAREST + squared) * share);
  }
  return table;
}
