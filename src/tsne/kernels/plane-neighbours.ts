import {at} from "./vector";

/**
 * Finds the k nearest other points of each point of the plane, and their squared distances, the nearest first; if
 * distances are equal, the lower index first. The distances have the bits of distances.ts for narrow data. The search
 * begins with the cells around the point's own cell and takes one more ring each time, until the k-th neighbour is
 * nearer than any point outside can be. `cell` is the width of a cell. Writes [n][k] of each. There must be more than k
 * points. A task is one row of cells (`sortCells`).
 */
export function nearestInPlane(
  task: i32, thread: i32, side: i32, cell: f32, starts: usize, xs: usize, ys: usize, owners: usize, k: i32,
  distances: usize, indices: usize,
): void {
  const width = side + 1, first = at(starts, task * width);
  for (let c = 0; c < side; c++) {
    for (let slot = load<i32>(at(first, c)), end = load<i32>(at(first, c + 1)); slot < end; slot++) {
      const x = v128.load32_splat(at(xs, slot)), y = v128.load32_splat(at(ys, slot)), own = load<i32>(at(owners, slot));
      const near = at(distances, own * k), ids = at(indices, own * k);
      for (let ring = 1; ; ring++) {
        const left = max(0, c - ring), right = min(side, c + ring + 1);
        const top = max(0, task - ring), bottom = min(side - 1, task + ring);
        let held = 0;
        for (let row = top; row <= bottom; row++) {
          const line = at(starts, row * width), to = load<i32>(at(line, right));
          for (let j = load<i32>(at(line, left)); j < to; j += 4) {
            const dx = f32x4.sub(x, v128.load(at(xs, j))), dy = f32x4.sub(y, v128.load(at(ys, j)));
            const d = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
            const limit: f32 = held < k ? Infinity : load<f32>(at(near, k - 1));
            let mask = i32x4.bitmask(f32x4.le(d, f32x4.splat(limit)));
            if (to - j < 4) mask &= (1 << (to - j)) - 1;
            if (mask & 1) held = insert(near, ids, held, k, f32x4.extract_lane(d, 0), load<i32>(at(owners, j)), own);
            if (mask & 2) held = insert(near, ids, held, k, f32x4.extract_lane(d, 1), load<i32>(at(owners, j), 4), own);
            if (mask & 4) held = insert(near, ids, held, k, f32x4.extract_lane(d, 2), load<i32>(at(owners, j), 8), own);
            if (mask & 8) held = insert(near, ids, held, k, f32x4.extract_lane(d, 3), load<i32>(at(owners, j), 12), own);
          }
        }
        const reach = (<f32>ring - 0.001) * cell; // a point on an edge may be counted to the cell beside it
        if ((held == k && load<f32>(at(near, k - 1)) < reach * reach) || ring >= side) break;
      }
    }
  }
}

/** Inserts a point in order among the k nearest so far, unless it is the point itself. @returns How many are held. */
function insert(near: usize, ids: usize, held: i32, k: i32, d: f32, id: i32, own: i32): i32 {
  if (id == own) return held;
  let place = held;
  for (; place > 0; place--) {
    const other = load<f32>(at(near, place - 1));
    if (other < d || (other == d && load<i32>(at(ids, place - 1)) < id)) break;
    if (place == k) continue;
    store<f32>(at(near, place), other);
    store<i32>(at(ids, place), load<i32>(at(ids, place - 1)));
  }
  if (place == k) return held;
  store<f32>(at(near, place), d);
  store<i32>(at(ids, place), id);
  return min(held + 1, k);
}
