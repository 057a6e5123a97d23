import type {Dimensions, Matrix} from "../linear/matrix";
import type {Metric, Neighbourhood} from "../neighbours/neighbourhood";
import {readPoints, writePoints} from "../neighbours/points";
import {placesOf} from "../neighbours/row-orders";
import {principalStart} from "../start";
import type {Arena} from "../threads/arena";
import {align} from "../threads/layout";
import {pauses} from "../threads/parts";
import {forceTable, similarityCurve} from "./curve";
import {fuzzyUnion, memberships, type NeighbourLists} from "./fuzzy-graph";

export interface UmapSettings {
  readonly dimensions: Dimensions;
  /** How many neighbours a point has, including itself; 15 by default. */
  readonly neighbours?: number;
  /** How near points may lie on the map, from 0 to below 3; 0.1 by default. */
  readonly minDistance?: number;
  /** By default 500 for up to 10,000 rows, and 200 for more, as in umap-learn. */
  readonly epochs?: number;
  /** The distance by which neighbours' weights are computed; "euclidean" by default. */
  readonly metric?: Metric;
  /** Where the points begin, `[rows * dimensions]`; by default on the data's first principal components, 10 wide. */
  readonly start?: Float32Array;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

const [NEIGHBOURS, MIN_DISTANCE] = [15, 0.1];
/** How many random points push a point away, each time that an edge pulls it. */
const DRAWS = 5;
const WIDTH = 10;
const NOISE = 1e-4;
/** Points move in so many groups, one group after another, so that most points see where their neighbours are now. */
const GROUPS = 32;
const PART = 64;

/**
 * Makes a map by UMAP (McInnes, Healy & Melville 2018), with the parameters of umap-learn. It differs in the order of
 * the moves: here each point of a group follows all of its edges, and then all of these points move at once. So threads
 * share the work, and the map has the same bits for any number of them.
 *
 * @throws The signal's reason.
 */
export async function umap(
  neighbourhood: Neighbourhood,
  data: Matrix,
  {neighbours = NEIGHBOURS, minDistance = MIN_DISTANCE, ...options}: UmapSettings,
): Promise<{readonly points: Float32Array; readonly epochs: number}> {
  const {dimensions, random, signal, onProgress} = options;
  const {team, arena, order} = neighbourhood;
  const {rows} = data;
  const epochs = options.epochs ?? (rows <= 10_000 ? 500 : 200);
  const begin = arena.mark();
  try {
    const start = options.start ?? (await wideStart(neighbourhood, data, dimensions, random));
    const lists = neighbourLists(neighbourhood, data, neighbours - 1, options.metric ?? "euclidean");
    const graph = await fuzzyUnion(lists, await memberships(lists));
    const count = graph.ends.length;
    const [edges, ends, rates] = [rows + 1, count, count].map((length) => arena.allocate(length * 4));
    arena.integers(edges, rows + 1).set(graph.starts);
    arena.integers(ends, count).set(graph.ends);
    let most = 0;
    for (const weight of graph.weights) most = Math.max(most, weight);
    const rateOf = arena.floats(rates, count);
    for (let e = 0; e < count; e++) rateOf[e] = graph.weights[e] / most;
    const points = writePoints(arena, start, dimensions, order);
    const moved = writePoints(arena, start, dimensions, order);
    const forces = forceTable(similarityCurve(minDistance));
    const table = arena.allocate(forces.byteLength);
    arena.floats(table, forces.length).set(forces);
    const size = dimensions === 2 ? 8 : 16;
    const seed = Math.floor(random() * 2 ** 32) | 0;
    const scratchSize = align(4 * mostEdges(graph.starts));
    const scratch = arena.allocate(team.threads * scratchSize);
    const pause = pauses();
    for (let epoch = 1; epoch <= epochs; epoch++) {
      signal?.throwIfAborted();
      const speed = 1 - (epoch - 1) / epochs;
      for (let group = 0; group < Math.min(GROUPS, rows); group++) {
        const tasks = Math.ceil(Math.ceil((rows - group) / GROUPS) / PART);
        const its = [rows, size, group, GROUPS];
        const args = [
          ...its,
          edges,
          ends,
          rates,
          points,
          moved,
          table,
          epoch,
          speed,
          DRAWS,
          seed,
          scratch,
          scratchSize,
        ];
        team.run({kernel: "moveGroup", tasks, args});
        keepGroup(arena, {from: moved, to: points, rows, group, numbers: size / 4});
        await pause();
      }
      onProgress?.(epoch, epochs);
    }
    return {points: readPoints(arena, points, dimensions, order), epochs};
  } finally {
    arena.release(begin);
  }
}

interface Kept {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly group: number;
  /** How many numbers a point has. */
  readonly numbers: number;
}

/** Copies a group's points to where all points are. It takes less time here than to wake the threads for it. */
function keepGroup(arena: Arena, {from, to, rows, group, numbers}: Kept): void {
  const [moved, points] = [from, to].map((address) => arena.floats(address, rows * numbers));
  for (let i = group; i < rows; i += GROUPS) {
    for (let d = i * numbers; d < (i + 1) * numbers; d++) points[d] = moved[d];
  }
}

function mostEdges(starts: Int32Array): number {
  let most = 1;
  for (let i = 1; i < starts.length; i++) most = Math.max(most, starts[i] - starts[i - 1]);
  return most;
}

/** Lists the nearest neighbours of each place, as places too, so that the ends of edges are near in memory. */
function neighbourLists(neighbourhood: Neighbourhood, data: Matrix, wanted: number, metric: Metric): NeighbourLists {
  const {rows, order} = neighbourhood;
  const count = Math.min(wanted, neighbourhood.k);
  const list = neighbourhood.nearest(count);
  const placeOf = placesOf(order);
  const [near, distances] = [new Int32Array(rows * count), new Float32Array(rows * count)];
  const distance = metric === "cosine" ? cosineDistance : straightDistance;
  for (let place = 0, e = 0; place < rows; place++) {
    for (let q = 0; q < count; q++, e++) {
      const other = list[order[place] * count + q];
      near[e] = placeOf[other];
      distances[e] = distance(data, order[place], other);
    }
  }
  return {rows, count, near, distances};
}

/**
 * Principal components, each 10 wide, with a little noise; without the noise, rows that are alike would stay together.
 */
async function wideStart(
  {team, arena}: Neighbourhood,
  data: Matrix,
  dimensions: Dimensions,
  random: () => number,
): Promise<Float32Array> {
  const start = await principalStart({team, arena}, data, dimensions);
  for (let d = 0; d < dimensions; d++) {
    let [low, high] = [Infinity, -Infinity];
    for (let e = d; e < start.length; e += dimensions) {
      low = Math.min(low, start[e]);
      high = Math.max(high, start[e]);
    }
    const scale = high > low ? WIDTH / (high - low) : 0;
    for (let e = d; e < start.length; e += dimensions) start[e] = start[e] * scale + NOISE * (2 * random() - 1);
  }
  return start;
}

function straightDistance({columns, values}: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let c = 0, a = i * columns, b = j * columns; c < columns; c++, a++, b++) sum += (values[a] - values[b]) ** 2;
  return Math.sqrt(sum);
}

/**
 * 1 − the cosine of the angle between two rows, as umap-learn's "cosine". It is 1 if one of the rows has only zeros,
 * and 0 if both have.
 */
function cosineDistance({columns, values}: Matrix, i: number, j: number): number {
  let [product, a, b] = [0, 0, 0];
  for (let c = 0; c < columns; c++) {
    const [x, y] = [values[i * columns + c], values[j * columns + c]];
    product += x * y;
    a += x * x;
    b += y * y;
  }
  if (a === 0 || b === 0) return a === b ? 0 : 1;
  return Math.max(0, 1 - product / Math.sqrt(a * b));
}
