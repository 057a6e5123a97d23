import type {Box} from "../forces/repulsion";
import type {Dimensions} from "../linear/matrix";

/** The size in bytes of the report that a task of the update leaves (kernels/update.ts). */
export const REPORT = 48;

export function boxOf(points: Float32Array, dimensions: Dimensions): Box {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  for (let i = 0; i < points.length; i++) {
    const d = i % dimensions;
    if (points[i] < low[d]) low[d] = points[i];
    if (points[i] > high[d]) high[d] = points[i];
  }
  return [...low, ...high];
}

/**
 * Combines the tasks' reports, always in the same order. In the plane, a report holds the corners of two boxes side by
 * side.
 */
export function readReports(reports: Float32Array, dimensions: Dimensions): {box: Box; gradientNorm: number} {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  const doubles = new Float64Array(reports.buffer, reports.byteOffset, reports.length / 2);
  let squares = 0;
  for (let r = 0; r < reports.length; r += REPORT / 4) {
    for (let lane = 0; lane < (dimensions === 2 ? 4 : 3); lane++) {
      const d = lane % dimensions;
      low[d] = Math.min(low[d], reports[r + lane]);
      high[d] = Math.max(high[d], reports[r + 4 + lane]);
    }
    squares += doubles[r / 2 + 4];
  }
  return {box: [...low, ...high], gradientNorm: Math.sqrt(squares)};
}
