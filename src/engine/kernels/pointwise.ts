/**
 * @file The weights' gradient of a 1 x 1 convolution, which is a dense layer for each token or each pixel. Planes have
 * no border.
 */
import {madd, sumOfLanes, sumsOfLanes} from "./simd";

/**
 * Adds this group's gradient with respect to the weights to its slot: g[k][c] += Σ over pixels and images of
 * dy[k] · x[c]. It makes four by two sums at a time.
 *
 * @param g Packed like the weights. Each slot begins `slotStride` bytes after the slot before it.
 */
export function pointwiseWeightGradient(
  x: usize, dy: usize, pixels: i32, inputs: i32, outputs: i32,
  g: usize, slots: i32, slotStride: usize, group: i32, groups: i32, job: usize,
): void {
  g += <usize>(group % slots) * slotStride;
  const plane = <usize>pixels << 4;
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    const d = dy + <usize>k * plane;
    let to = g + (<usize>(k * inputs) << 2);
    let c = 0;
    for (; c + 2 <= inputs; c += 2) {
      const p = x + <usize>c * plane;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let at: usize = 0; at < plane; at += 16) {
        const u = v128.load(p + at), v = v128.load(p + plane + at);
        let z = v128.load(d + at);
        a0 = madd(a0, z, u);
        b0 = madd(b0, z, v);
        z = v128.load(d + plane + at);
        a1 = madd(a1, z, u);
        b1 = madd(b1, z, v);
        z = v128.load(d + (plane << 1) + at);
        a2 = madd(a2, z, u);
        b2 = madd(b2, z, v);
        z = v128.load(d + 3 * plane + at);
        a3 = madd(a3, z, u);
        b3 = madd(b3, z, v);
      }
      v128.store(to, f32x4.add(v128.load(to), sumsOfLanes(a0, a1, a2, a3)));
      v128.store(to, f32x4.add(v128.load(to, 16), sumsOfLanes(b0, b1, b2, b3)), 16);
      to += 32;
    }
    if (c < inputs) {
      for (let i: usize = 0; i < 4; i++) addSum(x + <usize>c * plane, d + i * plane, plane, to + (i << 2));
    }
  }
  const rest = outputs - k;
  g += <usize>(k * inputs) << 2;
  for (let c = 0; c < inputs; c++) {
    for (let i = 0; i < rest; i++) {
      addSum(x + <usize>c * plane, dy + <usize>(k + i) * plane, plane, g + (<usize>(c * rest + i) << 2));
    }
  }
}

/** Adds the sum for one output and one input to g. */
function addSum(x: usize, dy: usize, plane: usize, g: usize): void {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < plane; at += 16) sum = madd(sum, v128.load(dy + at), v128.load(x + at));
  store<f32>(g, load<f32>(g) + sumOfLanes(sum));
}
