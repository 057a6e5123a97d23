import {madd, sumsOfLanes} from "./simd";
import {placeStride, transformGradient, transformInput} from "./winograd-transforms";

/**
 * Adds this group's gradient with respect to the transformed weights to its slot. At each of the 36 places, it computes
 * p[k][c] += Σ_squares (A dy Aᵀ)[k] · (Bᵀ x B)[c] and sums over the lanes. `winogradFinish` then makes the weights'
 * gradient of it. The kernel reads 4 · ⌈height / 4⌉ rows and 4 · ⌈width / 4⌉ columns of `dy`; beyond its height and
 * width, `dy` must be 0.
 *
 * @param p f32 [slot][36][outputs, rounded up to twos][inputs, rounded up to fours], places `placeStride` apart.
 * @param v Scratch, [36][inputs, rounded up to fours][capacity][4]; its spare channels are 0.
 * @param d Scratch likewise, for the outputs, rounded up to twos.
 * @param strip As in `winogradConvolve`.
 * @param ready Whether `winogradConvolve` left the transformed input in `v`.
 */
export function winogradWeightGradient(
  x: usize, row: usize, plane: usize, inputs: i32, dy: usize, dRow: usize, dPlane: usize, outputs: i32,
  height: i32, width: i32, p: usize, slots: i32, slotStride: usize, capacity: i32, v: usize, d: usize, strip: usize, ready: i32,
  group: i32, groups: i32, job: usize,
): void {
  p += <usize>(group % slots) * slotStride;
  const across = (width + 3) >> 2, down = (height + 3) >> 2;
  const rows = capacity / across;
  const fours = (inputs + 3) & ~3, twos = (outputs + 1) & ~1;
  const channel = <usize>capacity << 4;
  const vPlace = placeStride(channel * fours), dPlace = placeStride(channel * twos);
  const pPlace = placeStride(<usize>(fours * twos) << 2);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let ty = 0; ty < here; ty++) {
      const at = <usize>(ty * across) << 4;
      const y = <usize>(4 * (first + ty));
      for (let c = 0; c < inputs && !ready; c++) {
        transformInput(x + <usize>c * plane + y * row, row, across, strip, v + <usize>c * channel + at, vPlace);
      }
      for (let k = 0; k < outputs; k++) {
        transformGradient(dy + <usize>k * dPlane + y * dRow, dRow, across, strip, d + <usize>k * channel + at, dPlace);
      }
    }
    for (let place = 0; place < 36; place++) {
      addPlace(
        v + <usize>place * vPlace, d + <usize>place * dPlace, channel, <usize>(here * across) << 4,
        p + <usize>place * pPlace, inputs, twos,
      );
    }
  }
}

/**
 * Computes one place in tiles of 2 outputs by 4 inputs. If one or two inputs are left over, their tiles are 4 outputs
 * by 2 inputs.
 */
function addPlace(v: usize, d: usize, channel: usize, length: usize, p: usize, inputs: i32, outputs: i32): void {
  const row = (<usize>(inputs + 3) & ~3) << 2;
  const narrow = (inputs & 3) == 1 || (inputs & 3) == 2;
  const wide = narrow ? inputs & ~3 : inputs;
  for (let k = 0; k < outputs; k += 2) {
    let vc = v, q = p + <usize>k * row;
    for (let c = 0; c < wide; c += 4) {
      addProducts2x4(vc, d + <usize>k * channel, channel, length, q, row);
      vc += channel << 2;
      q += 16;
    }
  }
  if (!narrow) return;
  v += <usize>wide * channel;
  p += <usize>wide << 2;
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    addProducts4x2(v, d + <usize>k * channel, channel, length, p + <usize>k * row, row);
  }
  if (k < outputs) addProducts2x4(v, d + <usize>k * channel, channel, length, p + <usize>k * row, row);
}

// @ts-ignore: decorator
@inline
function addProducts4x2(v: usize, d: usize, channel: usize, length: usize, p: usize, row: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const two = channel << 1, three = channel * 3;
  for (const end = v + length; v < end; v += 16, d += 16) {
    const x = v128.load(v), y = v128.load(v + channel);
    let e = v128.load(d);
    a0 = madd(a0, x, e);
    a1 = madd(a1, y, e);
    e = v128.load(d + channel);
    b0 = madd(b0, x, e);
    b1 = madd(b1, y, e);
    e = v128.load(d + two);
    c0 = madd(c0, x, e);
    c1 = madd(c1, y, e);
    e = v128.load(d + three);
    d0 = madd(d0, x, e);
    d1 = madd(d1, y, e);
  }
  addPairs(sumsOfLanes(a0, a1, b0, b1), p, row);
  addPairs(sumsOfLanes(c0, c1, d0, d1), p + 2 * row, row);
}

/** Adds two numbers to each of two rows. */
// @ts-ignore: decorator
@inline
function addPairs(v: v128, p: usize, row: usize): void {
  const sums = f32x4.add(v128.load_lane<u64>(p + row, v128.load64_zero(p), 1), v);
  v128.store_lane<u64>(p, sums, 0);
  v128.store_lane<u64>(p + row, sums, 1);
}

/** Adds the products of two outputs and four inputs, summed over all squares. */
// @ts-ignore: decorator
@inline
function addProducts2x4(v: usize, d: usize, channel: usize, length: usize, p: usize, pRow: usize): void {
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
