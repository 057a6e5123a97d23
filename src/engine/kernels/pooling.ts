import {greater} from "./simd";

/** Computes the maximum of each square of 2 x 2 pixels. The squares are 2 pixels apart. */
export function maxPool2(
  x: usize, row: usize, plane: usize, channels: i32, out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * plane + <usize>(2 * y) * row;
      let q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = q + (<usize>width << 4);
      while (q < end) {
        const top = greater(v128.load(p), v128.load(p, 16));
        v128.store(q, greater(top, greater(v128.load(p + row), v128.load(p + row, 16))));
        p += 32;
        q += 16;
      }
    }
  }
}

/**
 * Gives the gradient of each pooled number to the first maximum of its square; the other three pixels get 0. With
 * `relu`, x is the output of a relu, and the relu's derivative is applied too: a maximum of 0 gets 0.
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

/** Computes the maximum of each window. Windows have any size, stride and padding, and are cut at the image's edge. */
export function maxPool(
  x: usize, row: usize, plane: usize, channels: i32, out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
  xHeight: i32, xWidth: i32, windowHeight: i32, windowWidth: i32, down: i32, across: i32, top: i32, left: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const y0 = max(0, y * down - top), y1 = min(xHeight, y * down - top + windowHeight);
      for (let xx = 0; xx < width; xx++) {
        const x0 = max(0, xx * across - left), x1 = min(xWidth, xx * across - left + windowWidth);
        let greatest = f32x4.splat(-Infinity);
        for (let i = y0; i < y1; i++) {
          let p = x + <usize>c * plane + <usize>i * row + (<usize>x0 << 4);
          for (let j = x0; j < x1; j++, p += 16) greatest = greater(greatest, v128.load(p));
        }
        v128.store(out + <usize>c * oPlane + <usize>y * oRow + (<usize>xx << 4), greatest);
      }
    }
  }
}

/**
 * Gives the gradient of each window to its first maximum. Where windows overlap, their gradients add up. dx has no
 * border and no gaps.
 */
export function maxPoolGradient(
  x: usize, row: usize, plane: usize, channels: i32, pooled: usize, pRow: usize, pPlane: usize,
  dy: usize, yRow: usize, yPlane: usize, height: i32, width: i32, dx: usize, dRow: usize, dPlane: usize,
  xHeight: i32, xWidth: i32, windowHeight: i32, windowWidth: i32, down: i32, across: i32, top: i32, left: i32,
): void {
  memory.fill(dx, 0, dPlane * channels);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const y0 = max(0, y * down - top), y1 = min(xHeight, y * down - top + windowHeight);
      for (let xx = 0; xx < width; xx++) {
        const x0 = max(0, xx * across - left), x1 = min(xWidth, xx * across - left + windowWidth);
        const greatest = v128.load(pooled + <usize>c * pPlane + <usize>y * pRow + (<usize>xx << 4));
        let rest = v128.load(dy + <usize>c * yPlane + <usize>y * yRow + (<usize>xx << 4));
        for (let i = y0; i < y1; i++) {
          let p = x + <usize>c * plane + <usize>i * row + (<usize>x0 << 4);
          let q = dx + <usize>c * dPlane + <usize>i * dRow + (<usize>x0 << 4);
          for (let j = x0; j < x1; j++, p += 16, q += 16) {
            const here = f32x4.eq(v128.load(p), greatest);
            v128.store(q, f32x4.add(v128.load(q), v128.and(rest, here)));
            rest = v128.andnot(rest, here);
          }
        }
      }
    }
  }
}

/** Computes the mean of each window, over those of its pixels that lie in the image. */
export function meanPool(
  x: usize, row: usize, plane: usize, channels: i32, out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
  xHeight: i32, xWidth: i32, windowHeight: i32, windowWidth: i32, down: i32, across: i32, top: i32, left: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const y0 = max(0, y * down - top), y1 = min(xHeight, y * down - top + windowHeight);
      for (let xx = 0; xx < width; xx++) {
        const x0 = max(0, xx * across - left), x1 = min(xWidth, xx * across - left + windowWidth);
        let sum = f32x4.splat(0);
        for (let i = y0; i < y1; i++) {
          let p = x + <usize>c * plane + <usize>i * row + (<usize>x0 << 4);
          for (let j = x0; j < x1; j++, p += 16) sum = f32x4.add(sum, v128.load(p));
        }
        const share = f32x4.splat(<f32>1 / <f32>((y1 - y0) * (x1 - x0)));
        v128.store(out + <usize>c * oPlane + <usize>y * oRow + (<usize>xx << 4), f32x4.mul(sum, share));
      }
    }
  }
}

/** Gives each pixel of a window an equal share of the window's gradient. dx has no border and no gaps. */
export function meanPoolGradient(
  channels: i32, dy: usize, yRow: usize, yPlane: usize, height: i32, width: i32, dx: usize, dRow: usize, dPlane: usize,
  xHeight: i32, xWidth: i32, windowHeight: i32, windowWidth: i32, down: i32, across: i32, top: i32, left: i32,
): void {
  memory.fill(dx, 0, dPlane * channels);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const y0 = max(0, y * down - top), y1 = min(xHeight, y * down - top + windowHeight);
      for (let xx = 0; xx < width; xx++) {
        const x0 = max(0, xx * across - left), x1 = min(xWidth, xx * across - left + windowWidth);
        const share = f32x4.splat(<f32>1 / <f32>((y1 - y0) * (x1 - x0)));
        const each = f32x4.mul(v128.load(dy + <usize>c * yPlane + <usize>y * yRow + (<usize>xx << 4)), share);
        for (let i = y0; i < y1; i++) {
          let q = dx + <usize>c * dPlane + <usize>i * dRow + (<usize>x0 << 4);
          for (let j = x0; j < x1; j++, q += 16) v128.store(q, f32x4.add(v128.load(q), each));
        }
      }
    }
  }
}
