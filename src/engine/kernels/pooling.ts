/** Maxima of 2 x 2 squares, 2 apart. */
export function maxPool2(
  x: usize, row: usize, plane: usize, channels: i32, out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>(2 * y) * row;
      let q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = q + (<usize>width << 4);
      while (q < end) {
        const top = f32x4.max(v128.load(p), v128.load(p, 16));
        v128.store(q, f32x4.max(top, f32x4.max(v128.load(p + row), v128.load(p + row, 16))));
        p += 32;
        q += 16;
      }
    }
  }
}

/**
 * The pooled gradient goes to the first maximum of each square, the other three get 0. With `relu`, x is a relu's output
 * and its derivative is applied too: a maximum of 0 gets 0.
 */
export function maxPool2Gradient(
  x: usize, row: usize, plane: usize, channels: i32, pooled: usize, pRow: usize, pPlane: usize,
  dy: usize, yRow: usize, yPlane: usize, height: i32, width: i32,
  dx: usize, step: usize, dRow: usize, dPlane: usize, relu: i32,
): void {
  const zero = f32x4.splat(0);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>(2 * y) * row;
      let v = pooled + <usize>c * pPlane + <usize>y * pRow;
      let d = dy + <usize>c * yPlane + <usize>y * yRow;
      let q = dx + <usize>c * dPlane + <usize>(2 * y) * dRow;
      const end = v + (<usize>width << 4);
      while (v < end) {
        const greatest = v128.load(v);
        let left = v128.load(d);
        if (relu) left = v128.and(left, f32x4.gt(greatest, zero));
        let here = f32x4.eq(v128.load(p), greatest);
        v128.store(q, v128.and(left, here));
        left = v128.andnot(left, here);
        here = f32x4.eq(v128.load(p, 16), greatest);
        v128.store(q + step, v128.and(left, here));
        left = v128.andnot(left, here);
        here = f32x4.eq(v128.load(p + row), greatest);
        v128.store(q + dRow, v128.and(left, here));
        left = v128.andnot(left, here);
        here = f32x4.eq(v128.load(p + row, 16), greatest);
        v128.store(q + dRow + step, v128.and(left, here));
        p += 32;
        q += step << 1;
        v += 16;
        d += 16;
      }
    }
  }
}
