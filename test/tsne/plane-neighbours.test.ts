import {expect, test} from "vitest";
import {type Matrix, openWorkspace} from "../../src/tsne/index";
import {packed} from "../../src/tsne/linear/packing";
import {type FoundNeighbours, findNeighbours, sortNearest} from "../../src/tsne/neighbours/neighbours";
import {findPlaneNeighbours} from "../../src/tsne/neighbours/plane-neighbours";
import {cloud} from "../support/tsne-data";

/** Neighbours by cells and by exhaustive search, nearest first. */
async function both(data: Matrix, k: number, threads = 1) {
  const {team, arena, close} = await openWorkspace(threads);
  const space = await packed(team, arena, data);
  const {rows} = data;
  const read = (found: FoundNeighbours) => ({
    order: sortNearest(team, arena, rows, k, found, k),
    own: Uint32Array.from(arena.integers(found.neighbours, rows * k)),
  });
  const exhaustive = read(await findNeighbours(team, arena, space, k));
  const plane = read(await findPlaneNeighbours(team, arena, space, k));
  close();
  return {exhaustive: exhaustive.order, plane: plane.order, asGiven: plane.own};
}

const plane = (points: number, of: (i: number) => readonly [number, number]): Matrix => ({
  rows: points,
  columns: 2,
  values: Float32Array.from({length: 2 * points}, (_, e) => of(e >> 1)[e % 2]),
});

test.each([
  ["a cloud", cloud(2000, 2, 1), 12],
  ["a cloud, many neighbours", cloud(500, 2, 2), 200],
  ["hardly more points than neighbours", cloud(14, 2, 3), 13],
  [
    "one outlier a thousand times as far away",
    plane(900, (i) => (i ? [Math.sin(i), Math.cos(1.3 * i)] : [1e3, 1e3])),
    12,
  ],
  ["a line", plane(700, (i) => [i * i, 0]), 12],
  ["a lattice, where distances are equal", plane(900, (i) => [i % 30, Math.floor(i / 30)]), 12],
  ["each point thirty times", plane(900, (i) => [Math.sin(i % 30), Math.cos(2 * (i % 30))]), 12],
  ["one point only", plane(300, () => [5, -3]), 12],
])("cells give the neighbours of the exhaustive search: %s", async (_, data, k) => {
  const {exhaustive, plane, asGiven} = await both(data, k);
  expect(plane).toEqual(exhaustive);
  expect(asGiven).toEqual(plane); // nearest first as it is
});

test("threads change nothing", async () => {
  const data = cloud(3000, 2, 4);
  expect((await both(data, 12, 4)).asGiven).toEqual((await both(data, 12, 1)).asGiven);
});
