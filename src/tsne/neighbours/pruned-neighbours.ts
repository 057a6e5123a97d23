import type {Matrix} from "../linear/matrix";
import type {Packed} from "../linear/packing";
import type {Arena} from "../threads/arena";
import {align, ROWS} from "../threads/layout";
import {pauses, runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import type {FoundNeighbours} from "./neighbours";
import {nearTogether, placesOf} from "./row-orders";

/** The layout of the bounds (kernels/bounds.ts, kernels/pruned-neighbours.ts). */
const [LEADING, PAIRS, PACKED_ROWS] = [20, 11, 256];
/** The most rows in a block, so that two blocks and their lists are in the cache during a task. */
const BLOCK_ROWS = 320;
/** The length of the longest row in units, so that the squares of lengths and distances stay below 2^30. */
const LONGEST = 16_000;
/** The greatest possible bound (kernels/bounds.ts). */
const WHOLE = 2 ** 30;
/** If the leading columns hold this share of the variance, bounds by them save more time than they cost. */
const WORTH = 0.5;
const [FEWEST_ROWS, FEWEST_COLUMNS] = [1000, 28];
/** How many evenly spaced rows decide which columns lead. Other rows would change only the time. */
const SAMPLE = 2000;

/**
 * Returns the columns with the greatest variances if these few hold so much of the whole variance that bounds by them
 * are worth their cost, as with principal components; else undefined.
 */
export function leadingColumns({rows, columns, values}: Matrix): number[] | undefined {
  if (rows < FEWEST_ROWS || columns < FEWEST_COLUMNS) return undefined;
  const step = Math.ceil(rows / SAMPLE);
  const means = sumsByColumn(values, columns, step).map((sum) => sum / Math.ceil(rows / step));
  const variances = squaresByColumn(values, columns, step, means);
  const order = Array.from(means, (_, c) => c).sort((a, b) => variances[b] - variances[a] || a - b);
  const sum = (some: readonly number[]) => some.reduce((total, c) => total + variances[c], 0);
  const leading = order.slice(0, LEADING);
  return sum(leading) > WORTH * sum(order) ? leading : undefined;
}

/**
 * Neighbours from an earlier search, for the same number of rows: `list[row * k + q]`. No row may stand twice in one
 * list.
 */
export interface NeighbourGuess {
  readonly rows: number;
  readonly k: number;
  readonly list: Int32Array;
}

/**
 * Returns the same bits as `findNeighbours`, in less time.
 *
 * @param leading The `leadingColumns` of the data that were packed.
 * @param guess The neighbours of similar data, such as those of an earlier epoch. They save up to half the time, and
 * change nothing else.
 */
export async function findPrunedNeighbours(
  team: Team,
  arena: Arena,
  {rows, columns, panels, norms}: Packed,
  leading: readonly number[],
  k: number,
  guess?: NeighbourGuess,
): Promise<FoundNeighbours> {
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const panelCount = Math.ceil(rows / 8);
  const room = panelCount * 8;
  const stride = Math.ceil(columns / 4) * 4;
  const order = arena.allocate(rows * 4);
  const bounded = arena.allocate(LEADING * 4);
  const x = arena.allocate(room * stride * 4);
  const placeNorms = arena.allocate(room * 4);
  const bounds = arena.allocate(panelCount * PAIRS * 32);
  const whole = arena.allocate(room * Math.ceil(stride / 8) * 16);
  const state = arena.allocate(6 * room * 4);
  const levels = Math.max(0, Math.ceil(Math.log2(rows / BLOCK_ROWS)));
  const blockRows = Math.ceil(rows / 2 ** levels / 8) * 8;
  const blocks = Math.ceil(rows / blockRows);
  const leads = columnsOf(arena.floats(panels, room * columns), rows, columns, leading);
  const nearRows = nearTogether(leads, LEADING, blockRows * 2 ** levels);
  arena.integers(order, rows).set(nearRows);
  arena.integers(bounded, LEADING).set(leading);
  const largest = largestOf(arena.floats(norms, rows));
  const unit = LONGEST / Math.sqrt(largest || 1);
  const pack = [
    panels,
    norms,
    rows,
    columns,
    order,
    bounded,
    unit,
    x,
    stride,
    placeNorms,
    bounds,
    whole,
    state + 16 * room,
  ];
  team.run({kernel: "packBounds", tasks: Math.ceil(room / PACKED_ROWS), args: pack});

  const capacity = Math.ceil((k + 48) / 8) * 8;
  const lists = arena.allocate(rows * capacity * 8);
  const firsts = arena.allocate(blocks * 4);
  const scratchSize = align(16 * (blockRows + 8) + capacity * 4 + 1152);
  const scratch = arena.allocate(team.threads * scratchSize);
  arena.integers(state, room).fill(0);
  arena.floats(state + 4 * room, room).fill(1e29);
  for (const at of [2, 3]) {
    const [limits, norms] = [at, at + 2].map((array) => arena.integers(state + 4 * array * room, room));
    openLimits(limits, norms, rows);
  }
  // |a|² + |b|² − 2a·b is made of sums of `columns` products, each rounded to 2⁻²⁴ of it (Higham 2002, section 3.1),
  // with some room to spare
  const error = 4 * (columns + 4) * 2 ** -24;
  if (guess?.rows === rows && guess.k === k) {
    const begin = arena.mark();
    const [guesses, places, scratch] = [rows * k * 4, rows * 4, team.threads * 64].map((bytes) =>
      arena.allocate(bytes),
    );
    arena.integers(guesses, rows * k).set(guess.list);
    arena.integers(places, rows).set(placesOf(nearRows));
    const space = [x, stride, placeNorms, order, rows, k, unit, error, largest, state];
    const args = [guesses, places, ...space, scratch, 64];
    team.run({kernel: "guessThresholds", tasks: Math.ceil(rows / ROWS), args});
    arena.release(begin);
  }
  const place = [blockRows, bounds, whole, x, stride, placeNorms, order, rows, k, capacity, unit, error, largest];
  const pause = pauses();
  for (let phase = 0; phase < 2 ** levels; phase++) {
    const pairs = Array.from({length: blocks}, (_, b) => b).filter((b) => b <= (b ^ phase) && (b ^ phase) < blocks);
    arena.integers(firsts, blocks).set(pairs);
    const args = [firsts, phase, ...place, lists, state, scratch, scratchSize];
    team.run({kernel: "compareBlocks", tasks: pairs.length, args});
    await pause();
  }
  const gather = [order, rows, k, capacity, lists, state, distances, neighbours, scratch, scratchSize];
  await runInParts(team, {kernel: "gatherNearest", tasks: Math.ceil(rows / ROWS), args: gather});
  arena.release(mark);
  return {distances, neighbours, order: nearRows};
}

// Each loop below is a function of its own, so that V8 compiles it once, and as a small function. Inside the search it
// was compiled nine times in a run, together with the whole search, which took longer than running it.

function sumsByColumn(values: Float32Array, columns: number, step: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < values.length; row += step * columns) {
    for (let c = 0; c < columns; c++) sums[c] += values[row + c];
  }
  return sums;
}

function squaresByColumn(values: Float32Array, columns: number, step: number, means: Float64Array): Float64Array {
  const squares = new Float64Array(columns);
  for (let row = 0; row < values.length; row += step * columns) {
    for (let c = 0; c < columns; c++) squares[c] += (values[row + c] - means[c]) ** 2;
  }
  return squares;
}

/** Some columns of the rows in panels (kernels/distances.ts), `[row * some.length + c]`. */
function columnsOf(panels: Float32Array, rows: number, columns: number, some: readonly number[]): Float32Array {
  const out = new Float32Array(rows * some.length);
  for (let row = 0, e = 0; row < rows; row++) {
    const from = (row >> 3) * columns * 8 + (row & 7);
    for (let c = 0; c < some.length; c++) out[e++] = panels[from + some[c] * 8];
  }
  return out;
}

function largestOf(norms: Float32Array): number {
  let most = 0;
  for (let i = 0; i < norms.length; i++) if (norms[i] > most) most = norms[i];
  return most;
}

/** Before the first threshold, every pair passes; a place past the last row never does. */
function openLimits(limits: Int32Array, norms: Int32Array, rows: number): void {
  for (let place = 0; place < rows; place++) limits[place] = norms[place] - WHOLE - 1;
  limits.fill(2 ** 31 - 1, rows);
}
