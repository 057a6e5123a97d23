import type {Arena} from "./arena";
import {align, ROWS, sum} from "./layout";
import type {Packed} from "./packing";
import {runInParts} from "./parts";
import type {Team} from "./team";

/** Σ max(0, rank − k) over all rows and their k neighbours found elsewhere (kernels/ranks.ts). */
export async function sumRankExcess(
  team: Team,
  arena: Arena,
  space: Packed,
  neighbours: number,
  k: number,
): Promise<number> {
  const {rows, columns, panels, norms} = space;
  const tasks = Math.ceil(rows / ROWS);
  const sums = arena.allocate(tasks * 8);
  const scratchSize = align(80 * k + 192);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [panels, norms, rows, columns, neighbours, k, sums, scratch, scratchSize];
  await runInParts(team, {kernel: "sumRankExcess", tasks, args});
  return sum(arena.doubles(sums, tasks));
}
