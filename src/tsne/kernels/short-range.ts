import {at, sumLanes} from "./vector";

/**
 * Sums directly, over cells, the part of the potential 1/u, u = 1 + r², that the mesh leaves out. With U = 1 + R² and
 * t = 1 − u/U, 1/u is the geometric series (1 + t + t² + …)/U. Inside R the mesh has this series up to t³; outside it
 * has 1/u. So t⁴/u is left inside R. At R, this is zero together with its first three derivatives, so that max(t, 0)
 * cuts it off smoothly.
 */

/** How many cells away, to each side, a point can reach another: cells are R/2 wide. */
const REACH: i32 = 2;
/**
 * The coordinates of an empty slot: so far away that it weighs nothing, and near enough for its square to be finite.
 */
const NOWHERE: f32 = 1e8;

/**
 * Sorts points of the plane by their cells, row by row (counting sort). At each row's end are four empty slots, so that
 * vectors may read over the end. Writes starts [side][side + 1], in slots; xs, ys, owners [n + 4 side] (owner −1: an
 * empty slot); and `pairs` (f64), the number of pairs that `repelNear` will compute. cells [n] is scratch memory. One
 * task does it all.
 */
export function sortCells(
  task: i32, thread: i32, n: i32, points: usize, x0: f32, y0: f32, perUnit: f32, side: i32, starts: usize, cells: usize,
  xs: usize, ys: usize, owners: usize, pairs: usize,
): void {
  const width = side + 1;
  memory.fill(starts, 0, <usize>(side * width) << 2);
  for (let i = 0; i < n; i++) {
    const cx = max(0, min(side - 1, <i32>((load<f32>(points + (<usize>i << 3)) - x0) * perUnit)));
    const cy = max(0, min(side - 1, <i32>((load<f32>(points + (<usize>i << 3), 4) - y0) * perUnit)));
    const cell = cy * width + cx;
    store<i32>(at(cells, i), cell);
    store<i32>(at(starts, cell), load<i32>(at(starts, cell)) + 1);
  }
  let slot = 0;
  for (let row = 0; row < side; row++) {
    for (let c = 0; c < side; c++) {
      const start = at(starts, row * width + c), count = load<i32>(start);
      store<i32>(start, slot);
      slot += count;
    }
    store<i32>(at(starts, row * width + side), slot);
    for (let l = 0; l < 4; l++, slot++) {
      store<f32>(at(xs, slot), NOWHERE);
      store<f32>(at(ys, slot), NOWHERE);
      store<i32>(at(owners, slot), -1);
    }
  }
  for (let i = 0; i < n; i++) {
    const next = at(starts, load<i32>(at(cells, i))), place = load<i32>(next);
    store<i32>(next, place + 1);
    store<f32>(at(xs, place), load<f32>(points + (<usize>i << 3)));
    store<f32>(at(ys, place), load<f32>(points + (<usize>i << 3), 4));
    store<i32>(at(owners, place), i);
  }
  for (let row = 0; row < side; row++) { // each start was moved to its cell's end, which is the next cell's start
    const first = at(starts, row * width);
    for (let c = side - 1; c > 0; c--) store<i32>(at(first, c), load<i32>(at(first, c - 1)));
    store<i32>(first, row ? load<i32>(first - 4) + 4 : 0);
  }
  store<f64>(pairs, countPairs(side, starts));
}

function countPairs(side: i32, starts: usize): f64 {
  const width = side + 1;
  let sum: f64 = 0;
  for (let row = 0; row < side; row++) {
    for (let c = 0; c < side; c++) {
      const cell = at(starts, row * width + c), own = load<i32>(cell, 4) - load<i32>(cell);
      if (own == 0) continue;
      const left = max(0, c - REACH), right = min(side, c + REACH + 1);
      let others = 0;
      for (let q = max(0, row - REACH); q <= min(side - 1, row + REACH); q++) {
        const span = load<i32>(at(starts, q * width + right)) - load<i32>(at(starts, q * width + left));
        others += (span + 3) & ~3;
      }
      sum += <f64>own * <f64>others;
    }
  }
  return sum;
}

/**
 * Computes each point's short-range force (yi − yj) t³/u (1/u + 3/U), and the sum of the potentials t⁴/u (including a
 * point with itself, as on the mesh). Writes forces [n][2] and z [tasks] f64. A task is one row of cells.
 */
export function repelNear(
  task: i32, thread: i32, side: i32, U: f32, starts: usize, xs: usize, ys: usize, owners: usize, out: usize, z: usize,
): void {
  const width = side + 1;
  const one = f32x4.splat(1), zero = f32x4.splat(0), inverse = f32x4.splat(1 / U), three = f32x4.splat(3 / U);
  const top = max(0, task - REACH), bottom = min(side - 1, task + REACH);
  let sum: f64 = 0;
  for (let c = 0; c < side; c++) {
    const cell = at(starts, task * width + c);
    const from = load<i32>(cell), to = load<i32>(cell, 4);
    const left = max(0, c - REACH), right = min(side, c + REACH + 1);
    for (let i = from; i < to; i++) {
      const x = v128.load32_splat(at(xs, i)), y = v128.load32_splat(at(ys, i));
      let fx = zero, fy = zero, potential = zero;
      for (let row = top; row <= bottom; row++) {
        let j = <usize>load<i32>(at(starts, row * width + left)) << 2;
        const end = <usize>load<i32>(at(starts, row * width + right)) << 2;
        while (j < end) { // reads up to three past the end: points too far away, or empty slots
          const dx = f32x4.sub(x, v128.load(xs + j)), dy = f32x4.sub(y, v128.load(ys + j));
          const u = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy));
          const w = f32x4.div(one, u), t = f32x4.max(zero, f32x4.sub(one, f32x4.mul(u, inverse)));
          const t3w = f32x4.mul(f32x4.mul(f32x4.mul(t, t), t), w);
          potential = f32x4.add(potential, f32x4.mul(t3w, t));
          const force = f32x4.mul(t3w, f32x4.add(w, three));
          fx = f32x4.add(fx, f32x4.mul(force, dx));
          fy = f32x4.add(fy, f32x4.mul(force, dy));
          j += 16;
        }
      }
      sum += sumLanes(potential);
      const o = out + (<usize>load<i32>(at(owners, i)) << 3);
      store<f32>(o, sumLanes(fx));
      store<f32>(o, sumLanes(fy), 4);
    }
  }
  store<f64>(z + (<usize>task << 3), sum);
}
