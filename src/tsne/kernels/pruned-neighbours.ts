import {OFF, PAIRS, pairsWithin, WHOLE} from "./bounds";
import {keepNearest} from "./neighbours";
import {at} from "./vector";

/**
 * Neighbours by the same arithmetic as neighbours.ts, bit for bit, but of most pairs only a bound is computed (bounds.ts),
 * and of each pair once for both.
 *
 * Places are rows in an order that keeps near ones together, in blocks. `state` is three arrays of [8 · panels]: how many
 * candidates a place holds (i32), its threshold (f32, the k-th nearest seen), and its limit for bounds (i32). Lists:
 * [places][2][capacity], distances and then rows.
 */

/** Distances are computed of so many at a time: one alone would wait for each of its additions. */
const GROUP: i32 = 8;

/**
 * Task: block `firsts[task]` and block `firsts[task] ^ phase`, each pair once for both; phase 0: the block with
 * itself. No two tasks of a phase share a block, so lists have one writer; and blocks that differ in low bits are
 * near each other, so that thresholds are low soon. `error`: how far a computed distance may be from the true one, as a
 * share of the sum of the row's norm and `largest`, the greatest. Scratch of a thread: 16 · (blockRows + 8) +
 * capacity · 4 + 1,152 bytes; blockRows a multiple of 8, capacity ≥ k + 8.
 */
export function compareBlocks(
  task: i32, thread: i32, firsts: usize, phase: i32, blockRows: i32, bounds: usize, boundNorms: usize, x: usize,
  stride: i32, placeNorms: usize, order: usize, rows: i32, k: i32, capacity: i32, unit: f32, error: f32, largest: f32,
  lists: usize, state: usize, scratch: usize, scratchSize: i32,
): void {
  const pending = scratch + <usize>thread * <usize>scratchSize, pendingRow = <usize>(blockRows + 8) << 2;
  const waiting = pending + 4 * pendingRow, spare = waiting + 16;
  const room = (rows + 7) & ~7, limits = at(state, 2 * room);
  const own = load<i32>(at(firsts, task)), other = own ^ phase;
  const from = own * blockRows, to = min(rows, from + blockRows);
  const lastPanel = min(room, (other + 1) * blockRows) >> 3;
  for (let first = from; first < to; first += 4) {
    const a = bounds + <usize>((first >> 3) * PAIRS * 32 + (first & 4) * 4);
    v128.store(waiting, i32x4.splat(0));
    for (let p = phase ? (other * blockRows) >> 3 : first >> 3; p < lastPanel; p++) {
      let bits = pairsWithin(
        a, at(boundNorms, first), at(limits, first), bounds + <usize>(p * PAIRS * 32), at(boundNorms, p * 8),
        at(limits, p * 8),
      );
      if (p == first >> 3) bits &= first & 4 ? 0x80c0e0 : 0xf0f8fcfe; // of a row's own panel the places after it
      for (; bits; bits &= bits - 1) {
        const bit = <i32>ctz(bits), r = bit >> 3, count = load<i32>(at(waiting, r));
        store<i32>(at(pending + <usize>r * pendingRow, count), p * 8 + (bit & 7));
        store<i32>(at(waiting, r), count + 1);
      }
    }
    for (let r = 0; r < 4; r++) {
      const count = load<i32>(at(waiting, r)), list = pending + <usize>r * pendingRow;
      for (let e = count; e < count + GROUP - 1; e++) store<i32>(at(list, e), first + r);
      for (let g = 0; g < count; g += GROUP) {
        take(
          x, stride, placeNorms, order, first + r, at(list, g), min(GROUP, count - g), k, capacity, unit,
          error * largest, error, boundNorms, lists, state, room, spare,
        );
      }
    }
  }
}

/** Task: 32 places. Their k nearest, of equal distances the lower row, by rising row. Out: [rows][k] each, by row. */
export function gatherNearest(
  task: i32, thread: i32, order: usize, rows: i32, k: i32, capacity: i32, lists: usize, state: usize, distances: usize,
  indices: usize, scratch: usize, scratchSize: i32,
): void {
  const spare = scratch + <usize>thread * <usize>scratchSize, shift = max(0, 24 - clz(rows)); // 256 buckets
  for (let place = task * 32, last = min(rows, place + 32); place < last; place++) {
    const list = lists + (<usize>place * <usize>capacity << 3), ids = at(list, capacity);
    const count = load<i32>(at(state, place)), row = load<i32>(at(order, place));
    if (count > k) nearest(list, ids, count, k, spare);
    sortByIndex(list, ids, k, shift, spare, at(distances, row * k), at(indices, row * k));
  }
}

/** A candidate more for a place. When its list is full, the k nearest stay and the k-th is the threshold. */
function hold(
  place: i32, distance: f32, row: i32, k: i32, capacity: i32, unit: f32, slack: f32, placeNorms: usize, error: f32,
  boundNorms: usize, lists: usize, state: usize, room: i32, spare: usize,
): void {
  const list = lists + (<usize>place * <usize>capacity << 3), ids = at(list, capacity), held = at(state, place);
  const count = load<i32>(held);
  store<f32>(at(list, count), distance);
  store<i32>(at(ids, count), row);
  store<i32>(held, count + 1);
  if (count + 1 < capacity) return;
  const threshold = nearest(list, ids, capacity, k, spare);
  store<i32>(held, k);
  store<f32>(at(state, room + place), threshold);
  const reach = Math.sqrt(threshold + slack + error * load<f32>(at(placeNorms, place))) * unit + OFF;
  const limit = load<i32>(at(boundNorms, place)) - <i32>min<f64>(WHOLE, reach * reach) - 1;
  store<i32>(at(state, 2 * room + place), limit);
}

/**
 * Computes the distances of eight places; of the first `count`, the place keeps those no farther than its threshold, and
 * they it, if it is no farther than theirs.
 */
function take(
  x: usize, stride: i32, placeNorms: usize, order: usize, place: i32, list: usize, count: i32, k: i32,
  capacity: i32, unit: f32, slack: f32, error: f32, boundNorms: usize, lists: usize, state: usize, room: i32,
  spare: usize,
): void {
  const row = <usize>stride << 2, norm = v128.load32_splat(at(placeNorms, place));
  const p0 = load<i32>(list), p1 = load<i32>(list, 4), p2 = load<i32>(list, 8), p3 = load<i32>(list, 12);
  const p4 = load<i32>(list, 16), p5 = load<i32>(list, 20), p6 = load<i32>(list, 24), p7 = load<i32>(list, 28);
  let a = x + <usize>place * row;
  const end = a + row;
  let b0 = x + <usize>p0 * row, b1 = x + <usize>p1 * row, b2 = x + <usize>p2 * row, b3 = x + <usize>p3 * row;
  let b4 = x + <usize>p4 * row, b5 = x + <usize>p5 * row, b6 = x + <usize>p6 * row, b7 = x + <usize>p7 * row;
  let s = f32x4.splat(0), t = s;
  while (a < end) { // sums run over the columns one by one, as in blockDistances: the same bits
    let u0 = v128.load(b0), u1 = v128.load(b1), u2 = v128.load(b2), u3 = v128.load(b3);
    let v0 = v128.load(b4), v1 = v128.load(b5), v2 = v128.load(b6), v3 = v128.load(b7);
    let q0 = v128.shuffle<f32>(u0, u1, 0, 4, 1, 5), q1 = v128.shuffle<f32>(u2, u3, 0, 4, 1, 5);
    let r0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), r1 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
    let w = v128.load32_splat(a);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 0, 2), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 0, 2), w));
    w = v128.load32_splat(a, 4);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 1, 3), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 1, 3), w));
    q0 = v128.shuffle<f32>(u0, u1, 2, 6, 3, 7); q1 = v128.shuffle<f32>(u2, u3, 2, 6, 3, 7);
    r0 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7); r1 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
    w = v128.load32_splat(a, 8);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 0, 2), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 0, 2), w));
    w = v128.load32_splat(a, 12);
    s = f32x4.add(s, f32x4.mul(v128.shuffle<f64>(q0, q1, 1, 3), w));
    t = f32x4.add(t, f32x4.mul(v128.shuffle<f64>(r0, r1, 1, 3), w));
    a += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16; b4 += 16; b5 += 16; b6 += 16; b7 += 16;
  }
  const m = f32x4(load<f32>(at(placeNorms, p0)), load<f32>(at(placeNorms, p1)), load<f32>(at(placeNorms, p2)), load<f32>(at(placeNorms, p3)));
  const n = f32x4(load<f32>(at(placeNorms, p4)), load<f32>(at(placeNorms, p5)), load<f32>(at(placeNorms, p6)), load<f32>(at(placeNorms, p7)));
  const zero = f32x4.splat(0), two = f32x4.splat(-2);
  v128.store(spare, f32x4.max(zero, f32x4.add(f32x4.add(norm, m), f32x4.mul(two, s))));
  v128.store(spare, f32x4.max(zero, f32x4.add(f32x4.add(norm, n), f32x4.mul(two, t))), 16);
  const thresholds = at(state, room), row0 = load<i32>(at(order, place));
  for (let l = 0; l < count; l++) {
    const other = load<i32>(at(list, l)), d = load<f32>(at(spare, l));
    if (d <= load<f32>(at(thresholds, place))) {
      hold(
        place, d, load<i32>(at(order, other)), k, capacity, unit, slack, placeNorms, error, boundNorms, lists, state,
        room, at(spare, 8),
      );
    }
    if (d <= load<f32>(at(thresholds, other))) {
      hold(
        other, d, row0, k, capacity, unit, slack, placeNorms, error, boundNorms, lists, state, room, at(spare, 8),
      );
    }
  }
}

/**
 * What `keepNearest` does, but in any order, and in less time: halves the range in which the k-th distance lies (of numbers
 * from 0 on, the order is that of their bits) until k are within. @returns A threshold with the k-th and not the next.
 */
function nearest(list: usize, ids: usize, count: i32, k: i32, spare: usize): f32 {
  const padded = (count + 3) & ~3;
  for (let e = count; e < padded; e++) store<f32>(at(list, e), Infinity);
  let low: i32 = i32.MAX_VALUE, high: i32 = 0;
  for (let e = 0; e < count; e++) {
    low = min(low, load<i32>(at(list, e)));
    high = max(high, load<i32>(at(list, e)));
  }
  low--; // fewer than k are within this, k or more within the other
  let middle = low + (high - low) / 2;
  for (; ;) {
    const limit = i32x4.splat(middle);
    let sum = i32x4.splat(0);
    for (let e = 0; e < padded; e += 4) sum = i32x4.sub(sum, i32x4.le_s(v128.load(at(list, e)), limit));
    const both = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
    const within = i32x4.extract_lane(both, 0) + i32x4.extract_lane(both, 1);
    if (within == k) break;
    if (within < k) low = middle;
    else high = middle;
    if (high - low < 2) return keepNearest(list, ids, count, k, spare); // equal distances, of which some must go
    middle = low + (high - low) / 2;
  }
  const limit = reinterpret<f32>(middle);
  for (let e = 0, kept = 0; e < count; e++) {
    const d = load<f32>(at(list, e));
    store<f32>(at(list, kept), d);
    store<i32>(at(ids, kept), load<i32>(at(ids, e)));
    kept += i32(d <= limit);
  }
  return limit;
}

/** Both lists by rising index: into buckets of `1 << shift` indices, and by insertion. Scratch: 1,028 bytes. */
function sortByIndex(list: usize, ids: usize, count: i32, shift: i32, spare: usize, distances: usize, indices: usize): void {
  memory.fill(spare, 0, 1028);
  for (let e = 0; e < count; e++) {
    const bucket = at(spare, (load<i32>(at(ids, e)) >> shift) + 1);
    store<i32>(bucket, load<i32>(bucket) + 1);
  }
  for (let b = 1; b < 256; b++) store<i32>(at(spare, b), load<i32>(at(spare, b)) + load<i32>(at(spare, b - 1)));
  for (let e = 0; e < count; e++) {
    const id = load<i32>(at(ids, e)), next = at(spare, id >> shift), place = load<i32>(next);
    store<i32>(next, place + 1);
    store<i32>(at(indices, place), id);
    store<f32>(at(distances, place), load<f32>(at(list, e)));
  }
  for (let e = 1; e < count; e++) {
    const id = load<i32>(at(indices, e)), d = load<f32>(at(distances, e));
    let place = e;
    for (; place > 0 && load<i32>(at(indices, place - 1)) > id; place--) {
      store<i32>(at(indices, place), load<i32>(at(indices, place - 1)));
      store<f32>(at(distances, place), load<f32>(at(distances, place - 1)));
    }
    store<i32>(at(indices, place), id);
    store<f32>(at(distances, place), d);
  }
}
