/**
 * Computes the gradient of max pooling over squares of 2 x 2, with strides of 2. The gradient of a square goes to its
 * first maximum. A row or column that is left over gets 0. Images are [batch][height][width][channels].
 *
 * @param x The pool's input. `y` is its output.
 */
export function squareMaximumGradient(
  x: usize, y: usize, dy: usize, dx: usize, batch: i32, height: i32, width: i32, channels: i32,
): void {
  const pixel = <usize>channels << 2, row = pixel * <usize>width;
  const whole = pixel & ~15;
  if ((height | width) & 1) memory.fill(dx, 0, <usize>batch * <usize>height * row);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i + 1 < height; i += 2) {
      let p = (<usize>n * <usize>height + <usize>i) * row;
      for (let j = 0; j + 1 < width; j += 2) {
        let c: usize = 0;
        for (; c < whole; c += 16) {
          const a = x + p + c, to = dx + p + c;
          const greatest = v128.load(y + c), gradient = v128.load(dy + c);
          const first = f32x4.eq(v128.load(a), greatest);
          const second = v128.andnot(f32x4.eq(v128.load(a + pixel), greatest), first);
          const upperRow = v128.or(first, second);
          const third = v128.andnot(f32x4.eq(v128.load(a + row), greatest), upperRow);
          const fourth = v128.andnot(f32x4.eq(v128.load(a + row + pixel), greatest), v128.or(upperRow, third));
          v128.store(to, v128.and(gradient, first));
          v128.store(to + pixel, v128.and(gradient, second));
          v128.store(to + row, v128.and(gradient, third));
          v128.store(to + row + pixel, v128.and(gradient, fourth));
        }
        for (; c < pixel; c += 4) {
          const a = x + p + c, to = dx + p + c;
          const greatest = load<f32>(y + c), gradient = load<f32>(dy + c);
          const first = load<f32>(a) == greatest;
          const second = !first && load<f32>(a + pixel) == greatest;
          const third = !first && !second && load<f32>(a + row) == greatest;
          const fourth = !first && !second && !third && load<f32>(a + row + pixel) == greatest;
          store<f32>(to, first ? gradient : 0);
          store<f32>(to + pixel, second ? gradient : 0);
          store<f32>(to + row, third ? gradient : 0);
          store<f32>(to + row + pixel, fourth ? gradient : 0);
        }
        y += pixel;
        dy += pixel;
        p += pixel << 1;
      }
    }
  }
}
