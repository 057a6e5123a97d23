import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {align, CHUNK} from "../threads/layout";
import {pauses, runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {FoundNeighbours} from "./neighbours";
import {fairOrder, nearTogether} from "./row-orders";
import {recallOf} from "./sampled-recall";

/** How the search works; the defaults are measured (docs/tsne.md). */
export interface Search {
  /** How many trees there are before the rounds. */
  readonly trees: number;
  /** How many rows a leaf of a tree has at least. */
  readonly leaf: number;
  /** How many more neighbours than wanted each row's list has. The last of the wanted ones are found through these. */
  readonly spare: number;
  /** A round looks at the `own` nearest of each list, and at up to `reverse` rows that have the row in their lists. */
  readonly own: number;
  readonly reverse: number;
  /** How many rounds there are with the same `own` and `reverse`. */
  readonly mostRounds: number;
  /** The rounds end at this recall. */
  readonly enough: number;
  /** If rounds no longer raise the recall to this, the next rounds look at twice as many rows. */
  readonly wanted: number;
  /** How often this number of rows may be doubled. Each time, a round may take four times as long. */
  readonly mostDoublings: number;
  /**
   * The rounds end if `wanted` would need more than this many further rounds that gain as much as the last one did. For
   * searches that another one can follow; by default, the rounds go on.
   */
  readonly mostFurther?: number;
}

export const SEARCH: Search = {
  ...{trees: 8, leaf: 128, spare: 3, own: 32, reverse: 16, mostRounds: 12},
  ...{enough: 0.965, wanted: 0.95, mostDoublings: 2},
};

/** Neighbours, most of which are the nearest, and how many of them are. */
export interface ApproximateNeighbours extends FoundNeighbours {
  /**
   * The share of the k nearest neighbours that were found for a sample of rows, in [0, 1]. A neighbour counts if it is
   * no farther than the k-th nearest, so that equally far ones count alike.
   */
  readonly recall: number;
  readonly rounds: number;
  /** How often the number of rows that a round looks at was doubled. */
  readonly doublings: number;
}

/** The rounds end when one raises the recall by less than this. */
const LEAST_GAIN = 0.001;
/** Below the wanted recall, rounds that gain less than this are not worth their time. The next look at more rows. */
const LITTLE_GAIN = 0.01;
/** The mark of entries that the next round has not yet looked at (kernels/near-rows.ts). */
const NEW = 0x40000000;
const DIRECTIONS = 8;
const PART = 64;
const SLOTS = 4096;

/**
 * Finds the k nearest other rows of each row, or most of them. Trees of random directions bring near rows together
 * (Dasgupta & Freund 2008), and all pairs within a leaf are compared. Then, in rounds, each row is compared with the
 * neighbours of its neighbours, where rows that have it in their lists count as its neighbours too (Dong, Charikar & Li
 * 2011, NN-descent; the trees come first as in Tang et al. 2016, LargeVis). Each round reads what the round before
 * left, so that the result does not depend on the number of threads. The directions come from a fixed sequence.
 *
 * The search misses many neighbours if the rows have no structure (such as many columns of noise alone). If the recall
 * stays below `wanted`, the next rounds look at twice as many neighbours, and then at four times as many.
 *
 * It takes about n · 5,000 distances, and n · (12 · (k + 15) + 4 · columns + 100) bytes while it works; up to ten times
 * as many distances, and n · 192 bytes more, if it has to look at more neighbours.
 *
 * @throws RangeError unless there are more rows than a leaf has.
 */
export async function findApproximateNeighbours(
  team: Team,
  arena: Arena,
  {rows, columns, panels}: Packed,
  k: number,
  search: Search = SEARCH,
): Promise<ApproximateNeighbours> {
  const {trees, mostRounds, enough, wanted, mostDoublings} = search;
  const wide = Math.max(k + search.spare, search.own);
  const leaf = Math.max(search.leaf, Math.ceil(wide / 8 + 1) * 8);
  if (rows <= leaf) throw new RangeError(`rows: expected more than ${leaf} for a search by trees, got ${rows}`);
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const chunks = Math.ceil(rows / CHUNK);
  const size = Math.ceil(columns / 4) * 16;
  const [order, members, chosen] = [rows, rows, columns].map((count) => arena.allocate(count * 4));
  const x = arena.allocate(rows * size);
  const [far, near, before] = [0, 1, 2].map(() => arena.allocate(rows * wide * 4));
  const counts = arena.allocate(rows * 4);
  const random = sequence();
  const pause = pauses();
  const place = () =>
    team.run({kernel: "placeRows", tasks: chunks, args: [panels, rows, columns, order, chosen, x, size]});

  arena.integers(order, rows).set(Int32Array.from({length: rows}, (_, row) => row));
  arena
    .integers(chosen, columns)
    .set(byVariance(arena.floats(panels, Math.ceil(rows / 8) * 8 * columns), rows, columns));
  place();
  const leaves = Math.max(1, Math.floor(rows / leaf));
  const room = 2 ** Math.ceil(Math.log2(rows / leaf)) * leaf;
  const grow = () => {
    const begin = arena.mark();
    const directions = arena.allocate(DIRECTIONS * size);
    const products = arena.allocate(rows * DIRECTIONS * 4);
    arena.floats(directions, (DIRECTIONS * size) / 4).set(Float32Array.from({length: (DIRECTIONS * size) / 4}, random));
    team.run({kernel: "projectPlaces", tasks: chunks, args: [rows, x, size, directions, DIRECTIONS, products]});
    const together = nearTogether(arena.floats(products, rows * DIRECTIONS), DIRECTIONS, room);
    arena.release(begin);
    return together;
  };

  // places stand in the order of the first tree, so that most of a row's neighbours are near in memory too
  const rowAt = grow();
  arena.integers(order, rows).set(rowAt);
  place();
  team.run({kernel: "clearLists", tasks: chunks, args: [rows, wide, far, near]});
  for (let tree = 0; tree < trees; tree++) {
    const together = tree === 0 ? Int32Array.from({length: rows}, (_, i) => i) : grow();
    arena.integers(members, rows).set(together);
    const args = [rows, x, size, members, leaf, leaves, wide, far, near];
    await runInParts(team, {kernel: "joinLeaves", tasks: leaves, args}, 64);
  }

  const measure = await recallOf(team, arena, rows, x, size, k, wide);
  const scratchSize = align(SLOTS * 4);
  let [recall, rounds, doublings] = [measure(far), 0, 0];
  for (; ; doublings++) {
    const begin = arena.mark();
    const [own, most] = [Math.min(wide, search.own * 2 ** doublings), search.reverse * 2 ** doublings];
    const reverse = arena.allocate(rows * most * 4);
    const scratch = arena.allocate(team.threads * scratchSize);
    const couldDouble = () => recall < wanted && doublings < mostDoublings;
    const leastGain = () =>
      Math.max(couldDouble() ? LITTLE_GAIN : LEAST_GAIN, (wanted - recall) / (search.mostFurther ?? Infinity));
    for (let last = -1, round = 0; recall < enough && recall - last >= leastGain() && round < mostRounds; round++) {
      last = recall;
      arena.move(near, before, rows * wide * 4);
      team.run({kernel: "reverseNear", tasks: 1, args: [rows, wide, own, before, most, counts, reverse]});
      await pause();
      const args = [rows, x, size, wide, own, before, most, counts, reverse, far, near, scratch, scratchSize];
      await runInParts(team, {kernel: "joinNear", tasks: Math.ceil(rows / PART), args}, 64);
      recall = measure(far);
      rounds++;
    }
    arena.release(begin);
    if (!couldDouble()) break;
    // pairs that the last rounds left out have to be looked at, even if neither of their steps is new
    const entries = arena.integers(near, rows * wide);
    for (let e = 0; e < entries.length; e++) entries[e] |= NEW;
  }
  team.run({kernel: "writeNear", tasks: chunks, args: [rows, wide, k, order, far, near, distances, neighbours]});
  arena.release(mark);
  return {distances, neighbours, order: rowAt, recall, rounds, doublings};
}

/**
 * Returns the columns, those with the greatest variances first. The variances are those of a fair sample of the rows,
 * which are in panels (kernels/distances.ts).
 */
function byVariance(panels: Float32Array, rows: number, columns: number): Int32Array {
  const variances = new Float64Array(columns);
  const some = fairOrder(rows).subarray(0, 2000);
  for (let c = 0; c < columns; c++) {
    let [sum, squares] = [0, 0];
    for (const row of some) {
      const value = panels[(row >> 3) * columns * 8 + c * 8 + (row & 7)];
      sum += value;
      squares += value * value;
    }
    variances[c] = squares / some.length - (sum / some.length) ** 2;
  }
  return Int32Array.from(variances.keys()).sort((a, b) => variances[b] - variances[a] || a - b);
}

/** Returns a generator of numbers in [-1, 1), which are always the same (mulberry32, T. Ettinger 2017). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
