import {greater} from "./simd";

/** out = scale · x + offset, plane by plane; rows may stand further apart on either side. */
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

/** out = max(x, 0); NaN stays NaN. */
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
 * Copies planes to where they belong, `step` bytes between neighbours (`oStep` on the way out, for dilated planes).
 * With `mask`, only where the relu output there is above 0: relu's derivative.
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
