import {sumLanes} from "./vector";

/** How many points a task handles. Each point meets all others, so they are fewer than in other kernels. */
const POINTS: i32 = 32;

/**
 * The repulsion by its definition: Σj (yi − yj) / (1 + |yi − yj|²)², and Σj 1 / (1 + |yi − yj|²), both without the
 * point itself. Every ordered pair is computed. This is twice the work of using each pair for both of its points, but
 * no two tasks write to one place.
 *
 * Points are [n][2] or [n][4] as in attraction.ts, and points that are far away fill them up to a multiple of four.
 * Forces have the shape of the points; z is [tasks] f64.
 */

/** Computes the repulsion between points of the plane. A task has 32 points. */
export function repelAll2(task: i32, thread: i32, n: i32, points: usize, out: usize, z: usize): void {
  const one = f32x4.splat(1), end = points + (<usize>((n + 3) & ~3) << 3);
  const to = min(n, (task + 1) * POINTS);
  let total: f64 = 0;
  for (let i = task * POINTS; i < to; i++) {
    const x = v128.load32_splat(points + (<usize>i << 3)), y = v128.load32_splat(points + (<usize>i << 3), 4);
    let fx = f32x4.splat(0), fy = fx, sum = fx;
    for (let p = points; p < end; p += 32) {
      const a = v128.load(p), b = v128.load(p, 16);
      const dx = f32x4.sub(x, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
      const dy = f32x4.sub(y, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      const w = f32x4.div(one, f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy)));
      const w2 = f32x4.mul(w, w);
      sum = f32x4.add(sum, w);
      fx = f32x4.add(fx, f32x4.mul(w2, dx));
      fy = f32x4.add(fy, f32x4.mul(w2, dy));
    }
    store<f32>(out + (<usize>i << 3), sumLanes(fx));
    store<f32>(out + (<usize>i << 3), sumLanes(fy), 4);
    total += <f64>sumLanes(sum) - 1;
  }
  store<f64>(z + (<usize>task << 3), total);
}

/** Computes the repulsion between points in three dimensions. A task has 32 points. */
export function repelAll3(task: i32, thread: i32, n: i32, points: usize, out: usize, z: usize): void {
  const one = f32x4.splat(1), end = points + (<usize>((n + 3) & ~3) << 4);
  const to = min(n, (task + 1) * POINTS);
  let total: f64 = 0;
  for (let i = task * POINTS; i < to; i++) {
    const own = points + (<usize>i << 4);
    const x = v128.load32_splat(own), y = v128.load32_splat(own, 4), h = v128.load32_splat(own, 8);
    let fx = f32x4.splat(0), fy = fx, fh = fx, sum = fx;
    for (let p = points; p < end; p += 64) {
      const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const dx = f32x4.sub(x, v128.shuffle<f64>(ab, cd, 0, 2));
      const dy = f32x4.sub(y, v128.shuffle<f64>(ab, cd, 1, 3));
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const dh = f32x4.sub(h, v128.shuffle<f64>(ab2, cd2, 0, 2));
      const u = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.add(f32x4.mul(dy, dy), f32x4.mul(dh, dh)));
      const w = f32x4.div(one, u), w2 = f32x4.mul(w, w);
      sum = f32x4.add(sum, w);
      fx = f32x4.add(fx, f32x4.mul(w2, dx));
      fy = f32x4.add(fy, f32x4.mul(w2, dy));
      fh = f32x4.add(fh, f32x4.mul(w2, dh));
    }
    const force = out + (<usize>i << 4);
    store<f32>(force, sumLanes(fx));
    store<f32>(force, sumLanes(fy), 4);
    store<f32>(force, sumLanes(fh), 8);
    store<f32>(force, 0, 12); // or the fourth number would start to move
    total += <f64>sumLanes(sum) - 1;
  }
  store<f64>(z + (<usize>task << 3), total);
}

/**
 * Sums 1 / (1 + |yi − yj|²) over the ordered pairs of the task's points, and over their pairs with all later points. So
 * all tasks together count each pair twice, and no point with itself. A task has 32 points of the plane. Writes one f64
 * for each task.
 */
export function sumPotentials(task: i32, thread: i32, n: i32, points: usize, z: usize): void {
  const one = f32x4.splat(1), end = points + (<usize>((n + 3) & ~3) << 3);
  const from = task * POINTS, to = min(n, from + POINTS);
  const begin = points + (<usize>from << 3), later = min(end, begin + (<usize>POINTS << 3));
  let total: f64 = 0;
  for (let i = from; i < to; i += 2) {
    const x = v128.load32_splat(points + (<usize>i << 3)), y = v128.load32_splat(points + (<usize>i << 3), 4);
    const last = i + 1 == to; // an odd last point gets a partner far from everything
    const h = last ? f32x4.splat(-1e15) : v128.load32_splat(points + (<usize>i << 3), 8);
    const v = last ? f32x4.splat(-1e15) : v128.load32_splat(points + (<usize>i << 3), 12);
    let own = f32x4.splat(0), others = own;
    for (let p = begin; p < later; p += 32) own = f32x4.add(own, twoPotentials(p, x, y, h, v, one));
    for (let p = later; p < end; p += 32) others = f32x4.add(others, twoPotentials(p, x, y, h, v, one));
    total += <f64>sumLanes(own) + 2 * <f64>sumLanes(others) - (last ? 1 : 2);
  }
  store<f64>(z + (<usize>task << 3), total);
}

/** Computes 1/a + 1/b as (a + b) / (a b), because a division costs as much as all the rest. */
// @ts-ignore: decorator
@inline
function twoPotentials(p: usize, x: v128, y: v128, h: v128, v: v128, one: v128): v128 {
  const a = v128.load(p), b = v128.load(p, 16);
  const px = v128.shuffle<f32>(a, b, 0, 2, 4, 6), py = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  let dx = f32x4.sub(x, px), dy = f32x4.sub(y, py);
  const u = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy));
  dx = f32x4.sub(h, px); dy = f32x4.sub(v, py);
  const w = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy));
  return f32x4.div(f32x4.add(u, w), f32x4.mul(u, w));
}
