/**
 * Products of blocks of vectors in double precision. A block is [count][size], with a vector in each row. Sizes are
 * even; a vector of odd length is filled up with a zero.
 */

// @ts-ignore: decorator
@inline
function sumPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/**
 * Multiplies each row of a matrix [rows][size] by each vector. rows is a multiple of two, count a multiple of four.
 * Writes [count][rows]. A task has 16 rows.
 */
export function multiplyVectors(
  task: i32, thread: i32, matrix: usize, rows: i32, size: i32, vectors: usize, count: i32, out: usize,
): void {
  const row = <usize>size << 3, to = min(rows, (task + 1) * 16);
  for (let i = task * 16; i < to; i += 2) {
    for (let q = 0; q < count; q += 4) {
      let a0 = matrix + <usize>i * row, a1 = a0 + row;
      let v0 = vectors + <usize>q * row, v1 = v0 + row, v2 = v1 + row, v3 = v2 + row;
      const end = a1;
      let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      while (a0 < end) {
        const a = v128.load(a0), b = v128.load(a1);
        let v = v128.load(v0);
        s0 = f64x2.add(s0, f64x2.mul(a, v)); t0 = f64x2.add(t0, f64x2.mul(b, v));
        v = v128.load(v1);
        s1 = f64x2.add(s1, f64x2.mul(a, v)); t1 = f64x2.add(t1, f64x2.mul(b, v));
        v = v128.load(v2);
        s2 = f64x2.add(s2, f64x2.mul(a, v)); t2 = f64x2.add(t2, f64x2.mul(b, v));
        v = v128.load(v3);
        s3 = f64x2.add(s3, f64x2.mul(a, v)); t3 = f64x2.add(t3, f64x2.mul(b, v));
        a0 += 16; a1 += 16; v0 += 16; v1 += 16; v2 += 16; v3 += 16;
      }
      let o = out + (<usize>(q * rows + i) << 3);
      store<f64>(o, sumPair(s0)); store<f64>(o, sumPair(t0), 8);
      o += <usize>rows << 3;
      store<f64>(o, sumPair(s1)); store<f64>(o, sumPair(t1), 8);
      o += <usize>rows << 3;
      store<f64>(o, sumPair(s2)); store<f64>(o, sumPair(t2), 8);
      o += <usize>rows << 3;
      store<f64>(o, sumPair(s3)); store<f64>(o, sumPair(t3), 8);
    }
  }
}

/** The most sweeps. They converge quadratically, so that even ten are many. */
const MOST_SWEEPS: i32 = 40;

/**
 * Finds eigenvalues and eigenvectors by Jacobi's rotations, row by row (Golub & Van Loan 2013, section 8.5), until the
 * part off the diagonal is 1e-16 of the whole. Takes a symmetric matrix [size][wide] with zeros after its size. Leaves
 * its eigenvalues on its diagonal, in no order, and writes vectors [size][wide], one in each row. One task does it all.
 */
export function diagonalise(task: i32, thread: i32, matrix: usize, size: i32, wide: i32, vectors: usize): void {
  const row = <usize>wide << 3;
  memory.fill(vectors, 0, <usize>size * row);
  let whole: f64 = 0;
  for (let p = 0; p < size; p++) {
    store<f64>(vectors + <usize>p * (row + 8), 1);
    whole += product(matrix + <usize>p * row, matrix + <usize>p * row, row);
  }
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off: f64 = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) off += load<f64>(matrix + <usize>p * row + (<usize>q << 3)) ** 2;
    }
    if (!(2 * off > 1e-32 * whole)) return;
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) annul(matrix, size, row, vectors, p, q);
  }
}

/** Rotates rows and columns p and q so that their common element becomes zero. */
function annul(matrix: usize, size: i32, row: usize, vectors: usize, p: i32, q: i32): void {
  const rp = matrix + <usize>p * row, rq = matrix + <usize>q * row, cp = <usize>p << 3, cq = <usize>q << 3;
  const shared = load<f64>(rp + cq), pp = load<f64>(rp + cp), qq = load<f64>(rq + cq);
  if (shared == 0) return;
  const theta = (qq - pp) / (2 * shared);
  const t = (theta < 0 ? -1.0 : 1.0) / (abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1), s = t * c;
  turnRows(rp, rq, row, c, s);
  turnRows(vectors + <usize>p * row, vectors + <usize>q * row, row, c, s);
  store<f64>(rp + cp, pp - t * shared);
  store<f64>(rq + cq, qq + t * shared);
  store<f64>(rp + cq, 0);
  store<f64>(rq + cp, 0);
  for (let k = 0, other = matrix; k < size; k++, other += row) { // the matrix is symmetric: columns equal rows
    if (k == p || k == q) continue;
    store<f64>(other + cp, load<f64>(rp + (<usize>k << 3)));
    store<f64>(other + cq, load<f64>(rq + (<usize>k << 3)));
  }
}

function turnRows(a: usize, b: usize, row: usize, cosine: f64, sine: f64): void {
  const c = f64x2.splat(cosine), s = f64x2.splat(sine), end = a + row;
  for (; a < end; a += 16, b += 16) {
    const u = v128.load(a), v = v128.load(b);
    v128.store(a, f64x2.sub(f64x2.mul(c, u), f64x2.mul(s, v)));
    v128.store(b, f64x2.add(f64x2.mul(s, u), f64x2.mul(c, v)));
  }
}

/**
 * Computes the sums Σp shares[q][p] vectors[p]; count is even. Writes [count][size]. A task has 64 columns of a block.
 */
export function mixVectors(
  task: i32, thread: i32, vectors: usize, size: i32, count: i32, shares: usize, out: usize,
): void {
  const row = <usize>size << 3, to = min(size, (task + 1) * 64), shareRow = <usize>count << 3;
  for (let q = 0; q < count; q += 2) {
    for (let c = task * 64; c < to; c += 4) {
      const second: usize = c + 2 < to ? 16 : 0; // 0 for the last pair of a size that is no multiple of four
      let v = vectors + (<usize>c << 3), share = shares + <usize>q * shareRow;
      const end = share + shareRow;
      let s0 = f64x2.splat(0), s1 = s0, t0 = s0, t1 = s0;
      for (; share < end; share += 8, v += row) {
        const a = v128.load(v), b = v128.load(v + second);
        const x = v128.load64_splat(share), y = v128.load64_splat(share + shareRow);
        s0 = f64x2.add(s0, f64x2.mul(a, x)); s1 = f64x2.add(s1, f64x2.mul(b, x));
        t0 = f64x2.add(t0, f64x2.mul(a, y)); t1 = f64x2.add(t1, f64x2.mul(b, y));
      }
      const o = out + <usize>q * row + (<usize>c << 3);
      v128.store(o, s0); v128.store(o + second, second ? s1 : s0);
      v128.store(o + row, t0); v128.store(o + row + second, second ? t1 : t0);
    }
  }
}

/**
 * Makes vectors orthogonal and of length 1 by Gram-Schmidt, in order and twice (Giraud et al. 2005: twice is enough).
 * If less than the share `least` of a vector's length lies outside the space of the vectors before it, it becomes zero.
 * One task does it all.
 */
export function orthonormalise(
  task: i32, thread: i32, vectors: usize, size: i32, count: i32, least: f64,
): void {
  const row = <usize>size << 3;
  for (let q = 0; q < count; q++) {
    const own = vectors + <usize>q * row;
    const before = Math.sqrt(product(own, own, row));
    for (let twice = 0; twice < 2; twice++) {
      for (let p = 0; p < q; p++) {
        const other = vectors + <usize>p * row, share = f64x2.splat(product(own, other, row));
        for (let o: usize = 0; o < row; o += 16) {
          v128.store(own + o, f64x2.sub(v128.load(own + o), f64x2.mul(share, v128.load(other + o))));
        }
      }
    }
    const after = Math.sqrt(product(own, own, row));
    const scale = f64x2.splat(after > least * before ? 1 / after : 0);
    for (let o: usize = 0; o < row; o += 16) v128.store(own + o, f64x2.mul(scale, v128.load(own + o)));
  }
}

function product(a: usize, b: usize, row: usize): f64 {
  let s = f64x2.splat(0), t = s, o: usize = 0;
  for (; o + 16 < row; o += 32) {
    s = f64x2.add(s, f64x2.mul(v128.load(a + o), v128.load(b + o)));
    t = f64x2.add(t, f64x2.mul(v128.load(a + o, 16), v128.load(b + o, 16)));
  }
  if (o < row) s = f64x2.add(s, f64x2.mul(v128.load(a + o), v128.load(b + o)));
  return sumPair(f64x2.add(s, t));
}
