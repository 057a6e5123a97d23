import {CHUNK} from "./affinities";
import {at, sumLanes} from "./vector";

/**
 * Attraction Σj pij (yi − yj) / (1 + |yi − yj|²) along the edges, four at a time. Points are [n][2] (x, y) in the plane
 * and [n][4] (x, y, z, 0) in space. The end of an edge to point j is stored as 8j (`joinEdges`).
 */

/** Computes the attraction between points of the plane. A task has 256 points. */
export function attract2(
  task: i32, thread: i32, n: i32, edges: usize, ends: usize, joint: usize, points: usize, out: usize,
): void {
  const one = f32x4.splat(1);
  const to = min(n, (task + 1) * CHUNK);
  for (let i = task * CHUNK; i < to; i++) {
    const x = v128.load32_splat(points + (<usize>i << 3)), y = v128.load32_splat(points + (<usize>i << 3), 4);
    let fx = f32x4.splat(0), fy = fx;
    let end = at(ends, load<i32>(at(edges, i))), p = at(joint, load<i32>(at(edges, i)));
    const last = at(ends, load<i32>(at(edges, i + 1)));
    while (end < last) {
      const a0 = v128.load64_zero(points + <usize>load<u32>(end)), b0 = v128.load64_zero(points + <usize>load<u32>(end, 8));
      const a = v128.load64_lane(points + <usize>load<u32>(end, 4), a0, 1);
      const b = v128.load64_lane(points + <usize>load<u32>(end, 12), b0, 1);
      const dx = f32x4.sub(x, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
      const dy = f32x4.sub(y, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      const u = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy));
      const w = f32x4.div(v128.load(p), u);
      fx = f32x4.add(fx, f32x4.mul(w, dx));
      fy = f32x4.add(fy, f32x4.mul(w, dy));
      end += 16; p += 16;
    }
    store<f32>(out + (<usize>i << 3), sumLanes(fx));
    store<f32>(out + (<usize>i << 3), sumLanes(fy), 4);
  }
}

/** Computes the attraction between points in three dimensions. A task has 256 points. */
export function attract3(
  task: i32, thread: i32, n: i32, edges: usize, ends: usize, joint: usize, points: usize, out: usize,
): void {
  const to = min(n, (task + 1) * CHUNK);
  for (let i = task * CHUNK; i < to; i++) {
    const own = v128.load(points + (<usize>i << 4));
    let force = f32x4.splat(0);
    for (let e = load<i32>(at(edges, i)), last = load<i32>(at(edges, i + 1)); e < last; e++) {
      const d = f32x4.sub(own, v128.load(points + (<usize>load<u32>(at(ends, e)) << 1)));
      const w: f32 = load<f32>(at(joint, e)) / (<f32>1 + sumLanes(f32x4.mul(d, d)));
      force = f32x4.add(force, f32x4.mul(f32x4.splat(w), d));
    }
    v128.store(out + (<usize>i << 4), force);
  }
}

/**
 * Sums pij log(pij (1 + |yi − yj|²)) over the points' edges. Edges to later points count twice, and edges to earlier
 * points, which have the same values, do not count. KL(P‖Q) is the sum over all tasks plus log Z. A task has 256
 * points. Writes one number for each task.
 */
export function sumDivergence(
  task: i32, thread: i32, n: i32, dimensions: i32, edges: usize, ends: usize, joint: usize, points: usize, sums: usize,
): void {
  const to = min(n, (task + 1) * CHUNK), shift: i32 = dimensions == 2 ? 0 : 1;
  let sum: f64 = 0;
  for (let i = task * CHUNK; i < to; i++) {
    const own = points + (<usize>i << (3 + shift));
    for (let e = load<i32>(at(edges, i)), last = load<i32>(at(edges, i + 1)); e < last; e++) {
      const p = <f64>load<f32>(at(joint, e)), end = load<u32>(at(ends, e));
      if (end < <u32>(i << 3) || p == 0) continue; // 0 log 0 = 0
      const other = points + (<usize>end << shift);
      let u: f64 = 1;
      for (let c = 0; c < dimensions; c++) {
        const d = <f64>load<f32>(at(own, c)) - <f64>load<f32>(at(other, c));
        u += d * d;
      }
      sum += 2 * p * Math.log(p * u);
    }
  }
  store<f64>(sums + (<usize>task << 3), sum);
}
