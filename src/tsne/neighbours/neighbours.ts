import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {align, CHUNK, ROWS} from "../threads/layout";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";

/** The addresses of `[rows * k]` squared distances and indices; the neighbours of each row stand by rising index. */
export interface FoundNeighbours {
  readonly distances: number;
  readonly neighbours: number;
  /** All rows, with near ones together; present if the search made such an order. */
  readonly order?: Int32Array;
}

/** Finds the k nearest other rows of each row by exhaustive search (kernels/neighbours.ts). */
export async function findNeighbours(
  team: Team,
  arena: Arena,
  {rows, columns, panels, norms}: Packed,
  k: number,
): Promise<FoundNeighbours> {
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const capacity = Math.max(512, 2 * k + 64);
  const scratchSize = align(32 * capacity * 8 + capacity * 4 + 512);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [panels, norms, rows, columns, k, capacity, distances, neighbours, scratch, scratchSize];
  await runInParts(team, {kernel: "findNeighbours", tasks: Math.ceil(rows / ROWS), args});
  arena.release(mark);
  return {distances, neighbours};
}

/** Copies the `count` nearest of the k neighbours of each row, the nearest first. */
export function sortNearest(
  team: Team,
  arena: Arena,
  rows: number,
  k: number,
  {distances, neighbours}: FoundNeighbours,
  count: number,
): Uint32Array {
  const mark = arena.mark();
  const out = arena.allocate(rows * count * 4);
  const scratchSize = align(4 * count);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [rows, k, count, distances, neighbours, out, scratch, scratchSize];
  team.run({kernel: "sortNearest", tasks: Math.ceil(rows / CHUNK), args});
  const list = new Uint32Array(arena.integers(out, rows * count));
  arena.release(mark);
  return list;
}

/** Copies the first `count` of each row's `held` entries. */
export function firstOfEach(list: Uint32Array, held: number, count: number): Uint32Array {
  if (held === count) return list.slice();
  const out = new Uint32Array((list.length / held) * count);
  for (let i = 0, from = 0; i < out.length; i += count, from += held) {
    for (let q = 0; q < count; q++) out[i + q] = list[from + q];
  }
  return out;
}
