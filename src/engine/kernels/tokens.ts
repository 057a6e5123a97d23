/**
 * @file Tokens are planes of one row, in which a token stands where an image has a pixel. An element is one number of
 * each of four images; planes have no border.
 */
import {sumOfLanes} from "./simd";

/**
 * Cuts patches: out[(y · side + x) · channels + c][row · columns + column] = x[c][row · side + y][column · side + x].
 */
export function patches(
  x: usize, xRow: usize, xPlane: usize, rows: i32, columns: i32, side: i32, channels: i32, out: usize,
): void {
  for (let y = 0; y < side; y++) {
    for (let i = 0; i < side; i++) {
      for (let c = 0; c < channels; c++) {
        for (let r = 0; r < rows; r++) {
          let p = x + <usize>c * xPlane + <usize>(r * side + y) * xRow + (<usize>i << 4);
          for (let column = 0; column < columns; column++) {
            v128.store(out, v128.load(p));
            p += <usize>side << 4;
            out += 16;
          }
        }
      }
    }
  }
}

/** Reverses `patches` for the gradients. Pixels that belong to no patch get 0. dx has no border. */
export function patchesGradient(
  dy: usize, rows: i32, columns: i32, side: i32, channels: i32, dx: usize, height: i32, width: i32,
): void {
  memory.fill(dx, 0, <usize>(channels * height * width) << 4);
  for (let y = 0; y < side; y++) {
    for (let i = 0; i < side; i++) {
      for (let c = 0; c < channels; c++) {
        for (let r = 0; r < rows; r++) {
          let p = dx + (<usize>((c * height + r * side + y) * width + i) << 4);
          for (let column = 0; column < columns; column++) {
            v128.store(p, v128.load(dy));
            p += <usize>side << 4;
            dy += 16;
          }
        }
      }
    }
  }
}

/** Computes out[i] = x[i] + table[i]; all four images get the same number of the table. */
export function addTable(x: usize, table: usize, count: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    v128.store(out + (i << 4), f32x4.add(v128.load(x + (i << 4)), v128.load32_splat(table + (i << 2))));
  }
}

/** Adds this group's gradient with respect to the table to its slot: g[i] += Σ over the images of dy[i]. */
export function tableGradient(
  dy: usize, count: i32, g: usize, slots: i32, slotStride: usize, group: i32, groups: i32, job: usize,
): void {
  g += <usize>(group % slots) * slotStride;
  for (let i: usize = 0; i < <usize>count; i++) {
    store<f32>(g + (i << 2), load<f32>(g + (i << 2)) + sumOfLanes(v128.load(dy + (i << 4))));
  }
}

/** Adds planes: out += x. Neighbours in `out` are `oStep` bytes apart, because its planes may be dilated. */
export function addTo(
  x: usize, xRow: usize, xPlane: usize, height: i32, width: i32, channels: i32,
  out: usize, oStep: usize, oRow: usize, oPlane: usize,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * xPlane + <usize>y * xRow, q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = p + (<usize>width << 4);
      while (p < end) {
        v128.store(q, f32x4.add(v128.load(q), v128.load(p)));
        p += 16;
        q += oStep;
      }
    }
  }
}
