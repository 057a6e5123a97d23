import {expect, test} from "vitest";
import {type Matrix, openWorkspace} from "../../src/tsne/index";
import {packed} from "../../src/tsne/linear/packing";
import {findNeighbours} from "../../src/tsne/neighbours/neighbours";
import {findPrunedNeighbours, leadingColumns, type NeighbourGuess} from "../../src/tsne/neighbours/pruned-neighbours";
import {fairOrder} from "../../src/tsne/neighbours/row-orders";
import {cloud, digits} from "../support/tsne-data";

/** Neighbours by both searches. */
async function both(data: Matrix, k: number, threads = 1) {
  const {team, arena, close} = await openWorkspace(threads);
  const space = await packed(team, arena, data);
  const leading = leadingColumns(data);
  if (!leading) throw new Error("expected data that are worth pruning");
  const read = ({distances, neighbours}: {distances: number; neighbours: number}) => ({
    distances: arena.floats(distances, data.rows * k).slice(),
    neighbours: arena.integers(neighbours, data.rows * k).slice(),
  });
  const exhaustive = read(await findNeighbours(team, arena, space, k));
  const pruned = read(await findPrunedNeighbours(team, arena, space, leading, k));
  close();
  return {exhaustive, pruned};
}

/** Columns of falling spread, as principal components. */
function components(rows: number, columns: number, seed: number): Matrix {
  const data = cloud(rows, columns, seed);
  return {...data, values: data.values.map((v, e) => v / Math.sqrt(1 + (e % columns)))};
}

test.each([1, 2, 4])("bounds change no bit of the exhaustive search, with %i threads", async (threads) => {
  const {exhaustive, pruned} = await both(digits(2000), 91, threads);
  expect(pruned).toEqual(exhaustive);
});

test.each([
  [1000, 28, 5],
  [1003, 41, 31],
  [1511, 30, 200],
])("nor of %i rows of %i columns, %i neighbours", async (rows, columns, k) => {
  const {exhaustive, pruned} = await both(components(rows, columns, rows), k);
  expect(pruned).toEqual(exhaustive);
});

test("nor where eighty rows, from everywhere, are much nearer each other than the rest", async () => {
  const data = components(1500, 30, 3);
  for (const row of fairOrder(1500).subarray(0, 80)) {
    for (let c = 0; c < 30; c++) data.values[row * 30 + c] = 0.5 + 1e-3 * data.values[row * 30 + c];
  }
  const {exhaustive, pruned} = await both(data, 91);
  expect(pruned).toEqual(exhaustive);
});

test("nor of equal distances, of which the lower row counts: every row forty times, and all rows the same", async () => {
  const some = components(1200, 32, 4);
  for (let r = 30; r < 1200; r++) some.values.copyWithin(r * 32, (r % 30) * 32, (r % 30) * 32 + 32);
  const {exhaustive, pruned} = await both(some, 31);
  expect(pruned).toEqual(exhaustive);
  const nearly = {...some, values: new Float32Array(1200 * 32).fill(2)};
  nearly.values[0] = 3; // a spread, or there would be nothing to bound by
  const same = await both(nearly, 31);
  expect(same.pruned).toEqual(same.exhaustive);
});

test("nor where the data lie far from zero, and where outliers are ten thousand times as far as the rest", async () => {
  const far = components(1000, 30, 5);
  const {exhaustive, pruned} = await both({...far, values: far.values.map((v) => v + 1000)}, 31);
  expect(pruned).toEqual(exhaustive);
  for (let e = 0; e < 60; e++) far.values[e] *= 1e4;
  const apart = await both(far, 31);
  expect(apart.pruned).toEqual(apart.exhaustive);
});

test("nor what was found before, in near data or in other data", async () => {
  const {team, arena, close} = await openWorkspace(2);
  const search = async (data: Matrix, guess?: NeighbourGuess) => {
    const {distances, neighbours} = await findPrunedNeighbours(
      team,
      arena,
      await packed(team, arena, data),
      Array.from({length: 20}, (_, c) => c),
      31,
      guess,
    );
    const read = (address: number) => arena.integers(address, data.rows * 31).slice();
    return {distances: read(distances), neighbours: read(neighbours)};
  };
  const [before, now] = [components(1203, 30, 6), components(1203, 30, 7)];
  const near = {...before, values: before.values.map((v, e) => v + 0.1 * now.values[e])};
  for (const other of [before, near, now]) {
    const {neighbours} = await search(other);
    expect(await search(before, {rows: 1203, k: 31, list: neighbours})).toEqual(await search(before));
  }
  close();
});

test("bounds are made where a few columns hold most of the variance", () => {
  expect(leadingColumns(digits(2000))).toHaveLength(20);
  expect(leadingColumns(cloud(1200, 100, 1))).toBeUndefined(); // 20 of 100 equal ones
  expect(leadingColumns(components(900, 40, 1))).toBeUndefined(); // few rows
  const reversed = components(1000, 40, 2);
  for (let r = 0; r < 1000; r++) reversed.values.subarray(r * 40, (r + 1) * 40).reverse();
  expect(leadingColumns(reversed)?.every((c) => c >= 15)).toBe(true);
});

test.each([
  [21, "by the leading columns and the rest"],
  [28, "by all columns"],
])("nor where rounding makes bounds longest: by half a unit at both ends, in each of %i, %s", async (used) => {
  // Rows on the diagonal of so many columns, of which the twenty-first is the rest of the first bound; places in units,
  // the longest row's 16,000th.
  const [columns, rows] = [28, 1024];
  const diagonal = (place: number) => (2 ** -12 * place * Math.sqrt(used)) / 16_000;
  const longest = 16_000 / Math.sqrt(used);
  // In the order of the search 512 rows at zero and at 1200.5, then those at 2200.5, the nearer ones (of which all that
  // count for the rows at 1200.5) looked at after the farther: distances 1000.01 to 1000.03, and 1001 once rounded.
  const places = [
    ...new Array(496).fill(0),
    ...Array.from({length: 16}, (_, i) => 1200.495 - 1e-4 * i),
    ...Array.from({length: 256}, (_, i) => 2200.505 + 1e-5 * i),
    ...Array.from({length: 255}, (_, i) => 2200.515 + 1e-5 * i),
    longest,
  ];
  // the median of the rows that tell where the middle is, 255 evenly apart, must be zero
  const sampled = Array.from({length: 255}, (_, i) => Math.floor((i * rows) / 255));
  const order = [...sampled, ...Array.from({length: rows}, (_, r) => r).filter((r) => !sampled.includes(r))];
  const values = new Float32Array(rows * columns);
  for (const [i, place] of places.entries()) {
    values.fill(diagonal(place), order[i] * columns, order[i] * columns + used);
  }
  const {exhaustive, pruned} = await both({rows, columns, values}, 31);
  expect(pruned).toEqual(exhaustive);
});
