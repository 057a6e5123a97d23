import {expect, test} from "vitest";
import {normaliser} from "../../src/tsne/forces/normaliser";
import {embed, type Matrix, openNeighbourhood, openWorkspace} from "../../src/tsne/index";
import {packed} from "../../src/tsne/linear/packing";
import {findApproximateNeighbours, SEARCH, type Search} from "../../src/tsne/neighbours/approximate-neighbours";
import {findNeighbours} from "../../src/tsne/neighbours/neighbours";
import {writePoints} from "../../src/tsne/neighbours/points";
import {searchFor, searchNeighbours} from "../../src/tsne/neighbours/search";
import {cloud, digits} from "../support/tsne-data";

/** The results of each search, as copies. */
async function both(data: Matrix, k: number, threads = 1, search: Search = SEARCH) {
  const {team, arena, close} = await openWorkspace(threads);
  const space = await packed(team, arena, data);
  const read = ({distances, neighbours}: {distances: number; neighbours: number}) => ({
    distances: arena.floats(distances, data.rows * k).slice(),
    neighbours: arena.integers(neighbours, data.rows * k).slice(),
  });
  const exact = read(await findNeighbours(team, arena, space, k));
  const {recall, rounds, doublings, order, ...places} = await findApproximateNeighbours(team, arena, space, k, search);
  const found = read(places);
  close();
  return {exact, found, recall, rounds, doublings, order};
}

/** The share of the entries that are no farther than the k-th nearest of the exhaustive search. */
function recallBy(exact: Float32Array, found: Float32Array, k: number): number {
  let near = 0;
  for (let from = 0; from < exact.length; from += k) {
    const limit = exact.subarray(from, from + k).reduce((a, b) => Math.max(a, b)) * (1 + 1e-5);
    near += found.subarray(from, from + k).filter((d) => d <= limit).length;
  }
  return near / exact.length;
}

test.each<[string, Matrix, number]>([
  ["digits", digits(2000), 46],
  ["a cloud of 50 dimensions, of which none leads", cloud(2000, 50, 1), 31],
  ["points of space", cloud(2001, 3, 2), 12],
  ["more neighbours than a leaf has rows", cloud(1000, 6, 3), 160],
])("at least 95 of 100 nearest rows are found, and the share is stated: %s", async (_, data, k) => {
  const {exact, found, recall} = await both(data, k);
  const share = recallBy(exact.distances, found.distances, k);
  expect(share).toBeGreaterThan(0.95);
  expect(Math.abs(recall - share)).toBeLessThan(0.01); // 500 rows' share, and that of all
});

test("too little work is stated as a low recall", async () => {
  const {exact, found, recall} = await both(cloud(2000, 50, 1), 31, 1, {...SEARCH, trees: 1, mostRounds: 0});
  expect(recall).toBeLessThan(0.6);
  expect(Math.abs(recall - recallBy(exact.distances, found.distances, 31))).toBeLessThan(0.03);
});

test("where rounds no longer help, the next ones look at more rows", async () => {
  const noise = cloud(1000, 50, 1);
  const few = {...SEARCH, trees: 2, own: 8, reverse: 4};
  const [narrow, wide] = [
    await both(noise, 21, 1, {...few, mostDoublings: 0}),
    await both(noise, 21, 1, {...few, mostDoublings: 3}),
  ];
  expect(narrow.recall).toBeLessThan(0.9);
  expect(narrow.doublings).toBe(0);
  expect(wide.doublings).toBeGreaterThan(0);
  expect(wide.recall).toBeGreaterThan(0.95);
  expect(Math.abs(wide.recall - recallBy(wide.exact.distances, wide.found.distances, 21))).toBeLessThan(0.01);
});

test("each list holds other rows, each once, by rising row, with their distances", async () => {
  const data = cloud(600, 7, 7);
  const {found} = await both(data, 46);
  const {team, arena, close} = await openWorkspace(1);
  const exact = await findNeighbours(team, arena, await packed(team, arena, data), 599);
  const all = arena.floats(exact.distances, 600 * 599); // row i: all others, by rising row
  const wrong = Array.from(found.neighbours, (j, e) => {
    const i = Math.floor(e / 46);
    const d = all[i * 599 + j - (j > i ? 1 : 0)];
    const rises = e % 46 === 0 || j > found.neighbours[e - 1];
    return j === i || !rises || Math.abs(found.distances[e] - d) > 2e-5 * (1 + d);
  });
  expect(wrong.filter(Boolean)).toEqual([]);
  close();
});

test("where rounds would be many, they end if another search can follow", async () => {
  const noise = cloud(2000, 50, 1);
  const few = {...SEARCH, trees: 1, own: 6, reverse: 3, mostDoublings: 0, mostRounds: 6};
  const recalls: number[] = [];
  for (let mostRounds = 0; mostRounds <= 6; mostRounds++) {
    const {recall, rounds} = await both(noise, 21, 1, {...few, mostRounds});
    if (rounds === mostRounds) recalls.push(recall);
  }
  for (const mostFurther of [1, 2, 3]) {
    const {rounds} = await both(noise, 21, 1, {...few, mostFurther});
    const hopeless = recalls.findIndex((r, n) => n > 0 && 0.95 - r > mostFurther * (r - recalls[n - 1]));
    expect(hopeless).toBeGreaterThan(0);
    expect(rounds).toBe(hopeless);
  }
});

test("the threads change no bit", async () => {
  const data = cloud(1100, 20, 4);
  const search = {...SEARCH, trees: 1, own: 6, reverse: 3};
  const [one, two, four] = await Promise.all([1, 2, 4].map((threads) => both(data, 31, threads, search)));
  expect(one.doublings).toBeGreaterThan(0); // so that the rounds with more rows are compared, too
  for (const {found, recall, rounds, order} of [two, four]) {
    expect([recall, rounds]).toEqual([one.recall, one.rounds]);
    expect(Buffer.compare(Buffer.from(found.neighbours.buffer), Buffer.from(one.found.neighbours.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(found.distances.buffer), Buffer.from(one.found.distances.buffer))).toBe(0);
    expect(order?.every((row, place) => row === one.order?.[place])).toBe(true);
  }
});

test("rows that are all alike, and rows that each stand forty times, have full lists", async () => {
  const same = {rows: 700, columns: 4, values: new Float32Array(2800).fill(3)};
  const alike = await both(same, 20);
  expect(alike.recall).toBe(1);
  expect(alike.found.neighbours.every((j, e) => j !== Math.floor(e / 20) && j >= 0 && j < 700)).toBe(true);
  const some = cloud(1200, 8, 5);
  for (let r = 30; r < 1200; r++) some.values.copyWithin(r * 8, (r % 30) * 8, (r % 30) * 8 + 8);
  const {found, recall} = await both(some, 31);
  expect(recall).toBe(1);
  expect(found.neighbours.filter((j, e) => j % 30 === Math.floor(e / 31) % 30).length).toBe(1200 * 31);
});

test("if the search misses too many of few rows, all rows are compared; of many, the recall is stated", async () => {
  const [data, k] = [cloud(2000, 50, 1), 31];
  const little = {...SEARCH, trees: 1, mostRounds: 0, mostDoublings: 0};
  const {exact} = await both(data, k);
  const workspace = await openWorkspace(1);
  const space = await packed(workspace.team, workspace.arena, data);
  const search = async (mostCompared: number, effort: Search) => {
    const found = await searchNeighbours(workspace, space, data, k, "approximate", {mostCompared, effort});
    return {...found, list: workspace.arena.integers(found.neighbours, data.rows * k).slice()};
  };
  const compared = await search(2000, little);
  expect(compared.recall).toBeUndefined();
  expect(compared.list).toEqual(exact.neighbours);
  expect((await search(1999, little)).recall).toBeLessThan(0.6);
  expect((await search(2000, SEARCH)).recall).toBeGreaterThan(0.95); // enough were found
  workspace.close();
});

test("up to 100,000 rows the search is exact, and states no recall", async () => {
  expect([searchFor(100_000), searchFor(100_001)]).toEqual(["exact", "approximate"]);
  const near = await openNeighbourhood(digits(200), {perplexity: 30, metric: "euclidean", threads: 1});
  expect([near.k, near.recall]).toEqual([91, undefined]);
  near.close();
});

test("a map by approximate neighbours, half as many, is as faithful as one by exact ones", async () => {
  const data = digits(2000);
  const judge = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 1});
  const figures = [];
  for (const search of ["exact", "approximate"] as const) {
    const near = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 1, search});
    const map = await embed(near, data, {iterations: 400, exaggerationIterations: 150, lateLearningRate: 500});
    expect(near.k).toBe(search === "exact" ? 91 : 46);
    figures.push(await judge.quality(map.points, 2, 12));
    near.close();
  }
  judge.close();
  const [exact, approximate] = figures;
  expect(approximate.trustworthiness).toBeGreaterThan(exact.trustworthiness - 0.005);
  expect(approximate.continuity).toBeGreaterThan(exact.continuity - 0.005);
});

test.each([1, 30, 400])("Z by the mesh is that of all pairs, for a map %i wide", async (width) => {
  const {values} = cloud(4000, 2, 6, width);
  const {team, arena, close} = await openWorkspace(1);
  const at = writePoints(
    arena,
    values,
    2,
    Int32Array.from({length: 4000}, (_, i) => i),
  );
  const exact = await normaliser(team, arena, values, 2, at);
  const mesh = await normaliser(team, arena, values, 2, at, 1000);
  close();
  expect(Math.abs(Math.log(mesh / exact))).toBeLessThan(1e-3);
});
