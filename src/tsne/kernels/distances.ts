import {at} from "./vector";

/**
 * Computes squared distances between 4 rows and 8 rows at a time, out of panels.
 *
 * A panel holds eight rows with their columns side by side, [column][8], so that one load gives the same column of four
 * rows. For wide data, a distance is |a|² + |b|² − 2a·b: two operations for each column. For narrow data (a map) it is
 * Σ (a − b)², because the norms there are large compared with the distances of neighbours, so that their difference
 * would be mostly rounding error.
 */
export const NARROW: i32 = 8;
/** The squared norm of the rows past the last, and the coordinates that they have in narrow data: they are far away. */
const FAR: f32 = 1e30;
const FAR_COORDINATE: f32 = 1e15;
const PANELS_A_TASK: i32 = 32;

/**
 * Packs `(x − center) · scale` into panels, and computes the rows' squared norms. Shapes: x [rows][columns]; center
 * [columns]; panels [⌈rows / 8⌉][columns][8]; norms [⌈rows / 8⌉ · 8]. A task has 32 panels.
 */
export function packPanels(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, center: usize, scale: f32, panels: usize, norms: usize,
): void {
  const last = min((rows + 7) >> 3, (task + 1) * PANELS_A_TASK);
  const padding: f32 = columns <= NARROW ? FAR_COORDINATE : 0;
  for (let p = task * PANELS_A_TASK; p < last; p++) {
    for (let l = 0; l < 8; l++) {
      const row = p * 8 + l;
      const out = panels + (<usize>(p * columns * 8 + l) << 2);
      let norm: f32 = 0;
      for (let c = 0; c < columns; c++) {
        const v: f32 =
          row < rows ? (load<f32>(at(x, row * columns + c)) - load<f32>(at(center, c))) * scale : padding;
        norm += v * v;
        store<f32>(out + (<usize>c << 5), v);
      }
      store<f32>(at(norms, row), row < rows ? norm : FAR);
    }
  }
}

/**
 * @param a Four rows: the address of a panel for its lower half, or 16 bytes more for its upper half.
 * @param b A panel.
 * @param out [4][8] squared distances.
 */
// @ts-ignore: decorator
@inline
export function blockDistances(a: usize, b: usize, columns: i32, aNorms: usize, bNorms: usize, out: usize): void {
  const end = a + (<usize>columns << 5);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  if (columns <= NARROW) {
    while (a < end) {
      const u = v128.load(b), v = v128.load(b, 16);
      let w = v128.load32_splat(a), p = f32x4.sub(w, u), q = f32x4.sub(w, v);
      s0 = f32x4.add(s0, f32x4.mul(p, p)); t0 = f32x4.add(t0, f32x4.mul(q, q));
      w = v128.load32_splat(a, 4); p = f32x4.sub(w, u); q = f32x4.sub(w, v);
      s1 = f32x4.add(s1, f32x4.mul(p, p)); t1 = f32x4.add(t1, f32x4.mul(q, q));
      w = v128.load32_splat(a, 8); p = f32x4.sub(w, u); q = f32x4.sub(w, v);
      s2 = f32x4.add(s2, f32x4.mul(p, p)); t2 = f32x4.add(t2, f32x4.mul(q, q));
      w = v128.load32_splat(a, 12); p = f32x4.sub(w, u); q = f32x4.sub(w, v);
      s3 = f32x4.add(s3, f32x4.mul(p, p)); t3 = f32x4.add(t3, f32x4.mul(q, q));
      a += 32; b += 32;
    }
  } else {
    while (a < end) {
      const u = v128.load(b), v = v128.load(b, 16);
      let w = v128.load32_splat(a);
      s0 = f32x4.add(s0, f32x4.mul(u, w)); t0 = f32x4.add(t0, f32x4.mul(v, w));
      w = v128.load32_splat(a, 4);
      s1 = f32x4.add(s1, f32x4.mul(u, w)); t1 = f32x4.add(t1, f32x4.mul(v, w));
      w = v128.load32_splat(a, 8);
      s2 = f32x4.add(s2, f32x4.mul(u, w)); t2 = f32x4.add(t2, f32x4.mul(v, w));
      w = v128.load32_splat(a, 12);
      s3 = f32x4.add(s3, f32x4.mul(u, w)); t3 = f32x4.add(t3, f32x4.mul(v, w));
      a += 32; b += 32;
    }
    const u = v128.load(bNorms), v = v128.load(bNorms, 16), zero = f32x4.splat(0), two = f32x4.splat(-2);
    let n = v128.load32_splat(aNorms);
    s0 = f32x4.max(zero, f32x4.add(f32x4.add(n, u), f32x4.mul(two, s0)));
    t0 = f32x4.max(zero, f32x4.add(f32x4.add(n, v), f32x4.mul(two, t0)));
    n = v128.load32_splat(aNorms, 4);
    s1 = f32x4.max(zero, f32x4.add(f32x4.add(n, u), f32x4.mul(two, s1)));
    t1 = f32x4.max(zero, f32x4.add(f32x4.add(n, v), f32x4.mul(two, t1)));
    n = v128.load32_splat(aNorms, 8);
    s2 = f32x4.max(zero, f32x4.add(f32x4.add(n, u), f32x4.mul(two, s2)));
    t2 = f32x4.max(zero, f32x4.add(f32x4.add(n, v), f32x4.mul(two, t2)));
    n = v128.load32_splat(aNorms, 12);
    s3 = f32x4.max(zero, f32x4.add(f32x4.add(n, u), f32x4.mul(two, s3)));
    t3 = f32x4.max(zero, f32x4.add(f32x4.add(n, v), f32x4.mul(two, t3)));
  }
  v128.store(out, s0); v128.store(out, t0, 16);
  v128.store(out, s1, 32); v128.store(out, t1, 48);
  v128.store(out, s2, 64); v128.store(out, t2, 80);
  v128.store(out, s3, 96); v128.store(out, t3, 112);
}

/** Computes the squared distance of rows i and j, bit for bit as `blockDistances` does. */
export function squaredDistance(panels: usize, norms: usize, columns: i32, i: i32, j: i32): f32 {
  let a = panels + (<usize>((i >> 3) * columns * 8 + (i & 7)) << 2);
  let b = panels + (<usize>((j >> 3) * columns * 8 + (j & 7)) << 2);
  let sum: f32 = 0;
  for (let c = 0; c < columns; c++) {
    const u = load<f32>(a), v = load<f32>(b);
    sum += columns <= NARROW ? (u - v) * (u - v) : u * v;
    a += 32; b += 32;
  }
  if (columns <= NARROW) return sum;
  return max<f32>(0, load<f32>(at(norms, i)) + load<f32>(at(norms, j)) + -2 * sum);
}
