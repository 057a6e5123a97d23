import type {Arena} from "./arena";
import {align, ROWS, sum} from "./layout";
import type {FoundNeighbours} from "./neighbours";
import type {Packed} from "./packing";
import {runInParts} from "./parts";
import type {Team} from "./team";

/**
 * The mean of max(0, rank − k) over rows and their k neighbours found elsewhere (kernels/ranks.ts).
 *
 * @param known Each row's nearest in this space.
 * @param atMost About how many rows to take, in blocks evenly apart, where there are more.
 */
export async function meanRankExcess(
  team: Team,
  arena: Arena,
  space: Packed,
  neighbours: number,
  k: number,
  known: FoundNeighbours & {readonly count: number},
  atMost: number,
): Promise<{mean: number; measured: number}> {
  const {rows, columns, panels, norms} = space;
  const stride = Math.max(1, Math.floor(rows / atMost));
  const tasks = Math.ceil(Math.ceil(rows / ROWS) / stride);
  const shortOf = Math.max(0, ((tasks - 1) * stride + 1) * ROWS - rows); // the last block may be
  const measured = tasks * ROWS - shortOf;
  const sums = arena.allocate(tasks * 8);
  const scratchSize = align(32 * columns + 192 * k + 512);
  const scratch = arena.allocate(team.threads * scratchSize);
  const found = [known.distances, known.neighbours, known.count];
  const args = [panels, norms, rows, columns, neighbours, k, ...found, stride, sums, scratch, scratchSize];
  await runInParts(team, {kernel: "sumRankExcess", tasks, args});
  return {mean: sum(arena.doubles(sums, tasks)) / (measured * k), measured};
}
