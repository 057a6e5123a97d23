import {at, sumLanes} from "./vector";

/**
 * How many rows are summed in single precision before their sum is added in double precision. So ten thousand rows are
 * as exact as a hundred.
 */
const DEPTH: i32 = 128;

/**
 * Computes a part of Xᵀ X: the entries (a, b) with a among the task's columns and b from its first column on. X is
 * [rows][columns]; columns is a multiple of 8, and rows a multiple of 128 (filled up with zeros). The result is
 * [columns][columns] f64. A task has 8 columns.
 */
export function gramRows(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, out: usize,
): void {
  const first = task * 8, row = <usize>columns << 2;
  for (let b = first; b < columns; b += 8) {
    for (let a = 0; a < 8; a++) memory.fill(out + (<usize>((first + a) * columns + b) << 3), 0, 64);
  }
  for (let r = 0; r < rows; r += DEPTH) {
    for (let b = first; b < columns; b += 8) {
      for (let a = first; a < first + 8; a += 4) {
        let p = x + <usize>r * row, s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        const end = p + <usize>DEPTH * row, pa = <usize>a << 2, pb = <usize>b << 2;
        for (; p < end; p += row) {
          const u = v128.load(p + pb), v = v128.load(p + pb, 16);
          let w = v128.load32_splat(p + pa);
          s0 = f32x4.add(s0, f32x4.mul(u, w)); t0 = f32x4.add(t0, f32x4.mul(v, w));
          w = v128.load32_splat(p + pa, 4);
          s1 = f32x4.add(s1, f32x4.mul(u, w)); t1 = f32x4.add(t1, f32x4.mul(v, w));
          w = v128.load32_splat(p + pa, 8);
          s2 = f32x4.add(s2, f32x4.mul(u, w)); t2 = f32x4.add(t2, f32x4.mul(v, w));
          w = v128.load32_splat(p + pa, 12);
          s3 = f32x4.add(s3, f32x4.mul(u, w)); t3 = f32x4.add(t3, f32x4.mul(v, w));
        }
        accumulate(out, a * columns + b, s0, t0); accumulate(out, (a + 1) * columns + b, s1, t1);
        accumulate(out, (a + 2) * columns + b, s2, t2); accumulate(out, (a + 3) * columns + b, s3, t3);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function accumulate(out: usize, index: i32, low: v128, high: v128): void {
  const o = out + (<usize>index << 3);
  v128.store(o, f64x2.add(v128.load(o), f64x2.promote_low_f32x4(low)));
  v128.store(o, f64x2.add(v128.load(o, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(low, low, 2, 3, 2, 3))), 16);
  v128.store(o, f64x2.add(v128.load(o, 32), f64x2.promote_low_f32x4(high)), 32);
  v128.store(o, f64x2.add(v128.load(o, 48), f64x2.promote_low_f32x4(v128.shuffle<f32>(high, high, 2, 3, 2, 3))), 48);
}

/** Finds each column's greatest magnitude, and its sum of squares. Writes [tasks][2][columns]. A task has 128 rows. */
export function measureColumns(task: i32, thread: i32, x: usize, rows: i32, columns: i32, out: usize): void {
  const row = <usize>columns << 2, own = out + <usize>task * 2 * row;
  memory.fill(own, 0, 2 * row);
  let p = x + <usize>(task * DEPTH) * row;
  for (let r = 0; r < DEPTH; r++) {
    for (let o = own; o < own + row; o += 16, p += 16) {
      const v = v128.load(p);
      v128.store(o, f32x4.max(v128.load(o), f32x4.abs(v)));
      v128.store(o + row, f32x4.add(v128.load(o + row), f32x4.mul(v, v)));
    }
  }
}

/**
 * Multiplies numbers by their column's unit and rounds them to whole numbers of 16 bits. Writes two rows side by side:
 * [rows / 2][columns][2]. Units are [tasks][columns]. A task has 128 rows.
 */
export function packWhole(task: i32, thread: i32, x: usize, rows: i32, columns: i32, units: usize, out: usize): void {
  const row = <usize>columns << 2, from = <usize>(task * DEPTH) * row, own = units + <usize>task * row, mask = i32x4.splat(0xffff);
  for (let r: usize = 0; r < <usize>DEPTH / 2; r++) {
    let p = x + from + 2 * r * row, o = out + (from >> 1) + r * row;
    for (let c: usize = 0; c < row; c += 16, p += 16, o += 16) {
      const unit = v128.load(own + c);
      const even = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(p), unit)));
      const odd = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(p + row), unit)));
      v128.store(o, v128.or(v128.and(even, mask), i32x4.shl(odd, 16)));
    }
  }
}

/**
 * Computes the same as `gramRows`, from the whole numbers of `packWhole`: one instruction makes two products in a lane.
 * The units are so small that no sum over 128 rows exceeds 32 bits, so that these sums are exact. `sizes`
 * [rows / 128][columns] f64 says how much a unit stands for. A task has 8 columns.
 */
export function gramWhole(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, out: usize, sizes: usize,
): void {
  const first = task * 8, row = <usize>columns << 2;
  for (let b = first; b < columns; b += 8) {
    for (let a = 0; a < 8; a++) memory.fill(out + (<usize>((first + a) * columns + b) << 3), 0, 64);
  }
  for (let r = 0; r < rows / 2; r += DEPTH / 2) {
    for (let b = first; b < columns; b += 8) {
      for (let a = first; a < first + 8; a += 4) {
        let p = x + <usize>r * row, s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        const end = p + <usize>(DEPTH / 2) * row, pa = <usize>a << 2, pb = <usize>b << 2;
        for (; p < end; p += row) {
          const u = v128.load(p + pb), v = v128.load(p + pb, 16);
          let w = v128.load32_splat(p + pa);
          s0 = i32x4.add(s0, i32x4.dot_i16x8_s(u, w)); t0 = i32x4.add(t0, i32x4.dot_i16x8_s(v, w));
          w = v128.load32_splat(p + pa, 4);
          s1 = i32x4.add(s1, i32x4.dot_i16x8_s(u, w)); t1 = i32x4.add(t1, i32x4.dot_i16x8_s(v, w));
          w = v128.load32_splat(p + pa, 8);
          s2 = i32x4.add(s2, i32x4.dot_i16x8_s(u, w)); t2 = i32x4.add(t2, i32x4.dot_i16x8_s(v, w));
          w = v128.load32_splat(p + pa, 12);
          s3 = i32x4.add(s3, i32x4.dot_i16x8_s(u, w)); t3 = i32x4.add(t3, i32x4.dot_i16x8_s(v, w));
        }
        const own = sizes + (<usize>(r / (DEPTH / 2) * columns) << 3), at = own + (<usize>a << 3), bt = own + (<usize>b << 3);
        accumulateWhole(out, a * columns + b, s0, t0, v128.load64_splat(at), bt);
        accumulateWhole(out, (a + 1) * columns + b, s1, t1, v128.load64_splat(at, 8), bt);
        accumulateWhole(out, (a + 2) * columns + b, s2, t2, v128.load64_splat(at, 16), bt);
        accumulateWhole(out, (a + 3) * columns + b, s3, t3, v128.load64_splat(at, 24), bt);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function accumulateWhole(out: usize, index: i32, low: v128, high: v128, size: v128, sizes: usize): void {
  const o = out + (<usize>index << 3), q = v128.shuffle<i32>(low, low, 2, 3, 2, 3);
  const r = v128.shuffle<i32>(high, high, 2, 3, 2, 3);
  v128.store(o, f64x2.add(v128.load(o), scaled(low, size, v128.load(sizes))));
  v128.store(o, f64x2.add(v128.load(o, 16), scaled(q, size, v128.load(sizes, 16))), 16);
  v128.store(o, f64x2.add(v128.load(o, 32), scaled(high, size, v128.load(sizes, 32))), 32);
  v128.store(o, f64x2.add(v128.load(o, 48), scaled(r, size, v128.load(sizes, 48))), 48);
}

// @ts-ignore: decorator
@inline
function scaled(sums: v128, a: v128, b: v128): v128 {
  return f64x2.mul(f64x2.convert_low_i32x4_s(sums), f64x2.mul(a, b));
}

/**
 * Computes X V. X is [rows][columns], V is given by its columns [count][columns], and columns is a multiple of 4.
 * Writes [rows][count]. A task has 64 rows.
 */
export function projectRows(
  task: i32, thread: i32, x: usize, rows: i32, columns: i32, vectors: usize, count: i32, out: usize,
): void {
  const to = min(rows, (task + 1) * 64), row = <usize>columns << 2;
  for (let q = 0; q < count; q += 4) { // four vectors stay in the cache for all rows
    const q1 = min(q + 1, count - 1), q2 = min(q + 2, count - 1), q3 = min(q + 3, count - 1);
    for (let r = task * 64; r < to; r += 2) {
      const next = min(r + 1, to - 1); // an odd last row, and vectors past the last, are computed twice
      let a0 = x + <usize>r * row, a1 = x + <usize>next * row;
      let v0 = vectors + <usize>q * row, v1 = vectors + <usize>q1 * row;
      let v2 = vectors + <usize>q2 * row, v3 = vectors + <usize>q3 * row;
      const end = a0 + row;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      while (a0 < end) {
        const a = v128.load(a0), b = v128.load(a1);
        let v = v128.load(v0);
        s0 = f32x4.add(s0, f32x4.mul(a, v)); t0 = f32x4.add(t0, f32x4.mul(b, v));
        v = v128.load(v1);
        s1 = f32x4.add(s1, f32x4.mul(a, v)); t1 = f32x4.add(t1, f32x4.mul(b, v));
        v = v128.load(v2);
        s2 = f32x4.add(s2, f32x4.mul(a, v)); t2 = f32x4.add(t2, f32x4.mul(b, v));
        v = v128.load(v3);
        s3 = f32x4.add(s3, f32x4.mul(a, v)); t3 = f32x4.add(t3, f32x4.mul(b, v));
        a0 += 16; a1 += 16; v0 += 16; v1 += 16; v2 += 16; v3 += 16;
      }
      const o = r * count, p = next * count;
      store<f32>(at(out, o + q), sumLanes(s0)); store<f32>(at(out, p + q), sumLanes(t0));
      store<f32>(at(out, o + q1), sumLanes(s1)); store<f32>(at(out, p + q1), sumLanes(t1));
      store<f32>(at(out, o + q2), sumLanes(s2)); store<f32>(at(out, p + q2), sumLanes(t2));
      store<f32>(at(out, o + q3), sumLanes(s3)); store<f32>(at(out, p + q3), sumLanes(t3));
    }
  }
}
