import {CHUNK} from "./affinities";
import {at, sumLanes} from "./vector";

/**
 * @file Finds near rows of many: most of the nearest rows of each, but not surely all. It compares the pairs within the
 * leaves of trees, and then the neighbours of neighbours. Rows stand by place, [rows][size bytes] of single precision,
 * filled up with zeros to whole vectors.
 *
 * Each place has a list of `wide` other places, the nearest first; if distances are equal, the lower place first. The
 * lists are [rows][wide] squared distances and [rows][wide] places. A list holds the nearest of all places that it was
 * offered, in whatever order.
 */

/** This bit marks an entry of a list that the last round found. */
const NEW: i32 = 0x40000000;
const PLACE: i32 = 0x3fffffff;
/**
 * How many slots a thread has. The low bits of a place choose its slot, which holds the place that was compared last. A
 * power of two.
 */
const SLOTS: i32 = 4096;
/** How many places one task of a round handles, and how many places `searchAll` handles in one pass over all rows. */
const PART: i32 = 64;
const ASKED: i32 = 8;

/** Computes Σ (a − b)², or Infinity as soon as the sum exceeds the limit. Exchanging a and b gives the same bits. */
// @ts-ignore: decorator
@inline
function squaredWithin(a: usize, b: usize, size: usize, limit: f32): f32 {
  let s = f32x4.splat(0), t = s;
  const end = a + size;
  for (; a + 64 <= end; a += 64, b += 64) {
    let d = f32x4.sub(v128.load(a), v128.load(b)), e = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    s = f32x4.add(s, f32x4.mul(d, d));
    t = f32x4.add(t, f32x4.mul(e, e));
    d = f32x4.sub(v128.load(a, 32), v128.load(b, 32)); e = f32x4.sub(v128.load(a, 48), v128.load(b, 48));
    s = f32x4.add(s, f32x4.mul(d, d));
    t = f32x4.add(t, f32x4.mul(e, e));
    if (sumLanes(f32x4.add(s, t)) > limit) return Infinity;
  }
  for (; a < end; a += 16, b += 16) {
    const d = f32x4.sub(v128.load(a), v128.load(b));
    s = f32x4.add(s, f32x4.mul(d, d));
  }
  return sumLanes(f32x4.add(s, t));
}

/** Inserts an entry in order into a full list, unless the list has it already or has only nearer entries. */
function offer(distances: usize, ids: usize, wide: i32, distance: f32, entry: i32): void {
  const place = entry & PLACE;
  let low = 0, high = wide;
  while (low < high) { // the first entry that is not nearer
    const middle = (low + high) >> 1, d = load<f32>(at(distances, middle));
    if (d < distance || (d == distance && (load<i32>(at(ids, middle)) & PLACE) < place)) low = middle + 1;
    else high = middle;
  }
  if (low == wide) return;
  if (load<f32>(at(distances, low)) == distance && (load<i32>(at(ids, low)) & PLACE) == place) return;
  const moved = <usize>(wide - low - 1) << 2;
  memory.copy(at(distances, low + 1), at(distances, low), moved);
  memory.copy(at(ids, low + 1), at(ids, low), moved);
  store<f32>(at(distances, low), distance);
  store<i32>(at(ids, low), entry);
}

/** Empties the lists. A task has 256 places. */
export function clearLists(task: i32, thread: i32, rows: i32, wide: i32, distances: usize, ids: usize): void {
  for (let e = task * CHUNK * wide, to = min(rows, (task + 1) * CHUNK) * wide; e < to; e++) {
    store<f32>(at(distances, e), Infinity);
    store<i32>(at(ids, e), PLACE);
  }
}

/**
 * Copies rows out of panels (distances.ts) to their places. Their columns come in the order of `chosen`: those with the
 * greatest variances first, so that sums soon pass a limit. `order` has the row at each place. A task has 256 places.
 */
export function placeRows(
  task: i32, thread: i32, panels: usize, rows: i32, columns: i32, order: usize, chosen: usize, x: usize, size: i32,
): void {
  for (let i = task * CHUNK, to = min(rows, i + CHUNK); i < to; i++) {
    const row = load<i32>(at(order, i)), out = x + <usize>i * <usize>size;
    const from = panels + (<usize>((row >> 3) * columns * 8 + (row & 7)) << 2);
    for (let c = 0; c < columns; c++) store<f32>(at(out, c), load<f32>(from + (<usize>load<i32>(at(chosen, c)) << 5)));
    for (let c = columns; c < size >> 2; c++) store<f32>(at(out, c), 0);
  }
}

/** Multiplies rows by `count` directions, [count][size bytes]. Writes [rows][count]. A task has 256 places. */
export function projectPlaces(
  task: i32, thread: i32, rows: i32, x: usize, size: i32, directions: usize, count: i32, out: usize,
): void {
  for (let i = task * CHUNK, to = min(rows, i + CHUNK); i < to; i++) {
    const row = x + <usize>i * <usize>size;
    for (let q = 0; q < count; q++) {
      const direction = directions + <usize>q * <usize>size;
      let s = f32x4.splat(0);
      for (let o: usize = 0; o < <usize>size; o += 16) {
        s = f32x4.add(s, f32x4.mul(v128.load(row + o), v128.load(direction + o)));
      }
      store<f32>(at(out, i * count + q), sumLanes(s));
    }
  }
}

/**
 * Offers each place of a leaf to each other place of the leaf. A task is one leaf: `leaf` places of `members` from task
 * · leaf on; the last of the `leaves` tasks also takes the rest.
 */
export function joinLeaves(
  task: i32, thread: i32, rows: i32, x: usize, size: i32, members: usize, leaf: i32, leaves: i32, wide: i32,
  distances: usize, ids: usize,
): void {
  const from = task * leaf, to = task == leaves - 1 ? rows : from + leaf, last = (wide - 1) << 2;
  for (let a = from + 1; a < to; a++) {
    const i = load<i32>(at(members, a)), row = x + <usize>i * <usize>size;
    const own = at(distances, i * wide), ownIds = at(ids, i * wide);
    let limit = load<f32>(own + last);
    for (let b = from; b < a; b++) {
      const j = load<i32>(at(members, b)), others = at(distances, j * wide), otherLimit = load<f32>(others + last);
      const d = squaredWithin(row, x + <usize>j * <usize>size, size, max(limit, otherLimit));
      if (d <= otherLimit && d < Infinity) offer(others, at(ids, j * wide), wide, d, i | NEW);
      if (d <= limit && d < Infinity) {
        offer(own, ownIds, wide, d, j | NEW);
        limit = load<f32>(own + last);
      }
    }
  }
}

/**
 * Lists for each place the places that have it among the nearest `own` of their lists. It keeps up to `most` of them,
 * and first those that have the place nearer the front. `counts` is [rows]. Writes [rows][most] entries, and marks new
 * ones. One task does it all.
 */
export function reverseNear(
  task: i32, thread: i32, rows: i32, wide: i32, own: i32, before: usize, most: i32, counts: usize, reverse: usize,
): void {
  memory.fill(counts, 0, <usize>rows << 2);
  for (let q = 0; q < own; q++) {
    for (let i = 0, e = q; i < rows; i++, e += wide) {
      const entry = load<i32>(at(before, e)), j = entry & PLACE;
      if (j == PLACE) continue;
      const count = load<i32>(at(counts, j));
      if (count == most) continue;
      store<i32>(at(reverse, j * most + count), i | (entry & NEW));
      store<i32>(at(counts, j), count + 1);
    }
  }
}

/**
 * Offers each place the neighbours of its neighbours. Neighbours are the nearest `own` of a list, and the places that
 * have it in their lists. If neither of the two steps is new, the place was offered in an earlier round and is skipped.
 * Reads `before`, a copy of all lists' places, and writes its own lists. A task has 64 places. A thread needs 4 · 4096
 * bytes of scratch memory.
 */
export function joinNear(
  task: i32, thread: i32, rows: i32, x: usize, size: i32, wide: i32, own: i32, before: usize, most: i32, counts: usize,
  reverse: usize, distances: usize, ids: usize, scratch: usize, scratchSize: i32,
): void {
  const seen = scratch + <usize>thread * <usize>scratchSize, last = (wide - 1) << 2;
  for (let i = task * PART, to = min(rows, i + PART); i < to; i++) {
    const row = x + <usize>i * <usize>size, list = at(distances, i * wide), listIds = at(ids, i * wide);
    const mine = at(before, i * wide), theirs = at(reverse, i * most), sources = own + load<i32>(at(counts, i));
    memory.fill(seen, 0xff, SLOTS << 2);
    store<i32>(at(seen, i & (SLOTS - 1)), i);
    for (let q = 0; q < wide; q++) {
      const j = load<i32>(at(mine, q)) & PLACE;
      store<i32>(at(listIds, q), j);
      store<i32>(at(seen, j & (SLOTS - 1)), j);
    }
    let limit = load<f32>(list + last);
    for (let u = 0; u < sources; u++) {
      const first = u < own ? load<i32>(at(mine, u)) : load<i32>(at(theirs, u - own)), s = first & PLACE;
      if (s == PLACE) continue;
      const ends = at(before, s * wide), more = at(reverse, s * most), count = own + load<i32>(at(counts, s));
      for (let v = -1; v < count; v++) { // -1: the source itself, which may have this place without being in its list
        const second = v < 0 ? first : v < own ? load<i32>(at(ends, v)) : load<i32>(at(more, v - own));
        if (((first | second) & NEW) == 0) continue;
        const j = second & PLACE, slot = at(seen, j & (SLOTS - 1));
        if (j == PLACE || load<i32>(slot) == j) continue;
        store<i32>(slot, j);
        const d = squaredWithin(row, x + <usize>j * <usize>size, size, limit);
        if (d <= limit && d < Infinity && j != i) {
          offer(list, listIds, wide, d, j | NEW);
          limit = load<f32>(list + last);
        }
      }
    }
  }
}

/**
 * Finds the k nearest of the `asked` places by comparing them with all places. The lists are judged by the result.
 * Writes [asked][k] of each. A task has 8 places.
 */
export function searchAll(
  task: i32, thread: i32, rows: i32, x: usize, size: i32, asked: usize, count: i32, k: i32, distances: usize,
  ids: usize,
): void {
  const from = task * ASKED, to = min(count, from + ASKED), last = (k - 1) << 2;
  for (let e = from * k; e < to * k; e++) {
    store<f32>(at(distances, e), Infinity);
    store<i32>(at(ids, e), PLACE);
  }
  for (let j = 0; j < rows; j++) {
    const row = x + <usize>j * <usize>size;
    for (let q = from; q < to; q++) {
      const i = load<i32>(at(asked, q)), list = at(distances, q * k), limit = load<f32>(list + last);
      const d = squaredWithin(x + <usize>i * <usize>size, row, size, limit);
      if (d < limit && i != j) offer(list, at(ids, q * k), k, d, j);
    }
  }
}

/** Writes the first k of each list as rows, by rising row, as `findNeighbours` does. A task has 256 places. */
export function writeNear(
  task: i32, thread: i32, rows: i32, wide: i32, k: i32, order: usize, distances: usize, ids: usize,
  outDistances: usize, outRows: usize,
): void {
  for (let i = task * CHUNK, to = min(rows, i + CHUNK); i < to; i++) {
    const own = load<i32>(at(order, i)) * k, far = at(outDistances, own), near = at(outRows, own);
    for (let q = 0; q < k; q++) {
      const row = load<i32>(at(order, load<i32>(at(ids, i * wide + q)) & PLACE));
      let e = q;
      for (; e > 0 && load<i32>(at(near, e - 1)) > row; e--) {
        store<i32>(at(near, e), load<i32>(at(near, e - 1)));
        store<f32>(at(far, e), load<f32>(at(far, e - 1)));
      }
      store<i32>(at(near, e), row);
      store<f32>(at(far, e), load<f32>(at(distances, i * wide + q)));
    }
  }
}
