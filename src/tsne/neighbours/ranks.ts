import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {align, ROWS, sum} from "../threads/layout";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {FoundNeighbours} from "./neighbours";

/**
 * The mean of max(0, rank − k) over all rows and their k neighbours found elsewhere (kernels/ranks.ts).
 *
 * @param known Each row's nearest in this space.
 * @param among Among about how many of the others ranks beyond those are counted, where there are more: other ones for
 * each 32 rows, so that their chance evens out.
 */
export async function meanRankExcess(
  team: Team,
  arena: Arena,
  space: Packed,
  neighbours: number,
  k: number,
  known: FoundNeighbours & {readonly count: number},
  among: number,
): Promise<number> {
  const {rows, columns, panels, norms} = space;
  const every = everyOf(rows, among);
  const tasks = Math.ceil(rows / ROWS);
  const sums = arena.allocate(tasks * 8);
  const scratchSize = align(32 * columns + 192 * k + 512);
  const scratch = arena.allocate(team.threads * scratchSize);
  const found = [known.distances, known.neighbours, known.count];
  const args = [panels, norms, rows, columns, neighbours, k, ...found, every, sums, scratch, scratchSize];
  await runInParts(team, {kernel: "sumRankExcess", tasks, args}, 64);
  return sum(arena.doubles(sums, tasks)) / (rows * k);
}

/** One out of so many panels of eight rows is counted, so that about `among` rows are. */
export function everyOf(rows: number, among: number): number {
  return Math.max(1, Math.floor(rows / among));
}
