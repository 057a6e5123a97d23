import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {align, ROWS, sum} from "../threads/layout";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {FoundNeighbours} from "./neighbours";

/**
 * The mean of max(0, rank − k) over all rows and their k neighbours that were found in another space
 * (kernels/ranks.ts).
 *
 * @param known The nearest neighbours of each row in this space.
 * @param among Ranks beyond the known ones are counted among about this many other rows, if there are more. Each task
 * of 32 rows counts among others, so that chance evens out.
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

/** How many panels of eight rows there are for each one that is counted, so that about `among` rows are counted. */
export function everyOf(rows: number, among: number): number {
  return Math.max(1, Math.floor(rows / among));
}
