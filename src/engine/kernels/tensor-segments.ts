/**
 * Computes each out[s], the sum of the rows x[r] with ids[r] = s. This is the gradient of a table from which rows were
 * taken. Rows whose id is below 0 or not below `segments` are left out, as in TensorFlow.
 */
export function segmentSum(x: usize, ids: usize, rows: i32, width: i32, out: usize, segments: i32): void {
  const row = <usize>width << 2;
  const whole = row & ~15;
  memory.fill(out, 0, <usize>segments * row);
  for (let r = 0; r < rows; r++) {
    const id = load<i32>(ids + (<usize>r << 2));
    if (<u32>id < <u32>segments) {
      const to = out + <usize>id * row;
      for (let at: usize = 0; at < whole; at += 16) {
        v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)));
      }
      for (let at = whole; at < row; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(x + at));
    }
    x += row;
  }
}
