/** Adds the first two numbers of a vector to the sums of two columns, in double precision. */
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

/** Sums eight columns. The rows are `row` bytes apart. */
// @ts-ignore: decorator
@inline
function sumEight(x: usize, rows: i32, row: usize, out: usize): void {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  for (let r = 0; r < rows; r++) {
    const u = v128.load(x), v = v128.load(x, 16);
    a = addTo(a, u);
    b = addTo(b, upper(u));
    c = addTo(c, v);
    d = addTo(d, upper(v));
    x += row;
  }
  storeSums(out, a, b);
  storeSums(out + 16, c, d);
}

/** Sums four columns. */
// @ts-ignore: decorator
@inline
function sumFour(x: usize, rows: i32, row: usize, out: usize): void {
  let a = f64x2.splat(0), b = a;
  for (let r = 0; r < rows; r++) {
    const u = v128.load(x);
    a = addTo(a, u);
    b = addTo(b, upper(u));
    x += row;
  }
  storeSums(out, a, b);
}

/**
 * Computes the sum of each column of x[rows][width], which is the gradient of a bias. The sums are in double precision,
 * because they are long. Eight columns are summed at once, or four. The last group of columns may include some that
 * have their sums already: these get the same sums again.
 */
export function columnSums(x: usize, rows: i32, width: i32, out: usize): void {
  const row = <usize>width << 2;
  if (width >= 8) {
    for (let i: usize = 0; i < row; i += 32) {
      const at = min(i, row - 32);
      sumEight(x + at, rows, row, out + at);
    }
  } else if (width >= 4) {
    sumFour(x, rows, row, out);
    sumFour(x + row - 16, rows, row, out + row - 16);
  } else {
    for (let i: usize = 0; i < row; i += 4) {
      const end = x + <usize>rows * row;
      let sum: f64 = 0;
      for (let p = x + i; p < end; p += row) sum += load<f32>(p);
      store<f32>(out + i, <f32>sum);
    }
  }
}

/** Adds a bias to each row: out[r][i] = x[r][i] + b[i]. */
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
