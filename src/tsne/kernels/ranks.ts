import {blockDistances, squaredDistance} from "./distances";
import {at} from "./vector";

const ROWS: i32 = 32;

/**
 * Sums max(0, rank − k) over the rows and their k neighbours, which were found in another space. A neighbour's rank in
 * this space is 1 + the number of other rows that are strictly nearer. This is the sum in trustworthiness (if this
 * space is the data) and in continuity (if it is the map). The `known` nearest rows of each row in this space and their
 * distances, [rows][known], give the ranks of the neighbours among them. For the other neighbours, nearer rows are
 * counted, or estimated: they are counted in every `every`-th panel (each task begins with another one), and the count
 * is divided by the share of the other rows that these panels hold. Such a rank is right on average, so it is not cut
 * off at 0. Writes [tasks] f64. A task has 32 rows. A thread needs 32 · columns + 192 · k + 512 bytes of scratch
 * memory.
 */
export function sumRankExcess(
  task: i32, thread: i32, panels: usize, norms: usize, rows: i32, columns: i32, neighbours: usize, k: i32,
  knownDistances: usize, knownNeighbours: usize, known: i32, every: i32, sums: usize, scratch: usize, scratchSize: i32,
): void {
  const block = scratch + <usize>thread * <usize>scratchSize;
  const four = block + 128, fourNorms = four + (<usize>columns << 5); // four rows as half a panel
  const far = fourNorms + 128, counts = far + 128, thresholds = counts + 128; // [32] rows, [32], [32][k]
  const nearer = thresholds + (<usize>k << 7); // [4][k][4 lanes]
  const panelSize = <usize>columns << 5, panelCount = (rows + 7) >> 3, start = task % every;
  const from = task * ROWS, to = min(rows, from + ROWS);
  let sum: f64 = 0, farRows = 0;
  for (let i = from; i < to; i++) {
    const distances = at(knownDistances, i * known), list = at(knownNeighbours, i * known);
    let count = 0;
    for (let q = 0; q < k; q++) {
      const j = load<i32>(at(neighbours, i * k + q)), place = find(list, known, j);
      if (place < 0) store<f32>(at(thresholds, farRows * k + count++), squaredDistance(panels, norms, columns, i, j));
      else sum += <f64>max(0, 1 + nearerThan(distances, known, load<f32>(at(distances, place))) - k);
    }
    if (count == 0) continue;
    store<i32>(at(counts, farRows), count);
    store<i32>(at(far, farRows++), i);
  }
  let others = 0; // rows in the panels that are looked at
  for (let p = start; p < panelCount; p += every) others += min(8, rows - p * 8);
  for (let first = 0; first < farRows; first += 4) {
    const own = min(4, farRows - first);
    for (let r = 0; r < own; r++) {
      const row = load<i32>(at(far, first + r)), place = panels + <usize>(row >> 3) * panelSize + (<usize>(row & 7) << 2);
      for (let o: usize = 0; o < panelSize; o += 32) store<f32>(four + o + (<usize>r << 2), load<f32>(place + o));
      store<f32>(at(fourNorms, r), load<f32>(at(norms, row)));
    }
    memory.fill(nearer, 0, <usize>k << 6);
    for (let p = start; p < panelCount; p += every) {
      blockDistances(four, panels + <usize>p * panelSize, columns, fourNorms, at(norms, p * 8), block);
      for (let r = 0; r < own; r++) {
        const low = v128.load(block + (<usize>r << 5)), high = v128.load(block + (<usize>r << 5), 16);
        let threshold = at(thresholds, (first + r) * k), count = nearer + (<usize>(r * k) << 4);
        for (let q = load<i32>(at(counts, first + r)); q > 0; q--) {
          const t = v128.load32_splat(threshold);
          const both = i32x4.add(f32x4.lt(low, t), f32x4.lt(high, t)); // a comparison that holds is −1
          v128.store(count, i32x4.sub(v128.load(count), both));
          threshold += 4; count += 16;
        }
      }
    }
    for (let r = 0; r < own; r++) {
      const row = load<i32>(at(far, first + r)), self = squaredDistance(panels, norms, columns, row, row);
      const among = (row >> 3) % every == start; // the row itself is one of those looked at
      const share = every == 1 ? 1 : <f64>(rows - 1) / <f64>(others - i32(among));
      for (let q = 0; q < load<i32>(at(counts, first + r)); q++) {
        let count = sumOfLanes(v128.load(nearer + (<usize>(r * k + q) << 4)));
        if (among && self < load<f32>(at(thresholds, (first + r) * k + q))) count--;
        const excess = 1 + <f64>count * share - <f64>k;
        sum += every == 1 ? max<f64>(0, excess) : excess;
      }
    }
  }
  store<f64>(sums + (<usize>task << 3), sum);
}

/** Returns where a number stands in a list, or −1 if it is not there. */
function find(list: usize, count: i32, value: i32): i32 {
  const wanted = i32x4.splat(value);
  let e = 0;
  for (; e + 4 <= count; e += 4) {
    const bits = i32x4.bitmask(i32x4.eq(v128.load(at(list, e)), wanted));
    if (bits) return e + ctz(bits);
  }
  for (; e < count; e++) if (load<i32>(at(list, e)) == value) return e;
  return -1;
}

/** Counts the distances of a list that are less than `distance`. */
function nearerThan(distances: usize, count: i32, distance: f32): i32 {
  const limit = f32x4.splat(distance);
  let held = i32x4.splat(0), e = 0;
  for (; e + 4 <= count; e += 4) held = i32x4.sub(held, f32x4.lt(v128.load(at(distances, e)), limit));
  let sum = sumOfLanes(held);
  for (; e < count; e++) sum += i32(load<f32>(at(distances, e)) < distance);
  return sum;
}

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): i32 {
  const pairs = i32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
