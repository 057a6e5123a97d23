import type {Dimensions} from "../linear/matrix";
import type {Arena} from "../threads/arena";

/** The order of the points in the arena: `order[place]` is the point's number. */
type Order = Int32Array;

/**
 * Writes points to the arena in the kernels' layout: two or four numbers for each point, then far points up to a
 * multiple of four.
 */
export function writePoints(arena: Arena, points: ArrayLike<number>, dimensions: Dimensions, order: Order): number {
  const n = order.length;
  const stride = dimensions === 2 ? 2 : 4;
  const room = Math.ceil(n / 4) * 4;
  const address = arena.allocate(room * stride * 4);
  const out = arena.floats(address, room * stride).fill(0);
  placePoints(arena, address, points, dimensions, order);
  for (let i = n; i < room; i++) out.fill(1e15, i * stride, i * stride + dimensions);
  return address;
}

/** Replaces the points at an address by as many other points. */
export function placePoints(
  arena: Arena,
  address: number,
  points: ArrayLike<number>,
  dimensions: Dimensions,
  order: Order,
): void {
  const stride = dimensions === 2 ? 2 : 4;
  const out = arena.floats(address, order.length * stride);
  for (let place = 0; place < order.length; place++) {
    const from = order[place] * dimensions;
    for (let c = 0; c < dimensions; c++) out[place * stride + c] = points[from + c];
  }
}

/** A copy of the points, `[i * dimensions + c]`. */
export function readPoints(arena: Arena, address: number, dimensions: Dimensions, order: Order): Float32Array {
  const stride = dimensions === 2 ? 2 : 4;
  const all = arena.floats(address, order.length * stride);
  const points = new Float32Array(order.length * dimensions);
  for (let place = 0; place < order.length; place++) {
    const to = order[place] * dimensions;
    for (let c = 0; c < dimensions; c++) points[to + c] = all[place * stride + c];
  }
  return points;
}
