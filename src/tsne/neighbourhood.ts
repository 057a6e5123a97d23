import {type Arena, openArena} from "./arena";
import {checkMatrix, type Dimensions, type Matrix} from "./matrix";
import {runInParts} from "./parts";
import {type Job, openTeam, type Team} from "./team";

export type Metric = "euclidean" | "cosine";

export interface NeighbourhoodOptions {
  /** About how many neighbours count for each point: 2 to the entropy of p(j|i) in bits. At most a third of the others. */
  readonly perplexity: number;
  /** Cosine: rows are compared by their direction, as points of the unit sphere, |a/|a| − b/|b||² = 2 (1 − cos). */
  readonly metric: Metric;
  readonly threads: number;
}

/** What t-SNE keeps of the data: each row's neighbours and the joint probabilities. Measures maps of it, and makes them. */
export interface Neighbourhood {
  readonly rows: number;
  readonly perplexity: number;
  /** Neighbours of each row: 3 · perplexity + 1, or all others (van der Maaten 2014, section 4.1; one more as scikit-learn). */
  readonly k: number;
  readonly threads: number;
  readonly team: Team;
  readonly arena: Arena;
  readonly places: Places;
  /** @returns The `count` nearest of each row, `[rows * count]`, nearest first; of equals the lower index first. */
  nearest(count: number): Uint32Array;
  /** A copy of the joint probabilities, rows filled up with p = 0 to a multiple of four entries. */
  joint(): {starts: Uint32Array; columns: Uint32Array; values: Float32Array};
  /** KL(P‖Q) of a map in nats, Q over all pairs: no approximation but single precision (about 1e-5). */
  divergence(points: Float32Array, dimensions: Dimensions): Promise<number>;
  /**
   * Trustworthiness and continuity (Venna & Kaski 2001) at k neighbours, in [0, 1]: whether neighbours in the map are
   * neighbours in the data, and the other way round. And the map's neighbours themselves, nearest first.
   *
   * @throws RangeError unless k < rows / 2.
   */
  quality(points: Float32Array, dimensions: Dimensions, k: number): Promise<MapQuality>;
  /** Ends the threads; the memory goes with the object. */
  close(): void;
}

export interface MapQuality {
  readonly trustworthiness: number;
  readonly continuity: number;
  /** `[rows * k]`. */
  readonly neighbours: Uint32Array;
}

/** Addresses in the arena. */
export interface Places {
  readonly panels: number;
  readonly norms: number;
  readonly distances: number;
  readonly neighbours: number;
  readonly edges: number;
  readonly ends: number;
  readonly joint: number;
}

export const CHUNK = 256;
const ROWS = 32;
const MEDIAN_ROWS = 255;

/**
 * Finds neighbours by exhaustive search and calibrates the joint probabilities. About n² · columns multiplications and
 * 20 · n · k bytes.
 *
 * @throws RangeError if the matrix holds anything but finite numbers, or has too few rows for the perplexity.
 */
export async function openNeighbourhood(
  data: Matrix,
  {perplexity, metric, threads}: NeighbourhoodOptions,
): Promise<Neighbourhood> {
  checkMatrix("data", data);
  const {rows} = data;
  if (!(perplexity >= 1 && 3 * perplexity <= rows - 1)) {
    throw new RangeError(
      `perplexity: expected 1 to ${(rows - 1) / 3} (a third of the other points), got ${perplexity}`,
    );
  }
  const k = Math.min(rows - 1, Math.floor(3 * perplexity + 1));
  const team = await openTeam(threads);
  try {
    const arena = openArena(team);
    const space = await packed(team, arena, metric === "cosine" ? unitRows(data) : data);
    const near = await findNeighbours(team, arena, space, k);
    const edges = joinNeighbours(team, arena, rows, k, perplexity, near);
    return measured(team, arena, space, {...space, ...near, ...edges}, perplexity, k);
  } catch (error) {
    team.close();
    throw error;
  }
}

interface Packed {
  readonly rows: number;
  readonly columns: number;
  readonly panels: number;
  readonly norms: number;
}

/**
 * Packs the data centred, and scaled to at most 1: distances are to scale, and single precision spends no digits on where
 * the data lie. Centred on medians, because one far outlier would move the means away from all others.
 */
async function packed(team: Team, arena: Arena, {rows, columns, values}: Matrix): Promise<Packed> {
  const panelCount = Math.ceil(rows / 8);
  const panels = arena.allocate(panelCount * 8 * columns * 4);
  const norms = arena.allocate(panelCount * 8 * 4);
  const mark = arena.mark();
  const x = arena.allocate(values.length * 4);
  const center = arena.allocate(columns * 4);
  const middle = medians(values, rows, columns);
  let largest = 0;
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) largest = Math.max(largest, Math.abs(values[e++] - middle[c]));
  }
  arena.floats(x, values.length).set(values);
  arena.floats(center, columns).set(middle);
  const args = [x, rows, columns, center, 1 / (largest || 1), panels, norms];
  team.run({kernel: "packPanels", tasks: Math.ceil(panelCount / 32), args});
  arena.release(mark);
  return {rows, columns, panels, norms};
}

/** The median of each column over at most MEDIAN_ROWS rows, evenly apart. */
function medians(values: Float32Array, rows: number, columns: number): Float32Array {
  const count = Math.min(rows, MEDIAN_ROWS);
  const sample = new Float32Array(count);
  return Float32Array.from({length: columns}, (_, c) => {
    for (let i = 0; i < count; i++) sample[i] = values[Math.floor((i * rows) / count) * columns + c];
    return sample.sort()[count >> 1];
  });
}

/** Rows of length 1; a row of zeros stays where it is. */
function unitRows({rows, columns, values}: Matrix): Matrix {
  const unit = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * columns, (r + 1) * columns);
    const length = Math.hypot(...row) || 1;
    for (let c = 0; c < columns; c++) unit[r * columns + c] = row[c] / length;
  }
  return {rows, columns, values: unit};
}

async function findNeighbours(team: Team, arena: Arena, {rows, columns, panels, norms}: Packed, k: number) {
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const capacity = Math.max(512, 2 * k + 64);
  const scratchSize = align(32 * capacity * 8 + capacity * 4 + 512);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [panels, norms, rows, columns, k, capacity, distances, neighbours, scratch, scratchSize];
  await runInParts(team, {kernel: "findNeighbours", tasks: Math.ceil(rows / ROWS), args});
  arena.release(mark);
  return {distances, neighbours};
}

function joinNeighbours(
  team: Team,
  arena: Arena,
  rows: number,
  k: number,
  perplexity: number,
  {distances, neighbours}: {distances: number; neighbours: number},
) {
  const chunks = Math.ceil(rows / CHUNK);
  const edges = arena.allocate((rows + 1) * 4);
  const ends = arena.allocate((2 * rows * k + 4 * rows) * 4); // at most: every neighbour one-sided, rows filled up
  const joint = arena.allocate((2 * rows * k + 4 * rows) * 4);
  const mark = arena.mark();
  const p = arena.allocate(rows * k * 4);
  const scratchSize = align(4 * (k + 3) + 64);
  const scratch = arena.allocate(team.threads * scratchSize);
  const starts = arena.allocate((rows + 1) * 4);
  const cursor = arena.allocate(rows * 4);
  const reverse = arena.allocate(rows * k * 4);
  const reverseP = arena.allocate(rows * k * 4);
  const entropy = Math.log(perplexity);
  team.run({kernel: "calibrate", tasks: chunks, args: [rows, k, entropy, distances, p, scratch, scratchSize]});
  team.run({kernel: "reverseLists", tasks: 1, args: [rows, k, neighbours, p, starts, cursor, reverse, reverseP]});
  team.run({kernel: "countEdges", tasks: chunks, args: [rows, k, neighbours, starts, reverse, edges]});
  team.run({kernel: "sumEdges", tasks: 1, args: [rows, edges]});
  const args = [rows, k, neighbours, p, starts, reverse, reverseP, edges, ends, joint];
  team.run({kernel: "joinEdges", tasks: chunks, args});
  arena.release(mark);
  return {edges, ends, joint};
}

function measured(
  team: Team,
  arena: Arena,
  space: Packed,
  places: Places,
  perplexity: number,
  k: number,
): Neighbourhood {
  const {rows} = space;
  const nearest = (count: number) =>
    sortNearest(
      arena.floats(places.distances, rows * k),
      arena.integers(places.neighbours, rows * k),
      rows,
      k,
      Math.min(count, k),
    );
  return {
    rows,
    perplexity,
    k,
    threads: team.threads,
    team,
    arena,
    places,
    nearest,
    joint() {
      const starts = Uint32Array.from(arena.integers(places.edges, rows + 1));
      return {
        starts,
        columns: Uint32Array.from(arena.integers(places.ends, starts[rows]), (end) => end >> 3),
        values: arena.floats(places.joint, starts[rows]).slice(),
      };
    },
    async divergence(points, dimensions) {
      const mark = arena.mark();
      const at = writePoints(arena, points, dimensions);
      const {job, sums: zs} = allPairsJob(arena, rows, dimensions, at);
      await runInParts(team, job, 64);
      const z = sum(arena.doubles(zs, job.tasks));
      const chunks = Math.ceil(rows / CHUNK);
      const sums = arena.allocate(chunks * 8);
      const {edges, ends, joint} = places;
      team.run({kernel: "sumDivergence", tasks: chunks, args: [rows, dimensions, edges, ends, joint, at, sums]});
      const divergence = sum(arena.doubles(sums, chunks)) + Math.log(z);
      arena.release(mark);
      return divergence;
    },
    async quality(points, dimensions, count) {
      if (!(count >= 1 && count <= k && count < rows / 2)) {
        throw new RangeError(`neighbours: expected 1 to ${Math.min(k, Math.ceil(rows / 2) - 1)}, got ${count}`);
      }
      const mark = arena.mark();
      const map = await packed(team, arena, {rows, columns: dimensions, values: points});
      const near = await findNeighbours(team, arena, map, count);
      const dataNear = arena.allocate(rows * count * 4);
      arena.integers(dataNear, rows * count).set(nearest(count));
      const scale = 2 / (rows * count * (2 * rows - 3 * count - 1));
      const trustworthiness = 1 - scale * (await sumRankExcess(team, arena, space, near.neighbours, count));
      const continuity = 1 - scale * (await sumRankExcess(team, arena, map, dataNear, count));
      const neighbours = sortNearest(
        arena.floats(near.distances, rows * count),
        arena.integers(near.neighbours, rows * count),
        rows,
        count,
        count,
      );
      arena.release(mark);
      return {trustworthiness, continuity, neighbours};
    },
    close: () => team.close(),
  };
}

/** Puts points in the arena as the kernels have them: two numbers a point or four, and far ones up to a multiple of four. */
export function writePoints(arena: Arena, points: ArrayLike<number>, dimensions: Dimensions): number {
  const n = points.length / dimensions;
  const stride = dimensions === 2 ? 2 : 4;
  const room = Math.ceil(n / 4) * 4;
  const address = arena.allocate(room * stride * 4);
  const out = arena.floats(address, room * stride).fill(0);
  for (let i = 0; i < n; i++) for (let c = 0; c < dimensions; c++) out[i * stride + c] = points[i * dimensions + c];
  for (let i = n; i < room; i++) out.fill(1e15, i * stride, i * stride + dimensions);
  return address;
}

/** Repulsion of all pairs (kernels/all-pairs.ts), and where it leaves forces and the terms of Z. */
export function allPairsJob(arena: Arena, n: number, dimensions: Dimensions, points: number) {
  const tasks = Math.ceil(n / ROWS);
  const out = arena.allocate(Math.ceil(n / 4) * 4 * (dimensions === 2 ? 8 : 16));
  const sums = arena.allocate(tasks * 8);
  const kernel = dimensions === 2 ? "repelAll2" : "repelAll3";
  const job: Job = {kernel, tasks, args: [n, points, out, sums]};
  return {job, out, sums};
}

async function sumRankExcess(team: Team, arena: Arena, space: Packed, neighbours: number, k: number): Promise<number> {
  const {rows, columns, panels, norms} = space;
  const tasks = Math.ceil(rows / ROWS);
  const sums = arena.allocate(tasks * 8);
  const scratchSize = align(80 * k + 192);
  const scratch = arena.allocate(team.threads * scratchSize);
  const args = [panels, norms, rows, columns, neighbours, k, sums, scratch, scratchSize];
  await runInParts(team, {kernel: "sumRankExcess", tasks, args});
  return sum(arena.doubles(sums, tasks));
}

/** The `count` nearest out of k for each row, nearest first. */
function sortNearest(
  distances: Float32Array,
  neighbours: Int32Array,
  rows: number,
  k: number,
  count: number,
): Uint32Array {
  const out = new Uint32Array(rows * count);
  const best = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    let held = 0;
    for (let q = 0; q < k; q++) {
      const d = distances[i * k + q];
      if (held === count && d >= best[count - 1]) continue;
      let place = held < count ? held++ : count - 1;
      for (; place > 0 && best[place - 1] > d; place--) {
        best[place] = best[place - 1];
        out[i * count + place] = out[i * count + place - 1];
      }
      best[place] = d;
      out[i * count + place] = neighbours[i * k + q];
    }
  }
  return out;
}

export function align(bytes: number): number {
  return Math.ceil(bytes / 128) * 128;
}

export function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
