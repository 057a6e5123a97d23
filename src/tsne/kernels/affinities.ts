import {at, exp4, sumLanes} from "./vector";

/** How many points a task handles, here and wherever a task is a range of points. */
export const CHUNK: i32 = 256;

/**
 * Computes p(j|i) ∝ exp(−β d²) over each row's k squared distances, with the β for which the entropy is `entropy`
 * (nats). It uses Newton's method on h(β) = log Σ exp(−βd²) + β⟨d²⟩, whose slope is −β Var(d²), and stays inside a
 * bracket. If more neighbours than the perplexity share the least distance, β has no solution; then it grows until
 * these neighbours share the probability. A task has 256 rows. A thread needs 4 · (k + 3) bytes of scratch memory.
 */
export function calibrate(
  task: i32, thread: i32, rows: i32, k: i32, entropy: f64, distances: usize, probabilities: usize,
  scratch: usize, scratchSize: i32,
): void {
  const excess = scratch + <usize>thread * <usize>scratchSize;
  const padded = (k + 3) & ~3;
  const to = min(rows, (task + 1) * CHUNK);
  let usual: f64 = 1; // β times the mean distance, which is about the same in all rows
  for (let i = task * CHUNK; i < to; i++) {
    const row = at(distances, i * k);
    let least: f32 = Infinity;
    for (let q = 0; q < k; q++) least = min(least, load<f32>(at(row, q)));
    let mean: f64 = 0;
    for (let q = 0; q < k; q++) { // distances above the least one, so that the largest weight is 1
      const d = load<f32>(at(row, q)) - least;
      store<f32>(at(excess, q), d);
      mean += d;
    }
    for (let q = k; q < padded; q++) store<f32>(at(excess, q), Infinity); // exp4 gives e^−87 for it: nothing
    mean /= k;
    let low: f64 = 0, high: f64 = Infinity, beta: f64 = mean > 0 ? usual / mean : 1, total: f64 = 1;
    for (let step = 0; step < 100; step++) {
      const minus = f32x4.splat(<f32>-beta), infinite = f32x4.splat(1e30);
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0; // Σ w, Σ w d, Σ w d²
      for (let q = 0; q < padded; q += 4) {
        const d = v128.load(at(excess, q)), w = exp4(f32x4.mul(d, minus));
        const wd = f32x4.mul(w, f32x4.pmin(infinite, d));
        s0 = f32x4.add(s0, w);
        s1 = f32x4.add(s1, v128.and(wd, f32x4.lt(d, infinite)));
        s2 = f32x4.add(s2, v128.and(f32x4.mul(wd, d), f32x4.lt(d, infinite)));
      }
      total = sumLanes(s0);
      const first = <f64>sumLanes(s1) / total, variance = <f64>sumLanes(s2) / total - first * first;
      const over = Math.log(total) + beta * first - entropy;
      if (Math.abs(over) < 1e-6) {
        if (mean > 0) usual = beta * mean;
        break;
      }
      if (over > 0) low = beta;
      else high = beta;
      let next = beta + over / max<f64>(beta * variance, 1e-300);
      if (!(next > low && next < high) || step > 60) next = high == Infinity ? beta * 2 : (low + high) / 2;
      if (next == beta || next > 1e30) break;
      beta = next;
    }
    const minus = f32x4.splat(<f32>-beta), share = f32x4.splat(<f32>(1 / total));
    for (let q = 0; q < padded; q += 4) {
      v128.store(at(excess, q), f32x4.mul(exp4(f32x4.mul(v128.load(at(excess, q)), minus)), share));
    }
    memory.copy(at(probabilities, i * k), excess, <usize>k << 2);
  }
}

/**
 * Lists for each row j the rows i that have j as a neighbour, by rising i, and their p(j|i); the list of row j begins
 * at `starts[j]`. Shapes: starts [rows + 1]; cursor [rows]; reverse, reverseP [rows · k]. One task does it all.
 */
export function reverseLists(
  task: i32, thread: i32, rows: i32, k: i32, neighbours: usize, probabilities: usize,
  starts: usize, cursor: usize, reverse: usize, reverseP: usize,
): void {
  memory.fill(starts, 0, <usize>(rows + 1) << 2);
  for (let e = 0; e < rows * k; e++) {
    const count = at(starts, load<i32>(at(neighbours, e)) + 1);
    store<i32>(count, load<i32>(count) + 1);
  }
  for (let i = 0; i < rows; i++) {
    const start = load<i32>(at(starts, i));
    store<i32>(at(cursor, i), start);
    store<i32>(at(starts, i + 1), load<i32>(at(starts, i + 1)) + start);
  }
  for (let i = 0, e = 0; i < rows; i++) {
    for (let q = 0; q < k; q++, e++) {
      const next = at(cursor, load<i32>(at(neighbours, e))), place = load<i32>(next);
      store<i32>(next, place + 1);
      store<i32>(at(reverse, place), i);
      store<f32>(at(reverseP, place), load<f32>(at(probabilities, e)));
    }
  }
}

/**
 * Counts the edges of each place: `edges[i + 1]` becomes the number of edges of place i in both directions, rounded up
 * to a multiple of four. The row at a place is `order[place]`. A task has 256 places.
 */
export function countEdges(
  task: i32, thread: i32, rows: i32, k: i32, order: usize, neighbours: usize, starts: usize, reverse: usize,
  edges: usize,
): void {
  const to = min(rows, (task + 1) * CHUNK);
  for (let i = task * CHUNK; i < to; i++) {
    const row = load<i32>(at(order, i));
    let a = row * k, b = load<i32>(at(starts, row)), count = 0;
    const aEnd = a + k, bEnd = load<i32>(at(starts, row + 1));
    while (a < aEnd && b < bEnd) {
      const u = load<i32>(at(neighbours, a)), v = load<i32>(at(reverse, b));
      a += i32(u <= v);
      b += i32(v <= u);
      count++;
    }
    store<i32>(at(edges, i + 1), (count + (aEnd - a) + (bEnd - b) + 3) & ~3);
  }
}

/**
 * Turns counts into starts: `edges[i]` becomes the first edge of place i, and `edges[rows]` the number of all edges.
 * One task does it all.
 */
export function sumEdges(task: i32, thread: i32, rows: i32, edges: usize): void {
  store<i32>(edges, 0);
  for (let i = 0; i < rows; i++) store<i32>(at(edges, i + 1), load<i32>(at(edges, i + 1)) + load<i32>(at(edges, i)));
}

/**
 * Writes pij = (p(j|i) + p(i|j)) / 2n for each edge, by rising row j, and fills the edges of each place up to a
 * multiple of four with p = 0. The end of an edge is written as 8 · the place of j (`places[row]`): the byte offset of
 * a point with two coordinates. A task has 256 places.
 */
export function joinEdges(
  task: i32, thread: i32, rows: i32, k: i32, order: usize, places: usize, neighbours: usize, probabilities: usize,
  starts: usize, reverse: usize, reverseP: usize, edges: usize, ends: usize, joint: usize,
): void {
  const scale: f32 = <f32>(1.0 / (2.0 * <f64>rows));
  const to = min(rows, (task + 1) * CHUNK);
  for (let i = task * CHUNK; i < to; i++) {
    const row = load<i32>(at(order, i));
    let a = row * k, b = load<i32>(at(starts, row)), e = load<i32>(at(edges, i));
    const aEnd = a + k, bEnd = load<i32>(at(starts, row + 1)), eEnd = load<i32>(at(edges, i + 1));
    while (a < aEnd || b < bEnd) {
      const u = a < aEnd ? load<i32>(at(neighbours, a)) : i32.MAX_VALUE;
      const v = b < bEnd ? load<i32>(at(reverse, b)) : i32.MAX_VALUE;
      let p: f32 = 0;
      if (u <= v) p += load<f32>(at(probabilities, a++));
      if (v <= u) p += load<f32>(at(reverseP, b++));
      store<i32>(at(ends, e), load<i32>(at(places, min(u, v))) << 3);
      store<f32>(at(joint, e++), p * scale);
    }
    for (; e < eEnd; e++) {
      store<i32>(at(ends, e), i << 3);
      store<f32>(at(joint, e), 0);
    }
  }
}
