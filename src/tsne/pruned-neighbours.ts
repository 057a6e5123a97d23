import type {Arena} from "./arena";
import {align, ROWS} from "./layout";
import type {Matrix} from "./matrix";
import type {FoundNeighbours} from "./neighbours";
import type {Packed} from "./packing";
import {runInParts} from "./parts";
import type {Team} from "./team";

/** What the bounds are made of, and how they lie (kernels/pruned-neighbours.ts). */
const [LEADING, PAIRS, TILE_ROWS, GROUP, PACKED_ROWS] = [20, 11, 128, 8, 256];
/** The longest row's length in units: its square and a distance's stay below 2^30. */
const LONGEST = 16_000;
/** Bounds by this share of the variance spare more than they cost. */
const WORTH = 0.5;
const [FEWEST_ROWS, FEWEST_COLUMNS] = [1000, 28];

/**
 * The columns of the greatest variances, if so few hold so much of the whole, as of principal components, that bounds by
 * them are worth it.
 */
export function leadingColumns({rows, columns, values}: Matrix): number[] | undefined {
  if (rows < FEWEST_ROWS || columns < FEWEST_COLUMNS) return undefined;
  const means = new Float64Array(columns);
  const variances = new Float64Array(columns);
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++) means[c] += values[e++] / rows;
  for (let r = 0, e = 0; r < rows; r++) for (let c = 0; c < columns; c++) variances[c] += (values[e++] - means[c]) ** 2;
  const order = Array.from(means, (_, c) => c).sort((a, b) => variances[b] - variances[a] || a - b);
  const sum = (some: readonly number[]) => some.reduce((total, c) => total + variances[c], 0);
  const leading = order.slice(0, LEADING);
  return sum(leading) > WORTH * sum(order) ? leading : undefined;
}

/** What `findNeighbours` gives, bit for bit, in less time. @param leading `leadingColumns` of what was packed. */
export async function findPrunedNeighbours(
  team: Team,
  arena: Arena,
  {rows, columns, panels, norms}: Packed,
  leading: readonly number[],
  k: number,
): Promise<FoundNeighbours> {
  const distances = arena.allocate(rows * k * 4);
  const neighbours = arena.allocate(rows * k * 4);
  const mark = arena.mark();
  const panelCount = Math.ceil(rows / 8);
  const stride = Math.ceil(columns / 4) * 4;
  const order = arena.allocate(rows * 4);
  const bounded = arena.allocate(LEADING * 4);
  const x = arena.allocate(panelCount * 8 * stride * 4);
  const placeNorms = arena.allocate(panelCount * 32);
  const bounds = arena.allocate(panelCount * PAIRS * 32);
  const boundNorms = arena.allocate(panelCount * 32);
  arena.integers(order, rows).set(fairOrder(rows));
  arena.integers(bounded, LEADING).set(leading);
  const largest = arena.floats(norms, rows).reduce((most, norm) => Math.max(most, norm), 0);
  const unit = LONGEST / Math.sqrt(largest || 1);
  const pack = [panels, norms, rows, columns, order, bounded, unit, x, stride, placeNorms, bounds, boundNorms];
  team.run({kernel: "packBounds", tasks: Math.ceil((panelCount * 8) / PACKED_ROWS), args: pack});

  const capacity = Math.ceil((3 * k + 160) / 8) * 8;
  const scratchSize = align(ROWS * (capacity * 8 + (TILE_ROWS + GROUP) * 4) + 640 + capacity * 4);
  const scratch = arena.allocate(team.threads * scratchSize);
  // |a|² + |b|² − 2a·b, sums of `columns` products, each rounded to 2⁻²⁴ of it (Higham 2002, section 3.1), and to spare
  const error = 4 * (columns + 4) * 2 ** -24;
  const search = [bounds, boundNorms, x, stride, placeNorms, order, rows, k, capacity, unit, error, largest];
  const args = [...search, distances, neighbours, scratch, scratchSize];
  await runInParts(team, {kernel: "findPruned", tasks: Math.ceil(rows / ROWS), args});
  arena.release(mark);
  return {distances, neighbours};
}

/**
 * All rows, in steps of about the golden section of their number: whatever order they are in, any stretch of this one is
 * a fair sample of them.
 */
export function fairOrder(rows: number): Int32Array {
  let step = Math.max(1, Math.round(rows * 0.6180339887498949));
  while (commonDivisor(step, rows) > 1) step++;
  return Int32Array.from({length: rows}, (_, place) => (place * step) % rows);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
