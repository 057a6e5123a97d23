/** Transposes a matrix [rows][columns]: to[j][i] = from[i][j]. */
export function transpose(from: usize, rows: i32, columns: i32, to: usize): void {
  const down = <usize>rows << 2;
  for (let i = 0; i < rows; i++) {
    let out = to + (<usize>i << 2);
    for (let j = 0; j < columns; j++) {
      store<f32>(out, load<f32>(from));
      from += 4;
      out += down;
    }
  }
}

/** Computes acc + a · b in each lane, and rounds twice. */
// @ts-ignore: decorator
@inline
function madd(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * Computes c[i][j] = Σ over k of a(i, k) · b[k][j], with c [m][n] and b [depth][n]. The left matrix may have any steps,
 * in bytes: `down` from row to row and `along` from column to column. So a matrix and its transpose can both be used.
 * Tiles of 4 x 8 sums stay in registers.
 */
export function matrixProduct(
  a: usize, down: usize, along: usize, b: usize, c: usize, m: i32, n: i32, depth: i32,
): void {
  const row = <usize>n << 2, zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let j = 0;
    for (; j + 8 <= n; j += 8) {
      let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
      let p = a, q = b + (<usize>j << 2);
      for (let k = 0; k < depth; k++) {
        const u = v128.load(q), v = v128.load(q, 16);
        const w0 = v128.load32_splat(p), w1 = v128.load32_splat(p + down);
        a0 = madd(a0, w0, u);
        a1 = madd(a1, w0, v);
        b0 = madd(b0, w1, u);
        b1 = madd(b1, w1, v);
        const w2 = v128.load32_splat(p + 2 * down), w3 = v128.load32_splat(p + 3 * down);
        c0 = madd(c0, w2, u);
        c1 = madd(c1, w2, v);
        d0 = madd(d0, w3, u);
        d1 = madd(d1, w3, v);
        p += along;
        q += row;
      }
      let to = c + (<usize>j << 2);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      to += row;
      v128.store(to, b0);
      v128.store(to, b1, 16);
      to += row;
      v128.store(to, c0);
      v128.store(to, c1, 16);
      to += row;
      v128.store(to, d0);
      v128.store(to, d1, 16);
    }
    for (; j < n; j++) {
      let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
      let p = a, q = b + (<usize>j << 2);
      for (let k = 0; k < depth; k++) {
        const w = load<f32>(q);
        s0 += load<f32>(p) * w;
        s1 += load<f32>(p + down) * w;
        s2 += load<f32>(p + 2 * down) * w;
        s3 += load<f32>(p + 3 * down) * w;
        p += along;
        q += row;
      }
      const to = c + (<usize>j << 2);
      store<f32>(to, s0);
      store<f32>(to + row, s1);
      store<f32>(to + 2 * row, s2);
      store<f32>(to + 3 * row, s3);
    }
    a += 4 * down;
    c += 4 * row;
  }
  for (; i < m; i++) {
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      let sum = zero;
      let p = a, q = b + (<usize>j << 2);
      for (let k = 0; k < depth; k++) {
        sum = madd(sum, v128.load32_splat(p), v128.load(q));
        p += along;
        q += row;
      }
      v128.store(c + (<usize>j << 2), sum);
    }
    for (; j < n; j++) {
      let sum: f32 = 0;
      let p = a, q = b + (<usize>j << 2);
      for (let k = 0; k < depth; k++) {
        sum += load<f32>(p) * load<f32>(q);
        p += along;
        q += row;
      }
      store<f32>(c + (<usize>j << 2), sum);
    }
    a += down;
    c += row;
  }
}
