import {CHUNK} from "./affinities";
import {at, sumLanes} from "./vector";

/**
 * Spreads points onto a mesh and reads the mesh at points, with cubic B-splines. A point at (x, y), in steps from the
 * mesh's corner, belongs to the 4 × 4 nodes around it. In each direction its weight is B(t), where t is its place
 * between two nodes. `weights` has the coefficients of 1, t, t² and t³ for nodes −1, 0, 1 and 2
 * (B = (1 − t)³/6, (4 − 6t² + 3t³)/6, (1 + 3t + 3t² − 3t³)/6, t³/6).
 */

// @ts-ignore: decorator
@inline
function weights(t: v128): v128 {
  const c0 = f32x4(0.16666667, 0.6666667, 0.16666667, 0), c1 = f32x4(-0.5, 0, 0.5, 0);
  const c2 = f32x4(0.5, -1, 0.5, 0), c3 = f32x4(-0.16666667, 0.5, -0.5, 0.16666667);
  return f32x4.add(c0, f32x4.mul(t, f32x4.add(c1, f32x4.mul(t, f32x4.add(c2, f32x4.mul(t, c3))))));
}

/** Derivatives of the weights by t. */
// @ts-ignore: decorator
@inline
function slopes(t: v128): v128 {
  const c1 = f32x4(-0.5, 0, 0.5, 0), c2 = f32x4(1, -2, 1, 0), c3 = f32x4(-0.5, 1.5, -1.5, 0.5);
  return f32x4.add(c1, f32x4.mul(t, f32x4.add(c2, f32x4.mul(t, c3))));
}

/**
 * Spreads points onto a mesh [N][N] whose corner is at (x0, y0). There are two tasks: each takes one half of the points
 * and has its own mesh. The transform of the rows adds the two meshes.
 */
export function spread(
  task: i32, thread: i32, n: i32, points: usize, x0: f32, y0: f32, perUnit: f32, N: i32, mesh0: usize, mesh1: usize,
): void {
  const mesh = task == 0 ? mesh0 : mesh1, half = n >> 1;
  const row = <usize>N << 2;
  memory.fill(mesh, 0, <usize>N * row);
  const to = task == 0 ? half : n;
  for (let i = task == 0 ? 0 : half; i < to; i++) {
    const x: f32 = (load<f32>(points + (<usize>i << 3)) - x0) * perUnit;
    const y: f32 = (load<f32>(points + (<usize>i << 3), 4) - y0) * perUnit;
    const ix = <i32>x, iy = <i32>y;
    const wx = weights(f32x4.splat(x - <f32>ix)), wy = weights(f32x4.splat(y - <f32>iy));
    const a = at(mesh, (iy - 1) * N + ix - 1), b = a + row, c = b + row, d = c + row;
    v128.store(a, f32x4.add(v128.load(a), f32x4.mul(wx, v128.shuffle<f32>(wy, wy, 0, 0, 0, 0))));
    v128.store(b, f32x4.add(v128.load(b), f32x4.mul(wx, v128.shuffle<f32>(wy, wy, 1, 1, 1, 1))));
    v128.store(c, f32x4.add(v128.load(c), f32x4.mul(wx, v128.shuffle<f32>(wy, wy, 2, 2, 2, 2))));
    v128.store(d, f32x4.add(v128.load(d), f32x4.mul(wx, v128.shuffle<f32>(wy, wy, 3, 3, 3, 3))));
  }
}

// @ts-ignore: decorator
@inline
function combine(v0: v128, v1: v128, v2: v128, v3: v128, w: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(v0, v128.shuffle<f32>(w, w, 0, 0, 0, 0)), f32x4.mul(v1, v128.shuffle<f32>(w, w, 1, 1, 1, 1))),
    f32x4.add(f32x4.mul(v2, v128.shuffle<f32>(w, w, 2, 2, 2, 2)), f32x4.mul(v3, v128.shuffle<f32>(w, w, 3, 3, 3, 3))),
  );
}

/**
 * Computes the force −½∇φ of the mesh's potential at each point, and the sum of φ. Writes forces [n][2] and z [tasks]
 * f64. A task has 256 points.
 */
export function interpolate(
  task: i32, thread: i32, n: i32, points: usize, x0: f32, y0: f32, perUnit: f32, N: i32, mesh: usize, out: usize,
  z: usize,
): void {
  const row = <usize>N << 2, scale: f32 = -0.5 * perUnit;
  const to = min(n, (task + 1) * CHUNK);
  let sum: f64 = 0;
  for (let i = task * CHUNK; i < to; i++) {
    const x: f32 = (load<f32>(points + (<usize>i << 3)) - x0) * perUnit;
    const y: f32 = (load<f32>(points + (<usize>i << 3), 4) - y0) * perUnit;
    const ix = <i32>x, iy = <i32>y, tx = f32x4.splat(x - <f32>ix), ty = f32x4.splat(y - <f32>iy);
    const a = at(mesh, (iy - 1) * N + ix - 1);
    const v0 = v128.load(a), v1 = v128.load(a + row), v2 = v128.load(a + 2 * row), v3 = v128.load(a + 3 * row);
    const byRow = combine(v0, v1, v2, v3, weights(ty)), bySlope = combine(v0, v1, v2, v3, slopes(ty));
    const wx = weights(tx);
    sum += sumLanes(f32x4.mul(byRow, wx));
    store<f32>(out + (<usize>i << 3), scale * sumLanes(f32x4.mul(byRow, slopes(tx))));
    store<f32>(out + (<usize>i << 3), scale * sumLanes(f32x4.mul(bySlope, wx)), 4);
  }
  store<f64>(z + (<usize>task << 3), sum);
}
