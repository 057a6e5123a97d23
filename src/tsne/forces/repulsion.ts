import type {Dimensions} from "../linear/matrix";
import type {Arena} from "../threads/arena";
import {ROWS, sum} from "../threads/layout";
import type {Job, Team} from "../threads/team";

/** The least and greatest coordinates: x, y (, z) of one corner, then of the other. */
export type Box = readonly number[];

/** How forces between all points are computed. */
export interface Repulsion {
  /** Addresses of two parts of the forces Σj (yi − yj) / (1 + |yi − yj|²)², to be added. */
  readonly longRange: number;
  readonly shortRange: number;
  /**
   * Fills both parts, runs `attraction` beside it, and returns Z = Σ 1 / (1 + |yi − yj|²) over ordered pairs.
   *
   * @param mayKeep The long range, and its part of Z, may be those of the call before: the points are one step further.
   */
  run(box: Box, attraction: Job, mayKeep?: boolean): number;
}

/** Repulsion of all pairs (kernels/all-pairs.ts), and where it leaves forces and the terms of Z. */
export function allPairsJob(arena: Arena, n: number, dimensions: Dimensions, points: number) {
  const tasks = Math.ceil(n / ROWS);
  const out = arena.allocate(Math.ceil(n / 4) * 4 * (dimensions === 2 ? 8 : 16));
  const sums = arena.allocate(tasks * 8);
  const kernel = dimensions === 2 ? "repelAll2" : "repelAll3";
  const job: Job = {kernel, tasks, args: [n, points, out, sums]};
  return {job, out, sums};
}

/** Z = Σ 1 / (1 + |yi − yj|²) over ordered pairs, in terms to be added. */
export function potentialsJob(arena: Arena, n: number, dimensions: Dimensions, points: number) {
  if (dimensions === 3) return allPairsJob(arena, n, dimensions, points);
  const tasks = Math.ceil(n / ROWS);
  const sums = arena.allocate(tasks * 8);
  const job: Job = {kernel: "sumPotentials", tasks, args: [n, points, sums]};
  return {job, sums};
}

/** Every pair by itself: exact, n² work. For few points, and for maps in space. */
export function allPairsRepulsion(
  team: Team,
  arena: Arena,
  n: number,
  dimensions: Dimensions,
  points: number,
): Repulsion {
  const {job, out, sums} = allPairsJob(arena, n, dimensions, points);
  const nothing = arena.allocate((n + 3) * 16);
  arena.floats(nothing, (n + 3) * 4).fill(0);
  return {
    longRange: out,
    shortRange: nothing,
    run(_, attraction) {
      team.run(job, attraction);
      return sum(arena.doubles(sums, job.tasks));
    },
  };
}
