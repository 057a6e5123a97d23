import {Matrix as Dense, SVD} from "ml-matrix";

/**
 * Turns, mirrors and moves `points`, but never scales them, so that they lie as near as possible to `reference` (least
 * squares; Schönemann 1966). Two maps of the same points can then be compared, without the rotation, which means
 * nothing.
 *
 * @param points `[n * dimensions]`, like `reference`.
 */
export function aligned(points: Float32Array, reference: Float32Array, dimensions: number): Float32Array {
  if (points.length !== reference.length) {
    throw new RangeError(`reference: expected ${points.length} numbers, as the points have, got ${reference.length}`);
  }
  const n = points.length / dimensions;
  const own = centroid(points, dimensions);
  const target = centroid(reference, dimensions);
  const cross = Dense.zeros(dimensions, dimensions);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < dimensions; a++) {
      for (let b = 0; b < dimensions; b++) {
        const product = (points[i * dimensions + a] - own[a]) * (reference[i * dimensions + b] - target[b]);
        cross.set(a, b, cross.get(a, b) + product);
      }
    }
  }
  const {leftSingularVectors, rightSingularVectors} = new SVD(cross);
  const turn = leftSingularVectors.mmul(rightSingularVectors.transpose());
  const out = new Float32Array(points.length);
  for (let i = 0; i < n; i++) {
    for (let b = 0; b < dimensions; b++) {
      let sum = target[b];
      for (let a = 0; a < dimensions; a++) sum += (points[i * dimensions + a] - own[a]) * turn.get(a, b);
      out[i * dimensions + b] = sum;
    }
  }
  return out;
}

/**
 * How far the points of each class moved between two maps, on average, divided by the later map's radius (the root mean
 * square distance from its middle): 0 means not at all, 1 about as far as from the middle to the edge. NaN for a class
 * without points.
 */
export function movementByClass(
  points: Float32Array,
  before: Float32Array,
  dimensions: number,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  const middle = centroid(points, dimensions);
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  let square = 0;
  for (let i = 0; i < labels.length; i++) {
    let distance = 0;
    for (let d = 0; d < dimensions; d++) {
      distance += (points[i * dimensions + d] - before[i * dimensions + d]) ** 2;
      square += (points[i * dimensions + d] - middle[d]) ** 2 / labels.length;
    }
    sums[labels[i]] += Math.sqrt(distance);
    counts[labels[i]]++;
  }
  return sums.map((sum, k) => sum / counts[k] / (Math.sqrt(square) || 1));
}

function centroid(points: Float32Array, dimensions: number): Float64Array {
  const out = new Float64Array(dimensions);
  points.forEach((value, i) => {
    out[i % dimensions] += (value * dimensions) / points.length;
  });
  return out;
}
