/**
 * @file Attention with several heads (Vaswani et al. 2017, "Attention is all you need", eq. 1), forward and backward,
 * for four images at once. Planes are [channel][token][4 images] without a border. The channels of a token are q of
 * every head, then k of every head, then v of every head. Sums run over the tokens, or over the channels, in order.
 */
import {exponential} from "./exponential";
import {greater, madd} from "./simd";

/** Computes out[a][b] = factor · Σ over d of x[d][a] · y[d][b]. */
// @ts-ignore: decorator
@inline
function pairs(x: usize, y: usize, tokens: i32, depth: i32, factor: f32, out: usize): void {
  const plane = <usize>tokens << 4;
  const f = f32x4.splat(factor);
  let a = 0;
  for (; a + 4 <= tokens; a += 4) {
    const xa = x + (<usize>a << 4), to = out + <usize>a * plane;
    let b = 0;
    for (; b + 2 <= tokens; b += 2) {
      let p = xa, q = y + (<usize>b << 4);
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      for (let d = 0; d < depth; d++) {
        const u = v128.load(q), v = v128.load(q, 16);
        let w = v128.load(p);
        s0 = madd(s0, w, u);
        t0 = madd(t0, w, v);
        w = v128.load(p, 16);
        s1 = madd(s1, w, u);
        t1 = madd(t1, w, v);
        w = v128.load(p, 32);
        s2 = madd(s2, w, u);
        t2 = madd(t2, w, v);
        w = v128.load(p, 48);
        s3 = madd(s3, w, u);
        t3 = madd(t3, w, v);
        p += plane;
        q += plane;
      }
      let o = to + (<usize>b << 4);
      v128.store(o, f32x4.mul(s0, f));
      v128.store(o, f32x4.mul(t0, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s1, f));
      v128.store(o, f32x4.mul(t1, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s2, f));
      v128.store(o, f32x4.mul(t2, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s3, f));
      v128.store(o, f32x4.mul(t3, f), 16);
    }
    for (; b < tokens; b++) for (let i = a; i < a + 4; i++) pair(x, y, i, b, plane, depth, f, out);
  }
  for (; a < tokens; a++) for (let b = 0; b < tokens; b++) pair(x, y, a, b, plane, depth, f, out);
}

/** Computes one of the sums of `pairs`. */
function pair(x: usize, y: usize, a: i32, b: i32, plane: usize, depth: i32, f: v128, out: usize): void {
  let p = x + (<usize>a << 4), q = y + (<usize>b << 4);
  let s = f32x4.splat(0);
  for (let d = 0; d < depth; d++) {
    s = madd(s, v128.load(p), v128.load(q));
    p += plane;
    q += plane;
  }
  v128.store(out + <usize>a * plane + (<usize>b << 4), f32x4.mul(s, f));
}

/**
 * Computes out[d][a] = factor · Σ over b of w[a][b] · x[d][b]. In w, `wa` is the number of bytes from an a to the next,
 * and `wb` that from a b to the next.
 */
// @ts-ignore: decorator
@inline
function mix(
  w: usize, wa: usize, wb: usize, x: usize, tokens: i32, depth: i32, factor: f32, out: usize,
): void {
  const plane = <usize>tokens << 4;
  const f = f32x4.splat(factor);
  let d = 0;
  for (; d + 4 <= depth; d += 4) {
    const xd = x + <usize>d * plane, to = out + <usize>d * plane;
    let a = 0;
    for (; a + 2 <= tokens; a += 2) {
      let p = xd, q = w + <usize>a * wa;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      for (let b = 0; b < tokens; b++) {
        const u = v128.load(q), v = v128.load(q + wa);
        let z = v128.load(p);
        s0 = madd(s0, z, u);
        t0 = madd(t0, z, v);
        z = v128.load(p + plane);
        s1 = madd(s1, z, u);
        t1 = madd(t1, z, v);
        z = v128.load(p + (plane << 1));
        s2 = madd(s2, z, u);
        t2 = madd(t2, z, v);
        z = v128.load(p + 3 * plane);
        s3 = madd(s3, z, u);
        t3 = madd(t3, z, v);
        p += 16;
        q += wb;
      }
      let o = to + (<usize>a << 4);
      v128.store(o, f32x4.mul(s0, f));
      v128.store(o, f32x4.mul(t0, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s1, f));
      v128.store(o, f32x4.mul(t1, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s2, f));
      v128.store(o, f32x4.mul(t2, f), 16);
      o += plane;
      v128.store(o, f32x4.mul(s3, f));
      v128.store(o, f32x4.mul(t3, f), 16);
    }
    for (; a < tokens; a++) for (let i = d; i < d + 4; i++) mixture(w + <usize>a * wa, wb, x, i, a, plane, tokens, f, out);
  }
  for (; d < depth; d++) for (let a = 0; a < tokens; a++) mixture(w + <usize>a * wa, wb, x, d, a, plane, tokens, f, out);
}

/** Computes one of the sums of `mix`. */
function mixture(w: usize, wb: usize, x: usize, d: i32, a: i32, plane: usize, tokens: i32, f: v128, out: usize): void {
  let p = x + <usize>d * plane;
  let s = f32x4.splat(0);
  for (let b = 0; b < tokens; b++) {
    s = madd(s, v128.load(p), v128.load(w));
    p += 16;
    w += wb;
  }
  v128.store(out + <usize>d * plane + (<usize>a << 4), f32x4.mul(s, f));
}

/** Replaces each row by its softmax. The row's greatest number is subtracted first, so that nothing overflows. */
// @ts-ignore: decorator
@inline
function softmaxRows(scores: usize, tokens: i32): void {
  const row = <usize>tokens << 4;
  for (let a = 0; a < tokens; a++, scores += row) {
    let most = v128.load(scores);
    for (let at: usize = 16; at < row; at += 16) most = greater(most, v128.load(scores + at));
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < row; at += 16) {
      const e = exponential(f32x4.sub(v128.load(scores + at), most));
      v128.store(scores + at, e);
      sum = f32x4.add(sum, e);
    }
    const inverse = f32x4.div(f32x4.splat(1), sum);
    for (let at: usize = 0; at < row; at += 16) v128.store(scores + at, f32x4.mul(v128.load(scores + at), inverse));
  }
}

// @ts-ignore: decorator
@inline
function scaleOf(depth: i32): f32 {
  return <f32>(1 / Math.sqrt(<f64>depth));
}

/**
 * Computes out = softmax(q kᵀ / √depth) v for each head.
 *
 * @param weights Receives the softmax, which the gradient needs: [head][from][to][4].
 */
export function attend(qkv: usize, tokens: i32, heads: i32, depth: i32, weights: usize, out: usize): void {
  const head = (<usize>tokens << 4) * depth, all = head * heads;
  for (let h = 0; h < heads; h++) {
    const q = qkv + <usize>h * head;
    pairs(q, q + all, tokens, depth, scaleOf(depth), weights);
    softmaxRows(weights, tokens);
    mix(weights, <usize>tokens << 4, 16, q + 2 * all, tokens, depth, 1, out + <usize>h * head);
    weights += <usize>(tokens * tokens) << 4;
  }
}

/** @param weights The softmax that `attend` left. @param scratch Room for tokens² elements. */
export function attendGradient(
  qkv: usize, tokens: i32, heads: i32, depth: i32, weights: usize, dOut: usize, scratch: usize, dQkv: usize,
): void {
  const row = <usize>tokens << 4;
  const head = row * depth, all = head * heads;
  const scale = scaleOf(depth);
  for (let h = 0; h < heads; h++) {
    const q = qkv + <usize>h * head, dq = dQkv + <usize>h * head, d = dOut + <usize>h * head;
    mix(weights, 16, row, d, tokens, depth, 1, dq + 2 * all); // the gradient of v
    pairs(d, q + 2 * all, tokens, depth, 1, scratch); // the gradient of the softmax
    for (let a: usize = 0; a < <usize>tokens; a++) {
      const p = weights + a * row, g = scratch + a * row;
      let sum = f32x4.splat(0);
      for (let at: usize = 0; at < row; at += 16) sum = madd(sum, v128.load(p + at), v128.load(g + at));
      for (let at: usize = 0; at < row; at += 16) {
        v128.store(g + at, f32x4.mul(v128.load(p + at), f32x4.sub(v128.load(g + at), sum))); // the scores' gradient
      }
    }
    mix(scratch, row, 16, q + all, tokens, depth, scale, dq);
    mix(scratch, 16, row, q, tokens, depth, scale, dq + all);
    weights += <usize>(tokens * tokens) << 4;
  }
}
