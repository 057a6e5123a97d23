import {madd, partStart} from "./simd";
import {denseTile4, denseTile8, denseTile12} from "./generated/tiles";
import {jobCount} from "./job";

/**
 * Computes out[o] = bias[o] + Σ_i x[i] · w[i][o] for four images, one in each lane.
 *
 * @param outputs Columns of `w`, rounded up to a multiple of 4 (the spare ones hold 0).
 */
export function dense(x: usize, inputs: i32, w: usize, outputs: i32, bias: usize, out: usize, relu: i32): void {
  const row = <usize>outputs << 2;
  let o = 0;
  while (o < outputs) {
    const left = outputs - o;
    const wp = w + (<usize>o << 2), bp = bias + (<usize>o << 2), op = out + (<usize>o << 4);
    if (left >= 12) {
      denseTile12(x, inputs, wp, row, bp, op, relu);
      o += 12;
    } else if (left == 8) {
      denseTile8(x, inputs, wp, row, bp, op, relu);
      o += 8;
    } else {
      denseTile4(x, inputs, wp, row, bp, op, relu);
      o += 4;
    }
  }
}

/**
 * Computes dx[i] = Σ_o w[i][o] · dz[o], four rows of weights at a time. Each sum is split into those of even and odd o,
 * so that the processor can work on several additions at once.
 */
export function denseInputGradient(inputs: i32, w: usize, outputs: i32, dz: usize, dx: usize): void {
  const row = <usize>outputs << 2;
  const end = dz + (<usize>outputs << 4);
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    let w0 = w, w1 = w + row, w2 = w1 + row, w3 = w2 + row;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let d = dz; d < end; d += 32) {
      const even = v128.load(d), odd = v128.load(d, 16);
      a0 = madd(a0, even, v128.load32_splat(w0));
      a1 = madd(a1, even, v128.load32_splat(w1));
      a2 = madd(a2, even, v128.load32_splat(w2));
      a3 = madd(a3, even, v128.load32_splat(w3));
      b0 = madd(b0, odd, v128.load32_splat(w0, 4));
      b1 = madd(b1, odd, v128.load32_splat(w1, 4));
      b2 = madd(b2, odd, v128.load32_splat(w2, 4));
      b3 = madd(b3, odd, v128.load32_splat(w3, 4));
      w0 += 8;
      w1 += 8;
      w2 += 8;
      w3 += 8;
    }
    v128.store(dx, f32x4.add(a0, b0));
    v128.store(dx, f32x4.add(a1, b1), 16);
    v128.store(dx, f32x4.add(a2, b2), 32);
    v128.store(dx, f32x4.add(a3, b3), 48);
    w += row << 2;
    dx += 64;
  }
  for (; i < inputs; i++) {
    let a = f32x4.splat(0);
    for (let o = 0; o < outputs; o++) a = madd(a, v128.load(dz + (<usize>o << 4)), v128.load32_splat(w + (<usize>o << 2)));
    v128.store(dx, a);
    w += row;
    dx += 16;
  }
}

/**
 * Copies a group's dz to the place where it stays until the end of the batch, with the outputs in the lanes: dz [o][4]
 * → out f32 [n][outputs].
 */
export function keepTransposed(dz: usize, outputs: i32, out: usize, group: i32, groups: i32, job: usize): void {
  out += <usize>(group * outputs) << 4;
  for (let o = 0; o < outputs; o++) {
    for (let lane = 0; lane < 4; lane++) {
      store<f32>(out + (<usize>(lane * outputs + o) << 2), load<f32>(dz + (<usize>(o * 4 + lane) << 2)));
    }
  }
}

/**
 * Computes the gradient of the whole batch for one part of the rows: g[i][o] = Σ_n x[n][i] · dz[n][o]. It adds the
 * images in order, so that the sum does not depend on the thread that computes it. The first part computes the bias'
 * gradient too.
 *
 * @param x The stored inputs, [group][inputs][4]. @param dz The stored output gradients, f32 [n][outputs].
 */
export function denseWeightGradient(
  x: usize, inputs: i32, dz: usize, outputs: i32, g: usize, gBias: usize, part: i32, parts: i32, job: usize,
): void {
  const groups = (jobCount(job) + 3) >> 2;
  const from = partStart(inputs, part, parts), to = partStart(inputs, part + 1, parts);
  const row = <usize>outputs << 2;
  const xGroup = <usize>inputs << 4;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    let o = 0;
    for (; o + 8 <= outputs; o += 8) weightTile4x2(x + (<usize>i << 4), xGroup, dz + (<usize>o << 2), row, groups, g + <usize>i * row + (<usize>o << 2));
    if (o < outputs) weightTile4x1(x + (<usize>i << 4), xGroup, dz + (<usize>o << 2), row, groups, g + <usize>i * row + (<usize>o << 2));
  }
  for (; i < to; i++) {
    for (let o = 0; o < outputs; o += 4) weightTile1x1(x + (<usize>i << 4), xGroup, dz + (<usize>o << 2), row, groups, g + <usize>i * row + (<usize>o << 2));
  }
  if (part == 0) {
    for (let o = 0; o < outputs; o += 4) {
      let sum = f32x4.splat(0);
      for (let n = 0; n < groups * 4; n++) sum = f32x4.add(sum, v128.load(dz + <usize>n * row + (<usize>o << 2)));
      v128.store(gBias + (<usize>o << 2), sum);
    }
  }
}

// @ts-ignore: decorator
@inline
function weightTile4x2(x: usize, xGroup: usize, dz: usize, row: usize, groups: i32, g: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let k = 0; k < groups; k++) {
    let p = x;
    for (let lane = 0; lane < 4; lane++) {
      const d = v128.load(dz), e = v128.load(dz, 16);
      let s = v128.load32_splat(p);
      a0 = madd(a0, d, s);
      b0 = madd(b0, e, s);
      s = v128.load32_splat(p, 16);
      a1 = madd(a1, d, s);
      b1 = madd(b1, e, s);
      s = v128.load32_splat(p, 32);
      a2 = madd(a2, d, s);
      b2 = madd(b2, e, s);
      s = v128.load32_splat(p, 48);
      a3 = madd(a3, d, s);
      b3 = madd(b3, e, s);
      p += 4;
      dz += row;
    }
    x += xGroup;
  }
  v128.store(g, a0);
  v128.store(g, b0, 16);
  g += row;
  v128.store(g, a1);
  v128.store(g, b1, 16);
  g += row;
  v128.store(g, a2);
  v128.store(g, b2, 16);
  g += row;
  v128.store(g, a3);
  v128.store(g, b3, 16);
}

// @ts-ignore: decorator
@inline
function weightTile4x1(x: usize, xGroup: usize, dz: usize, row: usize, groups: i32, g: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let k = 0; k < groups; k++) {
    let p = x;
    for (let lane = 0; lane < 4; lane++) {
      const d = v128.load(dz);
      a0 = madd(a0, d, v128.load32_splat(p));
      a1 = madd(a1, d, v128.load32_splat(p, 16));
      a2 = madd(a2, d, v128.load32_splat(p, 32));
      a3 = madd(a3, d, v128.load32_splat(p, 48));
      p += 4;
      dz += row;
    }
    x += xGroup;
  }
  v128.store(g, a0);
  v128.store(g + row, a1);
  v128.store(g + (row << 1), a2);
  v128.store(g + row * 3, a3);
}

// @ts-ignore: decorator
@inline
function weightTile1x1(x: usize, xGroup: usize, dz: usize, row: usize, groups: i32, g: usize): void {
  let a = f32x4.splat(0);
  for (let k = 0; k < groups; k++) {
    for (let lane = 0; lane < 4; lane++) {
      a = madd(a, v128.load(dz), v128.load32_splat(x + (<usize>lane << 2)));
      dz += row;
    }
    x += xGroup;
  }
  v128.store(g, a);
}
