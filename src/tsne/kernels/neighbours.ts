import {CHUNK} from "./affinities";
import {blockDistances} from "./distances";
import {at} from "./vector";

/**
 * How many rows a task has. A tile of the data, in panels, stays in the first-level cache while it is compared with all
 * of them.
 */
const ROWS: i32 = 32;
const TILE: i32 = 16;
/** All distances to rows that do not exist are above this. */
const LIMIT: f32 = 1e29;

/**
 * Finds the k nearest other rows of each row by exhaustive search, and their squared distances, by rising index. If
 * distances are equal, the lower index wins. Writes [rows][k] of each. A task has 32 rows. A thread needs 32 · capacity
 * · 8 + capacity · 4 + 512 bytes of scratch memory, capacity ≥ k + 16.
 *
 * Each row collects the rows that are nearer than its threshold. When its list is full, only the k nearest stay, and
 * the distance of the k-th is the new threshold. So almost every distance costs one comparison.
 */
export function findNeighbours(
  task: i32, thread: i32, panels: usize, norms: usize, rows: i32, columns: i32, k: i32, capacity: i32,
  distances: usize, indices: usize, scratch: usize, scratchSize: i32,
): void {
  const candidates = scratch + <usize>thread * <usize>scratchSize;
  const row8 = <usize>capacity << 3;
  const counts = candidates + <usize>ROWS * row8, thresholds = counts + 128;
  const block = thresholds + 128, spare = block + 128;
  const panelSize = <usize>columns << 5, panelCount = (rows + 7) >> 3;
  const from = task * ROWS, to = min(rows, from + ROWS);
  for (let r = 0; r < ROWS; r++) {
    store<i32>(at(counts, r), 0);
    store<f32>(at(thresholds, r), LIMIT);
  }
  for (let tile = 0; tile < panelCount; tile += TILE) {
    const tileEnd = min(panelCount, tile + TILE);
    for (let first = from; first < to; first += 4) {
      const a = panels + <usize>(first >> 3) * panelSize + (<usize>(first & 4) << 2);
      for (let p = tile; p < tileEnd; p++) {
        blockDistances(a, panels + <usize>p * panelSize, columns, at(norms, first), at(norms, p * 8), block);
        for (let r = 0; r < 4; r++) {
          const own = first + r - from;
          const threshold = v128.load32_splat(at(thresholds, own));
          const low = v128.load(block + (<usize>r << 5)), high = v128.load(block + (<usize>r << 5), 16);
          let nearer = i32x4.bitmask(f32x4.lt(low, threshold)) | (i32x4.bitmask(f32x4.lt(high, threshold)) << 4);
          if (nearer == 0) continue;
          const list = candidates + <usize>own * row8, listIndices = list + (<usize>capacity << 2);
          let count = load<i32>(at(counts, own));
          do {
            const l = ctz(nearer), j = p * 8 + l;
            nearer &= nearer - 1;
            if (j == first + r) continue;
            store<f32>(at(list, count), load<f32>(at(block, r * 8 + l)));
            store<i32>(at(listIndices, count), j);
            count++;
          } while (nearer);
          if (count > capacity - 8) {
            store<f32>(at(thresholds, own), keepNearest(list, listIndices, count, k, spare));
            count = k;
          }
          store<i32>(at(counts, own), count);
        }
      }
    }
  }
  for (let r = 0; r < to - from; r++) {
    const list = candidates + <usize>r * row8, listIndices = list + (<usize>capacity << 2);
    const count = load<i32>(at(counts, r));
    if (count > k) keepNearest(list, listIndices, count, k, spare);
    memory.copy(at(distances, (from + r) * k), list, <usize>k << 2);
    memory.copy(at(indices, (from + r) * k), listIndices, <usize>k << 2);
  }
}

/** Keeps the k nearest of a list, in order; of equal distances, the lower indices. @returns The k-th distance. */
export function keepNearest(list: usize, indices: usize, count: i32, k: i32, spare: usize): f32 {
  memory.copy(spare, list, <usize>count << 2);
  const limit = select(spare, count, k - 1);
  let nearer = 0, equal = 0;
  for (let i = 0; i < count; i++) {
    const d = load<f32>(at(list, i));
    nearer += i32(d < limit);
    if (d == limit) store<f32>(at(spare, equal++), <f32>load<i32>(at(indices, i))); // exact below 2^24 rows
  }
  const last = nearer + equal > k ? <i32>select(spare, equal, k - nearer - 1) : i32.MAX_VALUE;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const d = load<f32>(at(list, i)), index = load<i32>(at(indices, i));
    if (d < limit || (d == limit && index <= last)) {
      store<f32>(at(list, kept), d);
      store<i32>(at(indices, kept), index);
      kept++;
    }
  }
  return limit;
}

/** Returns the number that would stand at place `k` of the sorted list. Reorders the list (Hoare 1961, FIND). */
export function select(list: usize, count: i32, k: i32): f32 {
  let low = 0, high = count - 1;
  while (low < high) {
    const pivot = load<f32>(at(list, (low + high) >> 1));
    let i = low, j = high;
    do {
      while (load<f32>(at(list, i)) < pivot) i++;
      while (pivot < load<f32>(at(list, j))) j--;
      if (i <= j) {
        const swap = load<f32>(at(list, i));
        store<f32>(at(list, i), load<f32>(at(list, j)));
        store<f32>(at(list, j), swap);
        i++; j--;
      }
    } while (i <= j);
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return load<f32>(at(list, k));
}

/**
 * Sorts the `count` nearest of each row's k neighbours, the nearest first; if distances are equal, the one that is
 * first in the list. Writes [rows][count]. A task has 256 rows. A thread needs 4 · count bytes of scratch memory.
 */
export function sortNearest(
  task: i32, thread: i32, rows: i32, k: i32, count: i32, distances: usize, indices: usize, out: usize, scratch: usize,
  scratchSize: i32,
): void {
  const best = scratch + <usize>thread * <usize>scratchSize;
  for (let i = task * CHUNK, to = min(rows, i + CHUNK); i < to; i++) {
    const row = at(distances, i * k), own = at(out, i * count);
    let held = 0;
    for (let q = 0; q < k; q++) {
      const d = load<f32>(at(row, q));
      if (held == count && d >= load<f32>(at(best, count - 1))) continue;
      let place = held < count ? held++ : count - 1;
      for (; place > 0 && load<f32>(at(best, place - 1)) > d; place--) {
        store<f32>(at(best, place), load<f32>(at(best, place - 1)));
        store<i32>(at(own, place), load<i32>(at(own, place - 1)));
      }
      store<f32>(at(best, place), d);
      store<i32>(at(own, place), load<i32>(at(indices, i * k + q)));
    }
  }
}
