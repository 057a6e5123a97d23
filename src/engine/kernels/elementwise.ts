import {greater} from "./simd";

/** Computes out = scale · x + offset. In both, other bytes may stand between the rows. */
export function affine(
  x: usize, xRow: usize, xPlane: usize, height: i32, width: i32, channels: i32, scale: f32, offset: f32,
  out: usize, oRow: usize, oPlane: usize,
): void {
  const s = f32x4.splat(scale), o = f32x4.splat(offset);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * xPlane + <usize>y * xRow, q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = p + (<usize>width << 4);
      while (p < end) {
        v128.store(q, f32x4.add(f32x4.mul(v128.load(p), s), o));
        p += 16;
        q += 16;
      }
    }
  }
}

/** Computes out = max(x, 0). NaN stays NaN. */
export function relu(
  x: usize, xRow: usize, xPlane: usize, height: i32, width: i32, channels: i32,
  out: usize, oRow: usize, oPlane: usize,
): void {
  const zero = f32x4.splat(0);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * xPlane + <usize>y * xRow, q = out + <usize>c * oPlane + <usize>y * oRow;
      const end = p + (<usize>width << 4);
      while (p < end) {
        v128.store(q, greater(v128.load(p), zero));
        p += 16;
        q += 16;
      }
    }
  }
}

/**
 * Copies planes to other planes. Neighbours in `out` are `oStep` bytes apart, because its planes may be dilated. With
 * `mask`, the output of a relu, a number becomes 0 where the mask is not above 0: this is relu's derivative.
 */
export function spread(
  x: usize, xRow: usize, xPlane: usize, height: i32, width: i32, channels: i32,
  out: usize, oStep: usize, oRow: usize, oPlane: usize, mask: usize, mRow: usize, mPlane: usize,
): void {
  const zero = f32x4.splat(0);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let p = x + <usize>c * xPlane + <usize>y * xRow, q = out + <usize>c * oPlane + <usize>y * oRow;
      let m = mask + <usize>c * mPlane + <usize>y * mRow;
      const end = p + (<usize>width << 4);
      while (p < end) {
        let v = v128.load(p);
        if (mask) v = v128.and(v, f32x4.gt(v128.load(m), zero));
        v128.store(q, v);
        p += 16;
        q += oStep;
        m += 16;
      }
    }
  }
}
