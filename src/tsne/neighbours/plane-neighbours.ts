import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {FoundNeighbours} from "./neighbours";

/** How many points a cell holds if they are spread evenly over the box. */
const CELL_POINTS = 3;
const MOST_CELLS = 511;

/**
 * Returns the same bits as `findNeighbours`, for points of the plane, but with the nearest first. It searches cells
 * (kernels/plane-neighbours.ts), so it takes n · k work unless the points are very unevenly spread.
 */
export async function findPlaneNeighbours(
  team: Team,
  arena: Arena,
  {rows, panels}: Packed,
  k: number,
): Promise<FoundNeighbours> {
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const side = Math.max(1, Math.min(MOST_CELLS, Math.floor(Math.sqrt(rows / CELL_POINTS))));
  const points = arena.allocate(rows * 8);
  const starts = arena.allocate((side + 1) * side * 4);
  const cells = arena.allocate(rows * 4);
  const [xs, ys, owners] = [0, 1, 2].map(() => arena.allocate((rows + 4 * (side + 1)) * 4));
  const pairs = arena.allocate(8);
  const [left, top, right, bottom] = unpacked(
    arena.floats(panels, Math.ceil(rows / 8) * 16),
    arena.floats(points, rows * 2),
  );
  const cell = Math.max((1.0001 * Math.max(right - left, bottom - top)) / side, 1e-30);
  const sortArgs = [rows, points, left, top, 1 / cell, side, starts, cells, xs, ys, owners, pairs];
  team.run({kernel: "sortCells", tasks: 1, args: sortArgs});
  const args = [side, cell, starts, xs, ys, owners, k, distances, neighbours];
  await runInParts(team, {kernel: "nearestInPlane", tasks: side, args});
  arena.release(mark);
  return {distances, neighbours};
}

/**
 * Copies points out of panels (kernels/distances.ts), `[i * 2 + c]`.
 *
 * @returns Their least x and y, and their greatest x and y.
 */
function unpacked(panels: Float32Array, points: Float32Array): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; 2 * i < points.length; i++) {
    const from = (i >> 3) * 16 + (i & 7);
    const x = panels[from];
    const y = panels[from + 8];
    points[2 * i] = x;
    points[2 * i + 1] = y;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return [left, top, right, bottom];
}
