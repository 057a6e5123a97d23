import {OFF, PAIRS, pairsWithin, placesWithin, SPARE, WHOLE, wholeStride} from "./bounds";
import {nearest, sortByIndex} from "./candidates";
import {at} from "./vector";

/**
 * Finds the same neighbours as neighbours.ts, bit for bit, but computes only a bound for most pairs (bounds.ts), and
 * handles each pair once for both rows.
 *
 * A place is the position of a row in an order that keeps near rows together; neighbouring places make up a block.
 * `state` is six arrays of [8 · panels]: how many candidates a place holds (i32); its threshold (f32), the distance of
 * the k-th nearest row seen so far; its limits for bounds by the leading columns and by all columns (i32); and the
 * norms of the rounded numbers of both (i32). Lists are [places][2][capacity]: first distances, then rows.
 */

/** How many distances are computed at a time. A single one would have to wait for each of its additions. */
const GROUP: i32 = 8;
/** How many parts a block has that is compared with itself: a power of two. */
const PARTS: i32 = 8;

/**
 * Computes the first thresholds. `guesses` [rows][k] has k different other rows for each row, which may be near. The
 * threshold is the distance to the farthest of them: the k nearest rows cannot be farther. `places` has the place of
 * each row. A task has 32 places. A thread needs 64 bytes of scratch memory.
 */
export function guessThresholds(
  task: i32, thread: i32, guesses: usize, places: usize, x: usize, stride: i32, placeNorms: usize, order: usize,
  rows: i32, k: i32, unit: f32, error: f32, largest: f32, state: usize, scratch: usize, scratchSize: i32,
): void {
  const list = scratch + <usize>thread * <usize>scratchSize, distances = list + 32, room = (rows + 7) & ~7;
  for (let place = task * 32, last = min(rows, place + 32); place < last; place++) {
    const own = at(guesses, load<i32>(at(order, place)) * k);
    let farthest = f32x4.splat(0);
    for (let q = 0; q < k; q += GROUP) {
      for (let l = 0; l < GROUP; l++) store<i32>(at(list, l), load<i32>(at(places, load<i32>(at(own, min(q + l, k - 1))))));
      distancesTo(x, stride, placeNorms, place, list, distances);
      farthest = f32x4.max(farthest, f32x4.max(v128.load(distances), v128.load(distances, 16)));
    }
    const pairs = f32x4.max(farthest, v128.shuffle<f32>(farthest, farthest, 2, 3, 0, 1));
    const threshold = max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    look(place, threshold, error * (largest + load<f32>(at(placeNorms, place))), unit, stride, state, room);
  }
}

/**
 * Compares the rows of block `firsts[task]` with those of block `firsts[task] ^ phase`, each pair once for both rows;
 * in phase 0, a block is compared with itself. No two tasks of a phase share a block, so each list has only one writer.
 * Blocks whose numbers differ in low bits are near each other, so that thresholds become low soon. `error` says how far
 * a computed distance may be from the true one, as a share of the sum of the row's norm and `largest`, the greatest
 * norm. A thread needs 16 · (blockRows + 8) + capacity · 4 + 1,152 bytes of scratch memory; blockRows is a multiple of
 * 8, capacity ≥ k + 8.
 */
export function compareBlocks(
  task: i32, thread: i32, firsts: usize, phase: i32, blockRows: i32, bounds: usize, whole: usize, x: usize, stride: i32,
  placeNorms: usize, order: usize, rows: i32, k: i32, capacity: i32, unit: f32, error: f32, largest: f32, lists: usize,
  state: usize, scratch: usize, scratchSize: i32,
): void {
  const room = (rows + 7) & ~7, own = load<i32>(at(firsts, task)), other = own ^ phase;
  const parts = phase ? 1 : PARTS, partRows = phase ? blockRows : ((blockRows / PARTS + 7) & ~7);
  const from = own * blockRows, to = min(rows, from + blockRows);
  const start = other * blockRows, end = min(room, start + blockRows);
  for (let inner = 0; inner < parts; inner++) { // within one block too, near parts come first
    for (let part = 0; part < parts; part++) {
      if ((part ^ inner) < part) continue;
      const last = min(to, from + (part + 1) * partRows), otherStart = start + (part ^ inner) * partRows;
      for (let first = from + part * partRows; first < last; first += 4) {
        compareFour(
          first, phase + inner ? otherStart >> 3 : first >> 3, min(end, otherStart + partRows) >> 3, blockRows, bounds,
          whole, x, stride, placeNorms, order, room, k, capacity, unit, error, largest, lists, state,
          scratch + <usize>thread * <usize>scratchSize,
        );
      }
    }
  }
}

/** Compares four places with the places of panels `firstPanel` to `lastPanel` − 1. */
function compareFour(
  first: i32, firstPanel: i32, lastPanel: i32, blockRows: i32, bounds: usize, whole: usize, x: usize, stride: i32,
  placeNorms: usize, order: usize, room: i32, k: i32, capacity: i32, unit: f32, error: f32, largest: f32, lists: usize,
  state: usize, pending: usize,
): void {
  const pendingRow = <usize>(blockRows + 8) << 2, waiting = pending + 4 * pendingRow, spare = waiting + 16;
  const limits = at(state, 2 * room), norms = at(state, 4 * room);
  const wholeRow = <usize>wholeStride(stride) << 1, wholeLimits = at(limits, room), wholeNorms = at(norms, room);
  const a = bounds + <usize>((first >> 3) * PAIRS * 32 + (first & 4) * 4);
  v128.store(waiting, i32x4.splat(0));
  for (let p = firstPanel; p < lastPanel; p++) {
    let bits = pairsWithin(
      a, at(norms, first), at(limits, first), bounds + <usize>(p * PAIRS * 32), at(norms, p * 8), at(limits, p * 8),
    );
    if (p == first >> 3) bits &= first & 4 ? 0x80c0e0 : 0xf0f8fcfe; // in a row's own panel, only the places after it
    for (; bits; bits &= bits - 1) {
      const bit = <i32>ctz(bits), r = bit >> 3, count = load<i32>(at(waiting, r));
      store<i32>(at(pending + <usize>r * pendingRow, count), p * 8 + (bit & 7));
      store<i32>(at(waiting, r), count + 1);
    }
  }
  for (let r = 0; r < 4; r++) {
    const list = pending + <usize>r * pendingRow;
    let count = load<i32>(at(waiting, r));
    fill(list, count, first + r);
    count = passing(whole, wholeRow, wholeNorms, wholeLimits, first + r, list, count);
    fill(list, count, first + r);
    for (let g = 0; g < count; g += GROUP) {
      take(
        x, stride, placeNorms, order, first + r, at(list, g), min(GROUP, count - g), k, capacity, unit, error * largest,
        error, lists, state, room, spare,
      );
    }
  }
}

/** Fills the end of a list up to a whole group. It adds the place itself, which does no harm. */
function fill(list: usize, count: i32, place: i32): void {
  for (let e = count; e < count + GROUP - 1; e++) store<i32>(at(list, e), place);
}

/** Keeps those of a place's list that bounds by all columns do not rule out. `fill` ran before. @returns How many. */
function passing(
  whole: usize, wholeRow: usize, norms: usize, limits: usize, place: i32, list: usize, count: i32,
): i32 {
  let kept = 0;
  for (let e = 0; e < count; e += 4) {
    let bits = placesWithin(whole, wholeRow, norms, limits, place, at(list, e));
    if (count - e < 4) bits &= (1 << (count - e)) - 1;
    for (; bits; bits &= bits - 1) store<i32>(at(list, kept++), load<i32>(at(list, e + ctz(bits))));
  }
  return kept;
}

/**
 * Gathers the k nearest rows of each place, by rising row; if distances are equal, the lower row wins. Writes distances
 * and rows, [rows][k] each, in the order of the rows. A task has 32 places.
 */
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

/**
 * Adds a candidate to the list of a place. When the list is full, only the k nearest stay, and the distance of the k-th
 * becomes the threshold.
 */
function hold(
  place: i32, distance: f32, row: i32, k: i32, capacity: i32, unit: f32, stride: i32, slack: f32, placeNorms: usize,
  error: f32, lists: usize, state: usize, room: i32, spare: usize,
): void {
  const list = lists + (<usize>place * <usize>capacity << 3), ids = at(list, capacity), held = at(state, place);
  const count = load<i32>(held);
  store<f32>(at(list, count), distance);
  store<i32>(at(ids, count), row);
  store<i32>(held, count + 1);
  if (count + 1 < capacity) return;
  const threshold = nearest(list, ids, capacity, k, spare);
  store<i32>(held, k);
  look(place, threshold, slack + error * load<f32>(at(placeNorms, place)), unit, stride, state, room);
}

/** Lets a place look no farther than `threshold` from now on, a computed distance that may be off by `slack`. */
function look(place: i32, threshold: f32, slack: f32, unit: f32, stride: i32, state: usize, room: i32): void {
  store<f32>(at(state, room + place), threshold);
  const reach = Math.sqrt(threshold + slack) * unit;
  for (let l = 2; l < 4; l++) {
    const most = reach + (l == 2 ? OFF : SPARE * Math.sqrt(stride)), norm = load<i32>(at(state, (l + 2) * room + place));
    store<i32>(at(state, l * room + place), norm - <i32>min<f64>(WHOLE, most * most) - 1);
  }
}

/**
 * Computes the distances from a place to the eight places of a list, of which the first `count` matter. The place keeps
 * those that are no farther than its threshold. Each of them keeps the place if it is no farther than its own
 * threshold.
 */
function take(
  x: usize, stride: i32, placeNorms: usize, order: usize, place: i32, list: usize, count: i32, k: i32,
  capacity: i32, unit: f32, slack: f32, error: f32, lists: usize, state: usize, room: i32, spare: usize,
): void {
  distancesTo(x, stride, placeNorms, place, list, spare);
  const thresholds = at(state, room), row = load<i32>(at(order, place));
  for (let l = 0; l < count; l++) {
    const other = load<i32>(at(list, l)), d = load<f32>(at(spare, l));
    if (d <= load<f32>(at(thresholds, place))) {
      hold(
        place, d, load<i32>(at(order, other)), k, capacity, unit, stride, slack, placeNorms, error, lists, state, room,
        at(spare, 8),
      );
    }
    if (d <= load<f32>(at(thresholds, other))) {
      hold(
        other, d, row, k, capacity, unit, stride, slack, placeNorms, error, lists, state, room, at(spare, 8),
      );
    }
  }
}

/**
 * Computes the squared distances from a place to the eight in `list`, bit for bit as blockDistances does. Writes [8].
 */
// @ts-ignore: decorator
@inline
function distancesTo(x: usize, stride: i32, placeNorms: usize, place: i32, list: usize, out: usize): void {
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
  v128.store(out, f32x4.max(zero, f32x4.add(f32x4.add(norm, m), f32x4.mul(two, s))));
  v128.store(out, f32x4.max(zero, f32x4.add(f32x4.add(norm, n), f32x4.mul(two, t))), 16);
}
