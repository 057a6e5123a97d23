import type {Arena} from "./arena";
import type {FoundNeighbours} from "./neighbours";
import type {Packed} from "./packing";
import {runInParts} from "./parts";
import type {Team} from "./team";

/** Points a cell holds, if they are spread evenly over the box. */
const CELL_POINTS = 3;
const MOST_CELLS = 511;

/**
 * What `findNeighbours` gives for points of the plane, bit for bit, but nearest first, by a search of cells
 * (kernels/plane-neighbours.ts): n · k work unless the points are very unevenly spread.
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
  const packed = arena.floats(panels, Math.ceil(rows / 8) * 16);
  const plain = arena.floats(points, rows * 2);
  const [low, high] = [Float64Array.of(Infinity, Infinity), Float64Array.of(-Infinity, -Infinity)];
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < 2; c++) {
      const value = packed[(i >> 3) * 16 + c * 8 + (i & 7)];
      plain[2 * i + c] = value;
      low[c] = Math.min(low[c], value);
      high[c] = Math.max(high[c], value);
    }
  }
  const cell = Math.max((1.0001 * Math.max(high[0] - low[0], high[1] - low[1])) / side, 1e-30);
  const sortArgs = [rows, points, low[0], low[1], 1 / cell, side, starts, cells, xs, ys, owners, pairs];
  team.run({kernel: "sortCells", tasks: 1, args: sortArgs});
  const args = [side, cell, starts, xs, ys, owners, k, distances, neighbours];
  await runInParts(team, {kernel: "nearestInPlane", tasks: side, args});
  arena.release(mark);
  return {distances, neighbours};
}
