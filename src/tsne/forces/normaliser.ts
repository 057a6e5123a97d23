import type {Dimensions} from "../linear/matrix";
import {boxOf} from "../neighbours/box";
import type {Arena} from "../threads/arena";
import {sum} from "../threads/layout";
import {runInParts} from "../threads/parts";
import type {Job, Team} from "../threads/team";
import {meshRepulsion} from "./mesh-repulsion";
import {potentialsJob} from "./repulsion";
import {treeRepulsion} from "./tree-repulsion";

/** With more points than this, all pairs would take longer than the descent. */
const MOST_ALL_PAIRS = 100_000;
const NOTHING: Job = {kernel: "attract2", tasks: 0, args: []};

/**
 * Computes Z = Σ 1 / (1 + |yi − yj|²) over ordered pairs. For up to 100,000 points it takes pair by pair; for more
 * points, it uses the method of the descent's forces (docs/tsne.md says how near that comes).
 *
 * @param at The address of the points, as `writePoints` leaves them.
 */
export async function normaliser(
  team: Team,
  arena: Arena,
  points: Float32Array,
  dimensions: Dimensions,
  at: number,
  most = MOST_ALL_PAIRS,
): Promise<number> {
  const rows = points.length / dimensions;
  const mark = arena.mark();
  let z: number;
  if (rows > most) {
    const fast = dimensions === 2 ? meshRepulsion : treeRepulsion;
    z = fast(team, arena, rows, at).run(boxOf(points, dimensions), NOTHING);
  } else {
    const {job, sums} = potentialsJob(arena, rows, dimensions, at);
    await runInParts(team, job, 64);
    z = sum(arena.doubles(sums, job.tasks));
  }
  arena.release(mark);
  return z;
}
