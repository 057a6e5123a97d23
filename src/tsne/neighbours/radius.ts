import type {Dimensions} from "../linear/matrix";

/** A slope below this counts as flat: the divergence is then within about 1e-4 of its minimum. */
const FLAT = 0.01;
/** The first step, which is also the longest. */
const STEP = Math.log(2);
const MOST_STEPS = 6;
/** The search goes no further than this, because far from its own size, a map's slope is nearly 0 as well. */
const FARTHEST = Math.log(5);

/** The radius of a map: the root mean square distance of its points from their middle. */
export function radiusOf(points: Float32Array, dimensions: Dimensions): number {
  const middle = middleOf(points, dimensions);
  let squares = 0;
  for (let i = 0; i < points.length; i++) squares += (points[i] - middle[i % dimensions]) ** 2;
  return Math.sqrt((squares * dimensions) / points.length);
}

/** The map stretched about its middle to `factor` times its radius. */
export function stretched(points: Float32Array, dimensions: Dimensions, factor: number): Float32Array {
  const middle = middleOf(points, dimensions);
  return points.map((value, i) => middle[i % dimensions] + factor * (value - middle[i % dimensions]));
}

/**
 * Finds the factor by which a map must be stretched for the least divergence: the nearby zero of the slope, by the
 * secant method.
 *
 * @param slope The derivative of the divergence by the logarithm of the factor, at a given factor.
 */
export function bestStretch(slope: (factor: number) => number): number {
  let [before, slopeBefore] = [0, slope(1)];
  let now = -Math.sign(slopeBefore) * STEP;
  for (let step = 0; Math.abs(slopeBefore) > FLAT && step < MOST_STEPS; step++) {
    const slopeNow = slope(Math.exp(now));
    const curvature = (slopeNow - slopeBefore) / (now - before);
    [before, slopeBefore] = [now, slopeNow];
    // where the curvature is not positive, a step downhill
    const wanted = curvature > 0 ? -slopeNow / curvature : -Math.sign(slopeNow) * STEP;
    now = clamped(now + clamped(wanted, STEP), FARTHEST);
    if (now === before) break;
  }
  return Math.exp(before);
}

/**
 * The slope of KL(P‖Q) by the logarithm of a map's size: Σ yi · ∂KL/∂yi, with the gradient as in kernels/update.ts. The
 * arrays have the kernels' layout, `stride` numbers for each point.
 */
export function slopeBySize(
  points: Float32Array,
  attraction: Float32Array,
  repulsion: readonly Float32Array[],
  z: number,
): number {
  let sum = 0;
  for (let e = 0; e < points.length; e++) {
    sum += points[e] * (attraction[e] - repulsion.reduce((all, part) => all + part[e], 0) / z);
  }
  return 4 * sum;
}

function middleOf(points: Float32Array, dimensions: Dimensions): Float64Array {
  const middle = new Float64Array(dimensions);
  for (let i = 0; i < points.length; i++) middle[i % dimensions] += points[i];
  return middle.map((sum) => (sum * dimensions) / points.length);
}

function clamped(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
