/** @file The candidates for a row's neighbours, in two lists: their distances and their rows. */
import {keepNearest} from "./neighbours";
import {at} from "./vector";

/**
 * Keeps the k nearest like `keepNearest`, but in less time: it halves the range in which the k-th distance lies, until
 * exactly k distances are up to the middle. It compares distances by their bits, which have the same order for numbers
 * from 0 on. @returns A threshold, not below the k-th distance and not above the next.
 */
export function nearest(list: usize, ids: usize, count: i32, k: i32, spare: usize): f32 {
  const padded = (count + 3) & ~3;
  for (let e = count; e < padded; e++) store<f32>(at(list, e), Infinity);
  let low: i32 = i32.MAX_VALUE, high: i32 = 0;
  for (let e = 0; e < count; e++) {
    low = min(low, load<i32>(at(list, e)));
    high = max(high, load<i32>(at(list, e)));
  }
  low--; // fewer than k distances are up to `low`; k or more are up to `high`
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

/** Sorts both lists by rising index: into buckets of `1 << shift` indices, then by insertion. Scratch: 1,028 bytes. */
export function sortByIndex(list: usize, ids: usize, count: i32, shift: i32, spare: usize, distances: usize, indices: usize): void {
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
