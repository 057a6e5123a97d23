import type {Arena} from "./arena";
import type {Dimensions} from "./matrix";

/**
 * Puts points in the arena as the kernels have them: two numbers a point or four, and far ones up to a multiple of
 * four.
 */
export function writePoints(arena: Arena, points: ArrayLike<number>, dimensions: Dimensions): number {
  const n = points.length / dimensions;
  const stride = dimensions === 2 ? 2 : 4;
  const room = Math.ceil(n / 4) * 4;
  const address = arena.allocate(room * stride * 4);
  const out = arena.floats(address, room * stride).fill(0);
  placePoints(arena, address, points, dimensions);
  for (let i = n; i < room; i++) out.fill(1e15, i * stride, i * stride + dimensions);
  return address;
}

/** Puts others, as many, in their place. */
export function placePoints(arena: Arena, address: number, points: ArrayLike<number>, dimensions: Dimensions): void {
  const n = points.length / dimensions;
  const stride = dimensions === 2 ? 2 : 4;
  const out = arena.floats(address, n * stride);
  for (let i = 0; i < n; i++) for (let c = 0; c < dimensions; c++) out[i * stride + c] = points[i * dimensions + c];
}

/** A copy of n points, `[n * dimensions]`. */
export function readPoints(arena: Arena, address: number, n: number, dimensions: Dimensions): Float32Array {
  const stride = dimensions === 2 ? 2 : 4;
  const all = arena.floats(address, n * stride);
  const points = new Float32Array(n * dimensions);
  for (let i = 0; i < n; i++) for (let c = 0; c < dimensions; c++) points[i * dimensions + c] = all[i * stride + c];
  return points;
}
