import type {Dimensions, Matrix} from "./linear/matrix";
import {loadMatrix} from "./linear/matrix-product";
import type {Space} from "./threads/workspace";

/** The standard deviation of the first coordinate at the start. It is so small that all forces are nearly equal. */
const START_SPREAD = 1e-4;
const SWEEPS = 60;

/**
 * Places the rows by their first principal components, scaled so that the first one has standard deviation 1e-4 (Kobak
 * & Berens 2019). The sign of a component is chosen so that the score of the largest magnitude is positive; thus the
 * same data give the same start.
 */
export async function principalStart(space: Space, data: Matrix, dimensions: Dimensions): Promise<Float32Array> {
  const {rows, columns} = data;
  const count = Math.min(dimensions, columns);
  const loaded = loadMatrix(space, data);
  loaded.scale(loaded.moments().means, new Float64Array(columns).fill(1));
  const axes = leadingAxes(await loaded.gram(), columns, count);
  const scores = await loaded.project(Float32Array.from(axes.flatMap((axis) => [...axis])), count);
  loaded.release();
  const points = new Float64Array(rows * dimensions);
  for (let d = 0; d < count; d++) place(scores, count, d, points, dimensions);
  let square = 0;
  for (let r = 0; r < rows; r++) square += points[r * dimensions] ** 2 / rows;
  const scale = START_SPREAD / (Math.sqrt(square) || 1);
  return Float32Array.from(points, (v) => v * scale);
}

/**
 * A random start: normal numbers with standard deviation 1e-4 in each direction (Box & Muller 1958).
 *
 * @param random Uniform in [0, 1).
 */
export function randomStart(rows: number, dimensions: Dimensions, random: () => number): Float32Array {
  return Float32Array.from({length: rows * dimensions}, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return START_SPREAD * radius * Math.cos(2 * Math.PI * random());
  });
}

/**
 * Writes component d of the scores to coordinate d of the points, with the sign that makes the score of the largest
 * magnitude positive.
 */
function place(scores: Float32Array, count: number, d: number, points: Float64Array, dimensions: number): void {
  let largest = 0;
  for (let from = d, to = d; from < scores.length; from += count, to += dimensions) {
    points[to] = scores[from];
    if (Math.abs(scores[from]) > Math.abs(largest)) largest = scores[from];
  }
  if (largest < 0) for (let to = d; to < points.length; to += dimensions) points[to] *= -1;
}

/**
 * The orthonormal eigenvectors of the largest eigenvalues, by subspace iteration from a fixed start. If eigenvalues are
 * nearly equal, the directions within their space are not determined; any of them serve as a start.
 */
function leadingAxes(matrix: Float64Array, size: number, count: number): Float64Array[] {
  // the gap to the eigenvalue after the spare ones decides how fast this converges
  const spare = Math.min(size, count + 4);
  let axes: Float64Array[] = Array.from({length: spare}, (_, q) =>
    Float64Array.from({length: size}, (_, c) => wave(c * spare + q)),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    axes = orthonormal(
      axes.map((axis) => {
        const out = new Float64Array(size);
        for (let a = 0; a < size; a++) {
          let sum = 0;
          for (let b = 0; b < size; b++) sum += matrix[a * size + b] * axis[b];
          out[a] = sum;
        }
        return out;
      }),
    );
  }
  return axes.slice(0, count);
}

/**
 * The Gram-Schmidt process, in order: so the first axis converges to the first eigenvector, and so on. An axis that
 * vanishes stays zero.
 */
function orthonormal(axes: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const axis of axes) {
    const length = Math.hypot(...axis);
    for (let twice = 0; twice < 2; twice++) {
      for (const other of done) {
        const dot = axis.reduce((sum, v, c) => sum + v * other[c], 0);
        for (let c = 0; c < axis.length; c++) axis[c] -= dot * other[c];
      }
    }
    const rest = Math.hypot(...axis);
    const scale = rest > 1e-10 * length ? 1 / rest : 0;
    done.push(axis.map((v) => v * scale));
  }
  return done;
}

/** A start that favours no direction of the data: multiples of the golden ratio, spread over [−½, ½). */
function wave(i: number): number {
  return ((i * 0.6180339887498949) % 1) - 0.5;
}
