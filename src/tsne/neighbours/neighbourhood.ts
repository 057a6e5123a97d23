import {joinNeighbours} from "../forces/joint";
import {normaliser} from "../forces/normaliser";
import {checkMatrix, type Dimensions, type Matrix} from "../linear/matrix";
import {type Packed, packed, unitRows} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {CHUNK, sum} from "../threads/layout";
import type {Team} from "../threads/team";
import {openWorkspace, type Workspace} from "../threads/workspace";
import {firstOfEach, sortNearest} from "./neighbours";
import {findPlaneNeighbours} from "./plane-neighbours";
import {writePoints} from "./points";
import {everyOf, meanRankExcess} from "./ranks";
import {placesOf} from "./row-orders";
import {neighbourCount, type SearchKind, searchFor, searchNeighbours} from "./search";

export type Metric = "euclidean" | "cosine";

export interface NeighbourhoodOptions {
  /**
   * About how many neighbours count for each point: 2 to the power of the entropy of p(j|i) in bits. At most a third of
   * the other points.
   */
  readonly perplexity: number;
  /** How the neighbours are found. By default exactly for up to 100,000 rows, and approximately for more. */
  readonly search?: SearchKind;
  /** How many neighbours each row has: more than the perplexity. By default as many as it needs (`Neighbourhood.k`). */
  readonly neighbours?: number;
  /**
   * With "cosine", rows are compared by their direction, as points of the unit sphere: |a/|a| − b/|b||² = 2 (1 − cos).
   */
  readonly metric: Metric;
  /** How many threads to open; or the workspace to use, which stays open. */
  readonly threads: number | Workspace;
}

/**
 * The part of t-SNE that depends only on the data: the neighbours of each row and the joint probabilities. It measures
 * maps of the data; `embed` makes them. Make one call at a time, because calls share the free end of the memory.
 */
export interface Neighbourhood {
  readonly rows: number;
  readonly perplexity: number;
  /**
   * How many neighbours each row has: 3 · perplexity + 1, or half as many if the search is approximate; but never more
   * than there are other rows.
   */
  readonly k: number;
  /**
   * The share of the k nearest neighbours that were found, in [0, 1], measured on 500 rows. It is undefined after an
   * exact search, which finds all.
   */
  readonly recall?: number;
  readonly threads: number;
  readonly team: Team;
  readonly arena: Arena;
  readonly places: Places;
  /** The order in which the points of a map stand in memory, with near points together: `order[place]` is the row. */
  readonly order: Int32Array;
  /** @returns The `count` nearest of each row, `[rows * count]`, the nearest first, then by index. */
  nearest(count: number): Uint32Array;
  /** A copy of the joint probabilities; each row is filled up with p = 0 to a multiple of four entries. */
  joint(): {starts: Uint32Array; columns: Uint32Array; values: Float32Array};
  /**
   * KL(P‖Q) of a map in nats, with Q over all pairs. Its only error is that of single precision (about 1e-5). For more
   * than 100,000 points, Z comes from the mesh, or in space from the tree, and has its error. It is never below 0, even
   * if rounding would make it so.
   */
  divergence(points: Float32Array, dimensions: Dimensions): Promise<number>;
  /**
   * Trustworthiness and continuity (Venna & Kaski 2001) at k neighbours, in [0, 1]: whether neighbours on the map are
   * neighbours in the data, and the other way round. It also returns the neighbours on the map, the nearest first.
   *
   * @param among Ranks are counted among about this many of the other points: among all of up to 2,500 points, and
   * among 300 if there are more.
   * @throws RangeError unless k < rows / 2.
   */
  quality(points: Float32Array, dimensions: Dimensions, k: number, among?: number): Promise<MapQuality>;
  /** Ends the threads that it opened, or frees the memory that it took in the given workspace. */
  close(): void;
}

export interface MapQuality {
  readonly trustworthiness: number;
  readonly continuity: number;
  /**
   * Among about how many of the other points the ranks were counted. If these were not all, each rank is an estimate.
   */
  readonly among: number;
  /** `[rows * k]`. */
  readonly neighbours: Uint32Array;
}

/** Up to the first number of points, ranks are counted among all; with more points, among the second number. */
const [COUNTED, SAMPLED] = [2500, 300];

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

/**
 * Finds the neighbours and calibrates the joint probabilities. The exact search takes at most about n² · columns
 * multiplications; both searches take 20 · n · k bytes.
 *
 * @throws RangeError if the matrix holds anything but finite numbers, or has too few rows for the perplexity.
 */
export async function openNeighbourhood(
  data: Matrix,
  {perplexity, metric, threads, search = searchFor(data.rows), neighbours}: NeighbourhoodOptions,
): Promise<Neighbourhood> {
  checkMatrix("data", data);
  const {rows} = data;
  if (!(perplexity >= 1 && 3 * perplexity <= rows - 1)) {
    throw new RangeError(
      `perplexity: expected 1 to ${(rows - 1) / 3} (a third of the other points), got ${perplexity}`,
    );
  }
  const k = neighbours ?? neighbourCount(perplexity, rows, search);
  const workspace = typeof threads === "number" ? await openWorkspace(threads) : threads;
  const {team, arena} = workspace;
  const begin = arena.mark();
  const close = () => (typeof threads === "number" ? team.close() : arena.release(begin));
  try {
    const points = metric === "cosine" ? unitRows(data) : data;
    const space = await packed(team, arena, points);
    const near = await searchNeighbours(workspace, space, points, k, search);
    if (workspace === threads && search === "exact") {
      workspace.lastNeighbours = {rows, k, list: arena.integers(near.neighbours, rows * k).slice()};
    }
    const order = near.order ?? Int32Array.from({length: rows}, (_, row) => row);
    const edges = joinNeighbours(team, arena, rows, k, perplexity, near, order);
    return measured(team, arena, space, {...space, ...near, ...edges}, order, perplexity, k, near.recall, close);
  } catch (error) {
    close();
    throw error;
  }
}

function measured(
  team: Team,
  arena: Arena,
  space: Packed,
  places: Places,
  order: Int32Array,
  perplexity: number,
  k: number,
  recall: number | undefined,
  close: () => void,
): Neighbourhood {
  const {rows} = space;
  let sorted: {count: number; list: Uint32Array} = {count: 0, list: new Uint32Array()};
  const nearest = (wanted: number) => {
    const count = Math.min(wanted, k);
    if (count > sorted.count) {
      sorted = {count, list: sortNearest(team, arena, rows, k, places, count)};
    }
    return firstOfEach(sorted.list, sorted.count, count);
  };
  return {
    rows,
    perplexity,
    k,
    ...(recall === undefined ? {} : {recall}),
    threads: team.threads,
    team,
    arena,
    places,
    order,
    nearest,
    joint() {
      const [begins, placeOf] = [arena.integers(places.edges, rows + 1), placesOf(order)];
      const [ends, values] = [arena.integers(places.ends, begins[rows]), arena.floats(places.joint, begins[rows])];
      const joint = {
        starts: new Uint32Array(rows + 1),
        columns: new Uint32Array(begins[rows]),
        values: new Float32Array(begins[rows]),
      };
      let e = 0;
      for (let row = 0; row < rows; row++) {
        for (let from = begins[placeOf[row]]; from < begins[placeOf[row] + 1]; from++, e++) {
          joint.columns[e] = order[ends[from] >> 3];
          joint.values[e] = values[from];
        }
        joint.starts[row + 1] = e;
      }
      return joint;
    },
    async divergence(points, dimensions) {
      const mark = arena.mark();
      const at = writePoints(arena, points, dimensions, order);
      const z = await normaliser(team, arena, points, dimensions, at);
      const chunks = Math.ceil(rows / CHUNK);
      const sums = arena.allocate(chunks * 8);
      const {edges, ends, joint} = places;
      team.run({kernel: "sumDivergence", tasks: chunks, args: [rows, dimensions, edges, ends, joint, at, sums]});
      const divergence = sum(arena.doubles(sums, chunks)) + Math.log(z);
      arena.release(mark);
      return divergence < 0 ? 0 : divergence; // NaN stays NaN
    },
    async quality(points, dimensions, count, among = rows > COUNTED ? SAMPLED : rows) {
      if (!(count >= 1 && count <= k && count < rows / 2)) {
        throw new RangeError(`neighbours: expected 1 to ${Math.min(k, Math.ceil(rows / 2) - 1)}, got ${count}`);
      }
      const mark = arena.mark();
      const map = await packed(team, arena, {rows, columns: dimensions, values: points});
      const near = await (dimensions === 2
        ? findPlaneNeighbours(team, arena, map, count)
        : searchNeighbours({team, arena}, map, {rows, columns: 3, values: points}, count, searchFor(rows)));
      const dataNear = arena.allocate(rows * count * 4);
      arena.integers(dataNear, rows * count).set(nearest(count));
      const scale = 2 / (2 * rows - 3 * count - 1);
      const trust = await meanRankExcess(team, arena, space, near.neighbours, count, {...places, count: k}, among);
      const kept = await meanRankExcess(team, arena, map, dataNear, count, {...near, count}, among);
      const neighbours = sortNearest(team, arena, rows, count, near, count);
      arena.release(mark);
      return {
        trustworthiness: 1 - scale * trust,
        continuity: 1 - scale * kept,
        among: Math.round((rows - 1) / everyOf(rows, among)),
        neighbours,
      };
    },
    close,
  };
}
