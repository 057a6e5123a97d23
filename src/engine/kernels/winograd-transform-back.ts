import {ROOT} from "./winograd-transforms";

/**
 * Computes B m Bᵀ for the squares of a strip. The result for a square is its share, 6 x 6, of the input's gradient;
 * where squares overlap, the shares are added. The last two rows of a strip are the first two of the next strip. They
 * are left in `out` without the mask, and the next strip adds to them.
 *
 * @param out The channel's plane.
 * @param y The plane's row on which the strip's first row falls: −1 with padding of 1. Rows outside the plane are
 * dropped.
 * @param left How many columns stand before the plane's first.
 * @param mask The output of the relu whose derivative is applied; or 0.
 */
export function transformBack(
  q: usize, place: usize, across: i32, strip: usize, out: usize, oRow: usize, mask: usize, mRow: usize,
  y: i32, height: i32, left: i32, width: i32, first: bool, last: bool,
): void {
  const stripRow = (<usize>across << 6) + 32, end = <usize>across << 4;
  let line = strip;
  for (let i = 0; i < 6; i++) {
    const q1 = q + place, q2 = q1 + place, q3 = q2 + place, q4 = q3 + place, q5 = q4 + place;
    let s = line, over4 = f32x4.splat(0), over5 = over4;
    for (let t: usize = 0; t < end; t += 16, s += 64) {
      const m0 = v128.load(q + t), m1 = v128.load(q1 + t), m2 = v128.load(q2 + t);
      const m3 = v128.load(q3 + t), m4 = v128.load(q4 + t), m5 = v128.load(q5 + t);
      const near = f32x4.add(m1, m2), far = f32x4.add(m3, m4), odd = f32x4.sub(m1, m2), farOdd = f32x4.sub(m3, m4);
      v128.store(s, f32x4.add(m0, over4));
      v128.store(s, f32x4.add(back1(odd, farOdd, m5), over5), 16);
      v128.store(s, back2(m0, near, far), 32);
      v128.store(s, back3(odd, farOdd, m5), 48);
      over4 = f32x4.add(f32x4.add(m0, near), far);
      over5 = m5;
    }
    v128.store(s, over4);
    v128.store(s, over5, 16);
    q = q5 + place;
    line += stripRow;
  }
  strip += <usize>left << 4;
  const bytes = <usize>width << 4;
  backColumns(strip, stripRow, bytes);
  for (let r = 0; r < 6; r++, strip += stripRow) {
    if (y + r < 0 || y + r >= height) continue;
    const to = out + <usize>(y + r) * oRow;
    const from = mask && (last || r < 4) ? mask + <usize>(y + r) * mRow : 0;
    if (r < 2 && !first) addRow(strip, to, from, bytes);
    else if (from) maskRow(strip, to, from, bytes);
    else memory.copy(to, strip, bytes);
  }
}

/** Multiplies the six numbers of each column by B, in place. The first and the last of them stay as they are. */
function backColumns(s: usize, stripRow: usize, bytes: usize): void {
  const s1 = s + stripRow, s2 = s1 + stripRow, s3 = s2 + stripRow, s4 = s3 + stripRow, s5 = s4 + stripRow;
  for (let i: usize = 0; i < bytes; i += 16) {
    const m0 = v128.load(s + i), m1 = v128.load(s1 + i), m2 = v128.load(s2 + i);
    const m3 = v128.load(s3 + i), m4 = v128.load(s4 + i), m5 = v128.load(s5 + i);
    const near = f32x4.add(m1, m2), far = f32x4.add(m3, m4), odd = f32x4.sub(m1, m2), farOdd = f32x4.sub(m3, m4);
    v128.store(s1 + i, back1(odd, farOdd, m5));
    v128.store(s2 + i, back2(m0, near, far));
    v128.store(s3 + i, back3(odd, farOdd, m5));
    v128.store(s4 + i, f32x4.add(f32x4.add(m0, near), far));
  }
}

/** Adds x to `out`. With `mask`, a number becomes 0 where the mask is not above 0. */
function addRow(x: usize, out: usize, mask: usize, bytes: usize): void {
  if (!mask) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(x + i)));
    return;
  }
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const sum = f32x4.add(v128.load(out + i), v128.load(x + i));
    v128.store(out + i, v128.and(sum, f32x4.gt(v128.load(mask + i), zero)));
  }
}

function maskRow(x: usize, out: usize, mask: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(out + i, v128.and(v128.load(x + i), f32x4.gt(v128.load(mask + i), zero)));
  }
}

/** The second to fourth rows of B. */
// @ts-ignore: decorator
@inline
function back1(odd: v128, farOdd: v128, m5: v128): v128 {
  return f32x4.sub(m5, f32x4.mul(f32x4.splat(ROOT), f32x4.add(f32x4.mul(f32x4.splat(2), odd), farOdd)));
}

// @ts-ignore: decorator
@inline
function back2(m0: v128, near: v128, far: v128): v128 {
  const sum = f32x4.add(f32x4.mul(f32x4.splat(2), near), f32x4.mul(f32x4.splat(0.5), far));
  return f32x4.sub(f32x4.mul(f32x4.splat(-2.5), m0), sum);
}

// @ts-ignore: decorator
@inline
function back3(odd: v128, farOdd: v128, m5: v128): v128 {
  const sum = f32x4.mul(f32x4.splat(ROOT), f32x4.add(odd, f32x4.mul(f32x4.splat(2), farOdd)));
  return f32x4.add(sum, f32x4.mul(f32x4.splat(-2.5), m5));
}
