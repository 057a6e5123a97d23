/** Adds a vector of four to the sums of four columns, in double precision. */
// @ts-ignore: decorator
@inline
function addTo(sums: v128, v: v128): v128 {
  return f64x2.add(sums, f64x2.promote_low_f32x4(v));
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 0);
}

// @ts-ignore: decorator
@inline
function storeSums(out: usize, low: v128, high: v128): void {
  v128.store(out, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
}

/**
 * The sum of each column of x[rows][width]: a bias' gradient. In double precision, because the sums are long; as many columns
 * at once as have their sums in registers.
 */
export function columnSums(x: usize, rows: i32, width: i32, out: usize): void {
  const zero = f64x2.splat(0), row = <usize>width << 2;
  let column = 0;
  for (; column + 8 <= width; column += 8) {
    let p = x + (<usize>column << 2);
    let a = zero, b = zero, c = zero, d = zero;
    for (let r = 0; r < rows; r++) {
      const u = v128.load(p), v = v128.load(p, 16);
      a = addTo(a, u);
      b = addTo(b, upper(u));
      c = addTo(c, v);
      d = addTo(d, upper(v));
      p += row;
    }
    const to = out + (<usize>column << 2);
    storeSums(to, a, b);
    storeSums(to + 16, c, d);
  }
  for (; column < width; column++) {
    let p = x + (<usize>column << 2);
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) {
      sum += load<f32>(p);
      p += row;
    }
    store<f32>(out + (<usize>column << 2), <f32>sum);
  }
}

/** out[r][i] = x[r][i] + b[i]: a bias, added. */
export function addToRows(x: usize, b: usize, rows: i32, width: i32, out: usize): void {
  const row = <usize>width << 2;
  const whole = row & ~15;
  let at: usize = 0;
  for (let r = 0; r < rows; r++) {
    let i: usize = 0;
    for (; i < whole; i += 16) v128.store(out + at + i, f32x4.add(v128.load(x + at + i), v128.load(b + i)));
    for (; i < row; i += 4) store<f32>(out + at + i, load<f32>(x + at + i) + load<f32>(b + i));
    at += row;
  }
}
