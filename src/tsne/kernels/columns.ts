/**
 * Measures the columns of a matrix in double precision, and scales the matrix. X is [rows][columns] f32, and columns is
 * a multiple of 4.
 */

/** How many rows one task handles. */
const ROWS: i32 = 512;

/**
 * Sums (x − shift), and its square, for each column. Shifts are [columns] f64; writes [tasks][2][columns] f64. A task
 * has 512 rows.
 */
export function sumColumns(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, shifts: usize, sums: usize,
): void {
  const row = <usize>columns << 2, wide = <usize>columns << 3, out = sums + <usize>task * 2 * wide;
  memory.fill(out, 0, 2 * wide);
  const last = min(rows, (task + 1) * ROWS);
  for (let r = task * ROWS; r < last; r++) {
    let p = x + <usize>r * row, o = out, s = shifts;
    const end = p + row;
    for (; p < end; p += 16, o += 32, s += 32) {
      const v = v128.load(p), q = o + wide;
      const a = f64x2.sub(f64x2.promote_low_f32x4(v), v128.load(s));
      const b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), v128.load(s, 16));
      v128.store(o, f64x2.add(v128.load(o), a));
      v128.store(o, f64x2.add(v128.load(o, 16), b), 16);
      v128.store(q, f64x2.add(v128.load(q), f64x2.mul(a, a)));
      v128.store(q, f64x2.add(v128.load(q, 16), f64x2.mul(b, b)), 16);
    }
  }
}

/** Replaces x by (x − shift) · scale. Shifts and scales are [columns] f64. A task has 512 rows. */
export function scaleColumns(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, shifts: usize, scales: usize,
): void {
  const row = <usize>columns << 2, last = min(rows, (task + 1) * ROWS);
  for (let r = task * ROWS; r < last; r++) {
    let p = x + <usize>r * row, s: usize = 0;
    const end = p + row;
    for (; p < end; p += 16, s += 32) {
      const v = v128.load(p);
      const a = f64x2.sub(f64x2.promote_low_f32x4(v), v128.load(shifts + s));
      const b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), v128.load(shifts + s, 16));
      const low = f32x4.demote_f64x2_zero(f64x2.mul(a, v128.load(scales + s)));
      const high = f32x4.demote_f64x2_zero(f64x2.mul(b, v128.load(scales + s, 16)));
      v128.store(p, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    }
  }
}
