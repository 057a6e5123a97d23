import type {Arena} from "./arena";
import {align, ROWS, sum} from "./layout";
import type {Packed} from "./packing";
import {runInParts} from "./parts";
import type {Team} from "./team";

/**
 * The mean of max(0, rank − k) over rows and their k neighbours found elsewhere (kernels/ranks.ts).
 *
 * @param atMost About how many rows to take, in blocks evenly apart, where there are more.
 */
export async function meanRankExcess(
  team: Team,
  arena: Arena,
  space: Packed,
  neighbours: number,
  k: number,
  atMost: number,
): Promise<{mean: number; measured: number}> {
  const {rows, columns, panels, norms} = space;
  const stride = Math.max(1, Math.floor(rows / atMost));
  const tasks = Math.ceil(Math.ceil(rows / ROWS) / stride);
  const shortOf = Math.max(0, ((tasks - 1) * stride + 1) * ROWS - rows); // the last block may be
  const measured = tasks * ROWS - shortOf;
  const sums = arena.allocate(tasks * 8);
  const scratchSize = align(80 * k + 192);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [panels, norms, rows, columns, neighbours, k, stride, sums, scratch, scratchSize];
  await runInParts(team, {kernel: "sumRankExcess", tasks, args});
  return {mean: sum(arena.doubles(sums, tasks)) / (measured * k), measured};
}
