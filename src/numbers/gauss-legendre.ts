/** Points in (0, 1) and their weights, which sum to 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss–Legendre quadrature over [0, 1], which is exact for polynomials of degree 2 · count − 1. The points are the
 * roots of the Legendre polynomial, found by Newton's method from Tricomi's guess (as in Abramowitz & Stegun 1964,
 * 25.4.29).
 */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let root = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, root]; // P₀ and P₁
      for (let n = 2; n <= count; n++) [before, value] = [value, ((2 * n - 1) * root * value - (n - 1) * before) / n];
      slope = (count * (root * value - before)) / (root * root - 1);
      const move = value / slope;
      root -= move;
      if (Math.abs(move) < 1e-15) break;
    }
    nodes[count - 1 - i] = (1 + root) / 2;
    weights[count - 1 - i] = 1 / ((1 - root * root) * slope * slope);
  }
  return {nodes, weights};
}
