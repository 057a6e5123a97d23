import {pauses} from "../threads/parts";

/** The neighbours of each row and their distances, `[rows * count]`: the nearest first, without the row itself. */
export interface NeighbourLists {
  readonly rows: number;
  readonly count: number;
  readonly near: Int32Array;
  readonly distances: Float32Array;
}

/**
 * Edges in both directions: row i has those from `starts[i]` to `starts[i + 1]`, by rising end, with weights in (0, 1].
 */
export interface FuzzyGraph {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Float32Array;
}

/** The numbers of umap-learn: the search for a width takes at most so many halvings, and ends when it is this near. */
const [HALVINGS, TOLERANCE] = [64, 1e-5];
/** A width is at least this share of the mean distance. */
const LEAST_WIDTH = 1e-3;
/** How many rows are computed between two pauses. */
const STRETCH = 2000;

/**
 * Computes how surely each row's neighbours belong to it: exp(−(d − ρ) / σ). ρ is the row's nearest distance above 0,
 * and σ is such that the weights add up to the logarithm of count + 1 to base 2 (McInnes, Healy & Melville 2018,
 * algorithm 3; umap-learn's `smooth_knn_dist`, which counts the row itself among its neighbours).
 *
 * @returns The weights, laid out as `distances`.
 */
export async function memberships({rows, count, distances}: NeighbourLists): Promise<Float32Array> {
  const weights = new Float32Array(rows * count);
  const pause = pauses();
  const target = Math.log2(count + 1);
  let total = 0;
  for (const distance of distances) total += distance;
  const meanOfAll = total / (rows * (count + 1));
  for (let i = 0; i < rows; i++) {
    const own = distances.subarray(i * count, (i + 1) * count);
    const nearest = own.find((d) => d > 0) ?? 0;
    const mean = own.reduce((sum, d) => sum + d, 0) / (count + 1);
    const width = Math.max(widthOf(own, nearest, target), LEAST_WIDTH * (nearest > 0 ? mean : meanOfAll));
    for (let q = 0; q < count; q++) {
      const beyond = own[q] - nearest;
      weights[i * count + q] = beyond <= 0 || width === 0 ? 1 : Math.exp(-beyond / width);
    }
    if (i % STRETCH === 0) await pause();
  }
  return weights;
}

function widthOf(distances: Float32Array, nearest: number, target: number): number {
  let [low, high, width] = [0, Infinity, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    let sum = 0;
    for (const distance of distances) sum += distance > nearest ? Math.exp((nearest - distance) / width) : 1;
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) high = width;
    else low = width;
    width = high === Infinity ? width * 2 : (low + high) / 2;
  }
  return width;
}

/**
 * Joins the rows' fuzzy sets. An edge weighs u + v − u · v, where u and v are its weights from its two ends; such a
 * weight is 0 if the end does not have the other as a neighbour (McInnes, Healy & Melville 2018, algorithm 1).
 */
export async function fuzzyUnion({rows, count, near}: NeighbourLists, weights: Float32Array): Promise<FuzzyGraph> {
  const pause = pauses();
  // the edges that end at each row, by the row at which they begin
  const begins = new Int32Array(rows + 1);
  for (const j of near) begins[j + 1]++;
  for (let i = 0; i < rows; i++) begins[i + 1] += begins[i];
  const [from, back] = [new Int32Array(rows * count), new Float32Array(rows * count)];
  const next = begins.slice(0, rows);
  for (let i = 0, e = 0; i < rows; i++) {
    for (let q = 0; q < count; q++, e++) {
      const place = next[near[e]]++;
      from[place] = i;
      back[place] = weights[e];
    }
  }
  const starts = new Int32Array(rows + 1);
  const [ends, joint] = [new Int32Array(2 * rows * count), new Float32Array(2 * rows * count)];
  const order = new Int32Array(count);
  let edges = 0;
  for (let i = 0; i < rows; i++) {
    sortByEnd(near, i * count, order);
    let [mine, theirs] = [0, begins[i]];
    while (mine < count || theirs < begins[i + 1]) {
      const own = mine < count ? near[order[mine]] : rows;
      const other = theirs < begins[i + 1] ? from[theirs] : rows;
      const u = own <= other ? weights[order[mine++]] : 0;
      const v = other <= own ? back[theirs++] : 0;
      ends[edges] = Math.min(own, other);
      joint[edges++] = u + v - u * v;
    }
    starts[i + 1] = edges;
    if (i % STRETCH === 0) await pause();
  }
  return {starts, ends: ends.subarray(0, edges), weights: joint.subarray(0, edges)};
}

/** Sorts the places of a row's list, which begins at `first`, by rising end. */
function sortByEnd(near: Int32Array, first: number, order: Int32Array): void {
  for (let q = 0; q < order.length; q++) {
    let place = q;
    for (; place > 0 && near[order[place - 1]] > near[first + q]; place--) order[place] = order[place - 1];
    order[place] = first + q;
  }
}
