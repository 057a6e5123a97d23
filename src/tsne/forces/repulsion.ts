import type {Dimensions} from "../linear/matrix";
import type {Arena} from "../threads/arena";
import {ROWS, sum} from "../threads/layout";
import type {Job, Team} from "../threads/team";

/** The coordinates of two opposite corners: the least x, y (and z), then the greatest. */
export type Box = readonly number[];

/** A way to compute the forces between all points. */
export interface Repulsion {
  /** The addresses of two parts of the forces Σj (yi − yj) / (1 + |yi − yj|²)², which must be added. */
  readonly longRange: number;
  readonly shortRange: number;
  /**
   * Fills both parts, runs the job `attraction` at the same time, and returns Z = Σ 1 / (1 + |yi − yj|²) over ordered
   * pairs.
   *
   * @param mayKeep Whether the long-range part and its share of Z may be reused from the call before, when the points
   * were one step behind.
   */
  run(box: Box, attraction: Job, mayKeep?: boolean): number;
}

/**
 * The job that computes the repulsion of all pairs (kernels/all-pairs.ts), and the addresses of its forces and of the
 * terms of Z.
 */
export function allPairsJob(arena: Arena, n: number, dimensions: Dimensions, points: number) {
  const tasks = Math.ceil(n / ROWS);
  const out = arena.allocate(Math.ceil(n / 4) * 4 * (dimensions === 2 ? 8 : 16));
  const sums = arena.allocate(tasks * 8);
  const kernel = dimensions === 2 ? "repelAll2" : "repelAll3";
  const job: Job = {kernel, tasks, args: [n, points, out, sums]};
  return {job, out, sums};
}

/** The job that computes the terms whose sum is Z = Σ 1 / (1 + |yi − yj|²) over ordered pairs. */
export function potentialsJob(arena: Arena, n: number, dimensions: Dimensions, points: number) {
  if (dimensions === 3) return allPairsJob(arena, n, dimensions, points);
  const tasks = Math.ceil(n / ROWS);
  const sums = arena.allocate(tasks * 8);
  const job: Job = {kernel: "sumPotentials", tasks, args: [n, points, sums]};
  return {job, sums};
}

/** Computes the force of every pair: exact, with n² work, and therefore for few points. */
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
