import {madd, sumsOfLanes} from "./simd";
import {convolveRow1, convolveRow2, convolveRow3, convolveRow4} from "./tiles";

/**
 * A 3 x 3 convolution in steps of 1 by 2.25 times fewer multiplications: F(2 x 2, 3 x 3) of Winograd's minimal filtering
 * (Lavin & Gray 2016, section 4.1). Squares of 4 x 4 inputs, 2 apart, are transformed; at each of their 16 places
 * outputs are sums over channels alone; a transform back gives 2 x 2 outputs each. Some rows of squares at a time, so
 * that what lies between the transforms stays in the cache.
 *
 * Reads 2 · ⌈height / 2⌉ + 2 rows from `x` on, and as many columns; what lies beyond the convolution's own input may be
 * anything.
 *
 * @param u Transformed weights by `winogradWeights`.
 * @param channelOffsets u32 [inputs]: channel c's first byte among a place's transformed inputs, c · capacity · 16.
 * @param capacity Squares that the scratch memory holds: a whole number of rows.
 * @param v Scratch, [16][inputs][capacity][4]. @param m Scratch, [16][outputs][capacity][4].
 * @param epilogue As in `convolve`.
 */
export function winogradConvolve(
  x: usize, row: usize, plane: usize, inputs: i32, u: usize, bias: usize, outputs: i32,
  out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
  mask: usize, mRow: usize, mPlane: usize, epilogue: i32,
  channelOffsets: usize, capacity: i32, v: usize, m: usize, zeros: usize,
): void {
  const across = (width + 1) >> 1, down = (height + 1) >> 1;
  const rows = capacity / across;
  const vPlace = <usize>(inputs * capacity) << 4, mChannel = <usize>capacity << 4, mPlace = mChannel * outputs;
  const uPlace = <usize>(inputs * outputs) << 2;
  const offsetsEnd = channelOffsets + (<usize>inputs << 2);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let c = 0; c < inputs; c++) {
      let q = v + ((<usize>c * capacity) << 4);
      for (let ty = first; ty < first + here; ty++) {
        let p = x + <usize>c * plane + <usize>(2 * ty) * row;
        for (let tx = 0; tx < across; tx++) {
          transformInput(p, row, q, vPlace);
          p += 32;
          q += 16;
        }
      }
    }
    const squares = here * across;
    for (let place = 0; place < 16; place++) {
      const vp = v + <usize>place * vPlace;
      let wp = u + <usize>place * uPlace, mp = m + <usize>place * mPlace;
      for (let k = 0; k < outputs; k += 4) {
        switch (outputs - k) {
          case 1: convolveRow1(vp, 16, channelOffsets, offsetsEnd, wp, zeros, mp, mChannel, 0, 0, 0, squares); break;
          case 2: convolveRow2(vp, 16, channelOffsets, offsetsEnd, wp, zeros, mp, mChannel, 0, 0, 0, squares); break;
          case 3: convolveRow3(vp, 16, channelOffsets, offsetsEnd, wp, zeros, mp, mChannel, 0, 0, 0, squares); break;
          default: convolveRow4(vp, 16, channelOffsets, offsetsEnd, wp, zeros, mp, mChannel, 0, 0, 0, squares);
        }
        wp += <usize>inputs << 4;
        mp += mChannel << 2;
      }
    }
    for (let k = 0; k < outputs; k++) {
      const b = v128.load32_splat(bias + (<usize>k << 2));
      let q = m + <usize>k * mChannel;
      for (let ty = first; ty < first + here; ty++) {
        const bottom = 2 * ty + 1 < height;
        let op = out + <usize>k * oPlane + <usize>(2 * ty) * oRow;
        let mp = mask + <usize>k * mPlane + <usize>(2 * ty) * mRow;
        for (let tx = 0; tx < across; tx++) {
          transformOutput(q, mPlace, b, op, oRow, mp, mRow, epilogue, bottom, 2 * tx + 1 < width);
          q += 16;
          op += 32;
          mp += 32;
        }
      }
    }
  }
}

/** Bᵀ d B, row by row of the result: rows are loaded twice, but nothing spills. */
// @ts-ignore: decorator
@inline
function transformInput(p: usize, row: usize, q: usize, place: usize): void {
  const p1 = p + row, p2 = p1 + row, p3 = p2 + row;
  storeRow(
    f32x4.sub(v128.load(p), v128.load(p2)), f32x4.sub(v128.load(p, 16), v128.load(p2, 16)),
    f32x4.sub(v128.load(p, 32), v128.load(p2, 32)), f32x4.sub(v128.load(p, 48), v128.load(p2, 48)), q, place,
  );
  storeRow(
    f32x4.add(v128.load(p1), v128.load(p2)), f32x4.add(v128.load(p1, 16), v128.load(p2, 16)),
    f32x4.add(v128.load(p1, 32), v128.load(p2, 32)), f32x4.add(v128.load(p1, 48), v128.load(p2, 48)), q + 4 * place, place,
  );
  storeRow(
    f32x4.sub(v128.load(p2), v128.load(p1)), f32x4.sub(v128.load(p2, 16), v128.load(p1, 16)),
    f32x4.sub(v128.load(p2, 32), v128.load(p1, 32)), f32x4.sub(v128.load(p2, 48), v128.load(p1, 48)), q + 8 * place, place,
  );
  storeRow(
    f32x4.sub(v128.load(p1), v128.load(p3)), f32x4.sub(v128.load(p1, 16), v128.load(p3, 16)),
    f32x4.sub(v128.load(p1, 32), v128.load(p3, 32)), f32x4.sub(v128.load(p1, 48), v128.load(p3, 48)), q + 12 * place, place,
  );
}

// @ts-ignore: decorator
@inline
function storeRow(t0: v128, t1: v128, t2: v128, t3: v128, q: usize, place: usize): void {
  v128.store(q, f32x4.sub(t0, t2));
  v128.store(q + place, f32x4.add(t1, t2));
  v128.store(q + 2 * place, f32x4.sub(t2, t1));
  v128.store(q + 3 * place, f32x4.sub(t1, t3));
}

/** Aᵀ m A + bias, and the epilogue, for those of the four outputs that are there. */
// @ts-ignore: decorator
@inline
function transformOutput(
  q: usize, place: usize, bias: v128, out: usize, oRow: usize, mask: usize, mRow: usize, epilogue: i32,
  bottom: bool, right: bool,
): void {
  const q1 = q + 4 * place, q2 = q1 + 4 * place, q3 = q2 + 4 * place;
  const a0 = above(q, q1, q2), b0 = below(q1, q2, q3);
  const a1 = above(q + place, q1 + place, q2 + place), b1 = below(q1 + place, q2 + place, q3 + place);
  const c2 = place << 1, c3 = place * 3;
  const a2 = above(q + c2, q1 + c2, q2 + c2), b2 = below(q1 + c2, q2 + c2, q3 + c2);
  const a3 = above(q + c3, q1 + c3, q2 + c3), b3 = below(q1 + c3, q2 + c3, q3 + c3);
  storeOutput(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, bias)), out, mask, epilogue);
  if (right) storeOutput(f32x4.sub(f32x4.sub(a1, a2), f32x4.sub(a3, bias)), out + 16, mask + 16, epilogue);
  if (!bottom) return;
  storeOutput(f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, bias)), out + oRow, mask + mRow, epilogue);
  if (right) storeOutput(f32x4.sub(f32x4.sub(b1, b2), f32x4.sub(b3, bias)), out + oRow + 16, mask + mRow + 16, epilogue);
}

// @ts-ignore: decorator
@inline
function above(m0: usize, m1: usize, m2: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(m0), v128.load(m1)), v128.load(m2));
}

// @ts-ignore: decorator
@inline
function below(m1: usize, m2: usize, m3: usize): v128 {
  return f32x4.sub(f32x4.sub(v128.load(m1), v128.load(m2)), v128.load(m3));
}

// @ts-ignore: decorator
@inline
function storeOutput(value: v128, out: usize, mask: usize, epilogue: i32): void {
  const zero = f32x4.splat(0);
  if (epilogue == 1) v128.store(out, f32x4.max(value, zero));
  else if (epilogue == 2) v128.store(out, v128.and(value, f32x4.gt(v128.load(mask), zero)));
  else v128.store(out, value);
}

/**
 * Transforms weights, G g Gᵀ: `forward` as they are, `back` turned by half a circle and from outputs to inputs, as the
 * input's gradient needs them. Both f32 [16], each packed as the weights of a 1 x 1 convolution.
 */
export function winogradWeights(
  w: usize, inputs: i32, outputs: i32, forward: usize, back: usize, part: i32, parts: i32, job: usize,
): void {
  const whole = outputs & ~3;
  const place = <usize>(inputs * outputs) << 2;
  for (let k = part; k < outputs; k += parts) {
    const lanes = k < whole ? 4 : outputs - whole;
    const step = <usize>lanes << 2;
    for (let c = 0; c < inputs; c++) {
      const p = w + (<usize>((k & ~3) * inputs * 9 + c * 9 * lanes + (k & 3)) << 2);
      transformWeights(p, <isize>step, forward + packed(inputs, outputs, c, k), place);
      transformWeights(p + 8 * step, -<isize>step, back + packed(outputs, inputs, k, c), place);
    }
  }
}

/** Byte of weight (c, k) in a 1 x 1 convolution's packed weights. */
// @ts-ignore: decorator
@inline
function packed(inputs: i32, outputs: i32, c: i32, k: i32): usize {
  const whole = outputs & ~3;
  const lanes = k < whole ? 4 : outputs - whole;
  return <usize>((k & ~3) * inputs + c * lanes + (k & 3)) << 2;
}

/** One 3 x 3 kernel, its weights `step` bytes apart. */
function transformWeights(p: usize, step: isize, q: usize, place: usize): void {
  for (let i = 0; i < 4; i++) {
    const r0 = column(p, step, 0, i), r1 = column(p, step, 1, i), r2 = column(p, step, 2, i);
    store<f32>(q, r0);
    store<f32>(q + place, <f32>0.5 * (r0 + r1 + r2));
    store<f32>(q + 2 * place, <f32>0.5 * (r0 - r1 + r2));
    store<f32>(q + 3 * place, r2);
    q += 4 * place;
  }
}

/** Row i of G g, column j. */
// @ts-ignore: decorator
@inline
function column(p: usize, step: isize, j: i32, i: i32): f32 {
  const g0 = load<f32>(p + <usize>(step * j)), g1 = load<f32>(p + <usize>(step * (3 + j)));
  const g2 = load<f32>(p + <usize>(step * (6 + j)));
  if (i == 0) return g0;
  if (i == 1) return <f32>0.5 * (g0 + g1 + g2);
  if (i == 2) return <f32>0.5 * (g0 - g1 + g2);
  return g2;
}

/**
 * Adds this group's gradient with respect to transformed weights to its slot: at each of the 16 places,
 * p[k][c] += Σ_squares (A dy Aᵀ)[k] · (Bᵀ x B)[c], lanes summed. `winogradFinish` makes the weights' gradient of it.
 * Reads an even number of rows and columns of `dy`: what lies behind it must be 0.
 *
 * @param p f32 [slot][16][outputs, in twos][inputs, in fours], a cache line after each place.
 * @param v Scratch, [16][inputs, in fours][capacity][4], spare channels 0. @param d Likewise, outputs in twos.
 */
export function winogradWeightGradient(
  x: usize, row: usize, plane: usize, inputs: i32, dy: usize, dRow: usize, dPlane: usize, outputs: i32,
  height: i32, width: i32, p: usize, slots: i32, slotStride: usize, capacity: i32, v: usize, d: usize,
  group: i32, groups: i32, job: usize,
): void {
  p += <usize>(group % slots) * slotStride;
  const across = (width + 1) >> 1, down = (height + 1) >> 1;
  const rows = capacity / across;
  const fours = (inputs + 3) & ~3, twos = (outputs + 1) & ~1;
  const channel = <usize>capacity << 4;
  const vPlace = channel * fours, dPlace = channel * twos;
  const pRow = <usize>fours << 2;
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let c = 0; c < inputs; c++) {
      let q = v + <usize>c * channel;
      for (let ty = first; ty < first + here; ty++) {
        let from = x + <usize>c * plane + <usize>(2 * ty) * row;
        for (let tx = 0; tx < across; tx++, from += 32, q += 16) transformInput(from, row, q, vPlace);
      }
    }
    for (let k = 0; k < outputs; k++) {
      let q = d + <usize>k * channel;
      for (let ty = first; ty < first + here; ty++) {
        let from = dy + <usize>k * dPlane + <usize>(2 * ty) * dRow;
        for (let tx = 0; tx < across; tx++, from += 32, q += 16) transformGradient(from, dRow, q, dPlace);
      }
    }
    const length = <usize>(here * across) << 4;
    const pPlace = gradientPlace(fours, twos);
    for (let place = 0; place < 16; place++) {
      for (let k = 0; k < twos; k += 2) {
        const dk = d + <usize>place * dPlace + <usize>k * channel;
        let vc = v + <usize>place * vPlace, q = p + <usize>place * pPlace + <usize>k * pRow;
        for (let c = 0; c < fours; c += 4) {
          addProducts(vc, dk, channel, length, q, pRow);
          vc += channel << 2;
          q += 16;
        }
      }
    }
  }
}

/** Bytes from a place to the next: a cache line more than it takes, or all would fall into the same few sets. */
// @ts-ignore: decorator
@inline
function gradientPlace(fours: i32, twos: i32): usize {
  return (<usize>(fours * twos) << 2) + 64;
}

/** Two outputs by four inputs, over all squares. */
// @ts-ignore: decorator
@inline
function addProducts(v: usize, d: usize, channel: usize, length: usize, p: usize, pRow: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const v1 = channel, v2 = channel << 1, v3 = channel * 3;
  for (const end = v + length; v < end; v += 16, d += 16) {
    const e = v128.load(d), f = v128.load(d + channel);
    let x = v128.load(v);
    a0 = madd(a0, x, e);
    b0 = madd(b0, x, f);
    x = v128.load(v + v1);
    a1 = madd(a1, x, e);
    b1 = madd(b1, x, f);
    x = v128.load(v + v2);
    a2 = madd(a2, x, e);
    b2 = madd(b2, x, f);
    x = v128.load(v + v3);
    a3 = madd(a3, x, e);
    b3 = madd(b3, x, f);
  }
  v128.store(p, f32x4.add(v128.load(p), sumsOfLanes(a0, a1, a2, a3)));
  v128.store(p + pRow, f32x4.add(v128.load(p + pRow), sumsOfLanes(b0, b1, b2, b3)));
}

/** A dy Aᵀ of a 2 x 2 square. */
// @ts-ignore: decorator
@inline
function transformGradient(p: usize, row: usize, q: usize, place: usize): void {
  const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p + row), d = v128.load(p + row, 16);
  storeGradientRow(a, b, q, place);
  storeGradientRow(f32x4.add(a, c), f32x4.add(b, d), q + 4 * place, place);
  storeGradientRow(f32x4.sub(a, c), f32x4.sub(b, d), q + 8 * place, place);
  storeGradientRow(f32x4.neg(c), f32x4.neg(d), q + 12 * place, place);
}

// @ts-ignore: decorator
@inline
function storeGradientRow(left: v128, right: v128, q: usize, place: usize): void {
  v128.store(q, left);
  v128.store(q + place, f32x4.add(left, right));
  v128.store(q + 2 * place, f32x4.sub(left, right));
  v128.store(q + 3 * place, f32x4.neg(right));
}

/** Sums the slots in slot order, empties them, and takes the sums back to the weights' own gradient: Gᵀ p G. */
export function winogradFinish(
  p: usize, slots: i32, slotStride: usize, inputs: i32, outputs: i32, g: usize, part: i32, parts: i32, job: usize,
): void {
  const fours = (inputs + 3) & ~3, twos = (outputs + 1) & ~1;
  const place = gradientPlace(fours, twos);
  const whole = outputs & ~3;
  const half = f32x4.splat(0.5);
  for (let k = part; k < outputs; k += parts) {
    const lanes = k < whole ? 4 : outputs - whole;
    const tap = <usize>lanes << 2;
    for (let c = 0; c < inputs; c += 4) {
      const from = p + (<usize>(k * fours + c) << 2);
      const q = g + (<usize>((k & ~3) * inputs * 9 + c * 9 * lanes + (k & 3)) << 2);
      for (let j = 0; j < 3; j++) {
        // Column j of p G: four rows, four inputs in the lanes.
        const r0 = gradientColumn(from, slots, slotStride, place, j);
        const r1 = gradientColumn(from + 4 * place, slots, slotStride, place, j);
        const r2 = gradientColumn(from + 8 * place, slots, slotStride, place, j);
        const r3 = gradientColumn(from + 12 * place, slots, slotStride, place, j);
        const middle = f32x4.mul(half, f32x4.add(r1, r2));
        const last = inputs - c;
        storeTap(f32x4.add(r0, middle), q + tap * j, tap * 9, last);
        storeTap(f32x4.mul(half, f32x4.sub(r1, r2)), q + tap * (3 + j), tap * 9, last);
        storeTap(f32x4.add(middle, r3), q + tap * (6 + j), tap * 9, last);
      }
      for (let i = 0; i < 16; i++) {
        let q0 = from + <usize>i * place;
        for (let s = 1; s < slots; s++) v128.store((q0 += slotStride), f32x4.splat(0));
        v128.store(from + <usize>i * place, f32x4.splat(0));
      }
    }
  }
}

/** Column j of one row of p G; at the first column the slots are summed, into the first of them. */
// @ts-ignore: decorator
@inline
function gradientColumn(p: usize, slots: i32, slotStride: usize, place: usize, j: i32): v128 {
  if (j == 0) {
    for (let i = 0; i < 4; i++) {
      const at = p + <usize>i * place;
      let sum = v128.load(at), q = at;
      for (let s = 1; s < slots; s++) sum = f32x4.add(sum, v128.load((q += slotStride)));
      v128.store(at, sum);
    }
  }
  const half = f32x4.splat(0.5);
  const p1 = v128.load(p + place), p2 = v128.load(p + 2 * place);
  if (j == 1) return f32x4.mul(half, f32x4.sub(p1, p2));
  const middle = f32x4.mul(half, f32x4.add(p1, p2));
  return f32x4.add(v128.load(j == 0 ? p : p + 3 * place), middle);
}

/** Lane i's number goes to input i's weight, `step` bytes after the one before; inputs past the last have none. */
// @ts-ignore: decorator
@inline
function storeTap(v: v128, q: usize, step: usize, inputs: i32): void {
  store<f32>(q, f32x4.extract_lane(v, 0));
  if (inputs > 1) store<f32>(q + step, f32x4.extract_lane(v, 1));
  if (inputs > 2) store<f32>(q + 2 * step, f32x4.extract_lane(v, 2));
  if (inputs > 3) store<f32>(q + 3 * step, f32x4.extract_lane(v, 3));
}
