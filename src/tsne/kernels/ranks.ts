import {blockDistances, squaredDistance} from "./distances";
import {at} from "./vector";

const ROWS: i32 = 32;

/**
 * Task: 32 rows, block `task · stride`. Σ over its rows and their k neighbours (found in another space) of
 * max(0, rank − k), where a neighbour's rank in this space is 1 + the number of other rows strictly nearer: the sum in
 * trustworthiness (this space the data's) and in continuity (the map's). Out: [tasks] f64. Scratch of a thread:
 * 80 · k + 128 bytes.
 */
export function sumRankExcess(
  task: i32, thread: i32, panels: usize, norms: usize, rows: i32, columns: i32, neighbours: usize, k: i32,
  stride: i32, sums: usize, scratch: usize, scratchSize: i32,
): void {
  const block = scratch + <usize>thread * <usize>scratchSize;
  const thresholds = block + 128, nearer = thresholds + (<usize>k << 4); // [4][k], [4][k][4 lanes]
  const panelSize = <usize>columns << 5, panelCount = (rows + 7) >> 3;
  const from = task * stride * ROWS, to = min(rows, from + ROWS);
  let sum: f64 = 0;
  for (let first = from; first < to; first += 4) {
    const own = min(4, to - first);
    memory.fill(nearer, 0, <usize>k << 6);
    for (let r = 0; r < own; r++) {
      for (let q = 0; q < k; q++) {
        const j = load<i32>(at(neighbours, (first + r) * k + q));
        store<f32>(at(thresholds, r * k + q), squaredDistance(panels, norms, columns, first + r, j));
      }
    }
    const a = panels + <usize>(first >> 3) * panelSize + (<usize>(first & 4) << 2);
    for (let p = 0; p < panelCount; p++) {
      blockDistances(a, panels + <usize>p * panelSize, columns, at(norms, first), at(norms, p * 8), block);
      for (let r = 0; r < own; r++) {
        const low = v128.load(block + (<usize>r << 5)), high = v128.load(block + (<usize>r << 5), 16);
        let threshold = at(thresholds, r * k), count = nearer + (<usize>(r * k) << 4);
        for (let q = 0; q < k; q++) {
          const t = v128.load32_splat(threshold);
          const both = i32x4.add(f32x4.lt(low, t), f32x4.lt(high, t)); // a comparison that holds is −1
          v128.store(count, i32x4.sub(v128.load(count), both));
          threshold += 4; count += 16;
        }
      }
    }
    for (let r = 0; r < own; r++) {
      const self = squaredDistance(panels, norms, columns, first + r, first + r);
      for (let q = 0; q < k; q++) {
        const c = v128.load(nearer + (<usize>(r * k + q) << 4));
        const pairs = i32x4.add(c, v128.shuffle<i32>(c, c, 2, 3, 0, 1));
        let rank = 1 + i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
        if (self < load<f32>(at(thresholds, r * k + q))) rank--;
        if (rank > k) sum += <f64>(rank - k);
      }
    }
  }
  store<f64>(sums + (<usize>task << 3), sum);
}
