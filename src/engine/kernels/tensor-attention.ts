/**
 * @file Attention with several heads (Vaswani et al. 2017, "Attention is all you need", eq. 1), forward and backward.
 * It reads one matrix qkv[image · token][q of every head | k of every head | v of every head] and makes no transposed
 * copy of the whole. The number of tokens, of heads, and of numbers in a head is free. Each row of probabilities is
 * padded with zeros to `padded` numbers, a multiple of four.
 */
import {exponential} from "./exponential";
import {madd, sumOfLanes} from "./simd";

/** Transposes a head: to[c][j] = from[j][c], and 0 for j ≥ tokens. The rows of `from` are `row` bytes apart. */
// @ts-ignore: decorator
@inline
function transposeHead(from: usize, row: usize, tokens: i32, padded: i32, depth: i32, to: usize): void {
  for (let c = 0; c < depth; c++) {
    const line = to + (<usize>(c * padded) << 2);
    let at = from + (<usize>c << 2);
    for (let j = 0; j < tokens; j++) {
      store<f32>(line + (<usize>j << 2), load<f32>(at));
      at += row;
    }
    for (let j = tokens; j < padded; j++) store<f32>(line + (<usize>j << 2), 0);
  }
}

/**
 * Computes out[j] = factor · Σ over c of a[c] · b[c][j], with b as `transposeHead` writes it. It makes sixteen sums at
 * a time, and then four at a time.
 */
// @ts-ignore: decorator
@inline
function rowProduct(a: usize, b: usize, padded: i32, depth: i32, factor: f32, out: usize): void {
  const line = <usize>padded << 2;
  const f = f32x4.splat(factor);
  let j = 0;
  for (; j + 16 <= padded; j += 16) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let q = b + (<usize>j << 2);
    for (let c = 0; c < depth; c++) {
      const w = v128.load32_splat(a + (<usize>c << 2));
      s0 = madd(s0, w, v128.load(q));
      s1 = madd(s1, w, v128.load(q, 16));
      s2 = madd(s2, w, v128.load(q, 32));
      s3 = madd(s3, w, v128.load(q, 48));
      q += line;
    }
    const to = out + (<usize>j << 2);
    v128.store(to, f32x4.mul(s0, f));
    v128.store(to, f32x4.mul(s1, f), 16);
    v128.store(to, f32x4.mul(s2, f), 32);
    v128.store(to, f32x4.mul(s3, f), 48);
  }
  for (; j < padded; j += 4) {
    let sum = f32x4.splat(0);
    let q = b + (<usize>j << 2);
    for (let c = 0; c < depth; c++) {
      sum = madd(sum, v128.load32_splat(a + (<usize>c << 2)), v128.load(q));
      q += line;
    }
    v128.store(out + (<usize>j << 2), f32x4.mul(sum, f));
  }
}

/**
 * Replaces scores[tokens] by their softmax, and sets the padding to zero. The greatest score is subtracted first, so
 * that nothing overflows.
 */
// @ts-ignore: decorator
@inline
function softmaxRow(scores: usize, tokens: i32, padded: i32): void {
  for (let j = tokens; j < padded; j++) store<f32>(scores + (<usize>j << 2), -Infinity);
  let most = v128.load(scores);
  for (let j = 4; j < padded; j += 4) most = f32x4.pmax(most, v128.load(scores + (<usize>j << 2)));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
  let sum = f32x4.splat(0);
  for (let j = 0; j < padded; j += 4) {
    const at = scores + (<usize>j << 2);
    const e = exponential(f32x4.sub(v128.load(at), most));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  for (let j = tokens; j < padded; j++) store<f32>(scores + (<usize>j << 2), 0);
  const inverse = f32x4.splat(1 / sumOfLanes(sum));
  for (let j = 0; j < padded; j += 4) {
    const at = scores + (<usize>j << 2);
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
}

/** Computes out[c] = Σ over j of weights[j] · v[j][c]. The rows of `v` are `row` bytes apart. */
// @ts-ignore: decorator
@inline
function mixRows(weights: usize, v: usize, row: usize, tokens: i32, depth: i32, out: usize): void {
  let c = 0;
  for (; c + 16 <= depth; c += 16) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let at = v + (<usize>c << 2);
    for (let j = 0; j < tokens; j++) {
      const w = v128.load32_splat(weights + (<usize>j << 2));
      s0 = madd(s0, w, v128.load(at));
      s1 = madd(s1, w, v128.load(at, 16));
      s2 = madd(s2, w, v128.load(at, 32));
      s3 = madd(s3, w, v128.load(at, 48));
      at += row;
    }
    const to = out + (<usize>c << 2);
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; c + 4 <= depth; c += 4) {
    let sum = f32x4.splat(0);
    let at = v + (<usize>c << 2);
    for (let j = 0; j < tokens; j++) {
      sum = madd(sum, v128.load32_splat(weights + (<usize>j << 2)), v128.load(at));
      at += row;
    }
    v128.store(out + (<usize>c << 2), sum);
  }
  for (; c < depth; c++) {
    let sum: f32 = 0;
    let at = v + (<usize>c << 2);
    for (let j = 0; j < tokens; j++) {
      sum += load<f32>(weights + (<usize>j << 2)) * load<f32>(at);
      at += row;
    }
    store<f32>(out + (<usize>c << 2), sum);
  }
}

/** Computes to[j] = a[j] · b[j]. */
// @ts-ignore: decorator
@inline
function productRow(a: usize, b: usize, padded: i32, to: usize): void {
  for (let j = 0; j < padded; j += 4) {
    const at = <usize>j << 2;
    v128.store(to + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
}

/**
 * Computes p = softmax(q kᵀ / √depth + bias) and out = (p ∘ drop) v.
 *
 * @param bias    0, or the address of bias[image][token]: the number of a token is added to all scores of its key.
 * @param drop    0, or the address of a factor for each probability, laid out as p: 0, or 1 / (1 − rate).
 * @param p       [image][head][token][padded].
 * @param out     [image · token][head · depth].
 * @param scratch Room for padded · (depth + 1) numbers.
 */
export function attention(
  qkv: usize, bias: usize, drop: usize, p: usize, out: usize, scratch: usize,
  images: i32, tokens: i32, padded: i32, heads: i32, depth: i32,
): void {
  const outRow = <usize>(heads * depth) << 2;
  const row = <usize>3 * outRow;
  const scale = <f32>(1 / Math.sqrt(<f64>depth));
  const dropped = scratch + (<usize>(padded * depth) << 2);
  for (let n = 0; n < images; n++) {
    for (let h = 0; h < heads; h++) {
      const q = qkv + <usize>(n * tokens) * row + (<usize>(h * depth) << 2);
      const k = q + outRow;
      const v = k + outRow;
      transposeHead(k, row, tokens, padded, depth, scratch);
      for (let i = 0; i < tokens; i++) {
        const offset = <usize>(((n * heads + h) * tokens + i) * padded) << 2;
        const scores = p + offset;
        rowProduct(q + <usize>i * row, scratch, padded, depth, scale, scores);
        if (bias) {
          const keys = bias + (<usize>(n * tokens) << 2);
          for (let j = 0; j < tokens; j++) {
            const at = <usize>j << 2;
            store<f32>(scores + at, load<f32>(scores + at) + load<f32>(keys + at));
          }
        }
        softmaxRow(scores, tokens, padded);
        if (drop) productRow(scores, drop + offset, padded, dropped);
        const to = out + <usize>(n * tokens + i) * outRow + (<usize>(h * depth) << 2);
        mixRows(drop ? dropped : scores, v, row, tokens, depth, to);
      }
    }
  }
}

/** Computes y[c] += w · x[c]. */
// @ts-ignore: decorator
@inline
function addRow(w: f32, x: usize, depth: i32, y: usize): void {
  const factor = f32x4.splat(w);
  let c = 0;
  for (; c + 4 <= depth; c += 4) {
    const at = <usize>c << 2;
    v128.store(y + at, madd(v128.load(y + at), factor, v128.load(x + at)));
  }
  for (; c < depth; c++) {
    const at = <usize>c << 2;
    store<f32>(y + at, load<f32>(y + at) + w * load<f32>(x + at));
  }
}

/**
 * Computes the gradient of `attention` with respect to qkv. With u = p ∘ drop and g = drop ∘ (dOut vᵀ):
 * dv = uᵀ dOut; ds = p ∘ (g − Σ over j of p g) / √depth; dq = ds k; dk = dsᵀ q.
 *
 * @param scratch Room for padded · (depth + 2) numbers.
 */
export function attentionGradient(
  qkv: usize, drop: usize, p: usize, dOut: usize, dqkv: usize, scratch: usize,
  images: i32, tokens: i32, padded: i32, heads: i32, depth: i32,
): void {
  const outRow = <usize>(heads * depth) << 2;
  const row = <usize>3 * outRow;
  const scale = f32x4.splat(<f32>(1 / Math.sqrt(<f64>depth)));
  const ds = scratch + (<usize>(padded * depth) << 2);
  const dropped = ds + (<usize>padded << 2);
  memory.fill(dqkv, 0, <usize>(images * tokens) * row);
  for (let n = 0; n < images; n++) {
    for (let h = 0; h < heads; h++) {
      const first = <usize>(n * tokens) * row + (<usize>(h * depth) << 2);
      const q = qkv + first, k = q + outRow, v = k + outRow;
      const dq = dqkv + first, dk = dq + outRow, dv = dk + outRow;
      transposeHead(v, row, tokens, padded, depth, scratch);
      for (let i = 0; i < tokens; i++) {
        const offset = <usize>(((n * heads + h) * tokens + i) * padded) << 2;
        const weights = p + offset;
        const out = dOut + <usize>(n * tokens + i) * outRow + (<usize>(h * depth) << 2);
        rowProduct(out, scratch, padded, depth, 1, ds); // the gradient of u
        if (drop) {
          productRow(ds, drop + offset, padded, ds);
          productRow(weights, drop + offset, padded, dropped);
        }
        const used = drop ? dropped : weights;
        let dot = f32x4.splat(0);
        for (let j = 0; j < padded; j += 4) {
          const at = <usize>j << 2;
          dot = madd(dot, v128.load(weights + at), v128.load(ds + at));
        }
        const mean = f32x4.splat(sumOfLanes(dot));
        for (let j = 0; j < padded; j += 4) {
          const at = <usize>j << 2;
          const from = f32x4.sub(v128.load(ds + at), mean);
          v128.store(ds + at, f32x4.mul(f32x4.mul(v128.load(weights + at), from), scale));
        }
        mixRows(ds, k, row, tokens, depth, dq + <usize>i * row);
        const query = q + <usize>i * row;
        let at: usize = 0;
        for (let j = 0; j < tokens; j++) {
          addRow(load<f32>(ds + (<usize>j << 2)), query, depth, dk + at);
          addRow(load<f32>(used + (<usize>j << 2)), out, depth, dv + at);
          at += row;
        }
      }
    }
  }
}
