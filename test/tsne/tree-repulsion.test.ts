import {expect, test} from "vitest";
import {normaliser} from "../../src/tsne/forces/normaliser";
import {allPairsRepulsion} from "../../src/tsne/forces/repulsion";
import {treeRepulsion} from "../../src/tsne/forces/tree-repulsion";
import {embed, openNeighbourhood, openWorkspace} from "../../src/tsne/index";
import {boxOf} from "../../src/tsne/neighbours/box";
import {writePoints} from "../../src/tsne/neighbours/points";
import type {Job} from "../../src/tsne/threads/team";
import {cloud, digits, relativeError} from "../support/tsne-data";

const NOTHING: Job = {kernel: "attract3", tasks: 0, args: []};

/** The forces on points of space, `[i * 3 + d]`, and Z: by the tree and by all pairs. */
async function both(values: Float32Array, angle?: number, threads = 1) {
  const n = values.length / 3;
  const {team, arena, close} = await openWorkspace(threads);
  const at = writePoints(
    arena,
    values,
    3,
    Int32Array.from({length: n}, (_, i) => i),
  );
  const forces = [treeRepulsion(team, arena, n, at, angle), allPairsRepulsion(team, arena, n, 3, at)].map((way) => {
    const z = way.run(boxOf(values, 3), NOTHING);
    const [far, near] = [way.longRange, way.shortRange].map((place) => arena.floats(place, 4 * n).slice());
    return {z, force: far.map((value, e) => value + near[e]).filter((_, e) => e % 4 < 3), rest: far[3]};
  });
  close();
  return {tree: forces[0], exact: forces[1]};
}

test.each([
  [1000, 0.1],
  [1003, 5],
  [2000, 30],
  [600, 1000],
])("forces of %i points, %d wide, are those of all pairs to 1 %", async (n, width) => {
  const {tree, exact} = await both(cloud(n, 3, n, width).values);
  expect(relativeError(tree.force, exact.force)).toBeLessThan(0.01);
  expect(Math.abs(tree.z / exact.z - 1)).toBeLessThan(2e-3);
  expect(tree.rest).toBe(0);
});

test("at an angle of 0 all points are added by themselves: the forces of all pairs, but for rounding", async () => {
  const {tree, exact} = await both(cloud(900, 3, 1, 4).values, 0);
  expect(relativeError(tree.force, exact.force)).toBeLessThan(1e-5);
  expect(Math.abs(tree.z / exact.z - 1)).toBeLessThan(1e-6);
});

test("points at one place, in a line, or with one far away have the forces of all pairs", async () => {
  const same = new Float32Array(3 * 100).fill(2);
  expect(Math.abs((await both(same)).tree.z - 9900)).toBeLessThan(1e-3);
  const line = cloud(500, 3, 2, 10).values.map((value, e) => (e % 3 === 1 ? value : 0));
  const outlier = cloud(500, 3, 3, 2).values;
  outlier[7] = 1e4; // so that all others are in a few cells
  // in a line the forces of both sides nearly cancel, and what is left is less sure
  for (const [values, most] of [
    [line, 0.03],
    [outlier, 0.001],
  ] as const) {
    const {tree, exact} = await both(values);
    expect(relativeError(tree.force, exact.force)).toBeLessThan(most);
  }
});

test("the threads change no bit of the forces", async () => {
  const {values} = cloud(1500, 3, 4, 12);
  const one = await both(values);
  for (const threads of [2, 3]) {
    const {tree} = await both(values, undefined, threads);
    expect(Buffer.compare(Buffer.from(tree.force.buffer), Buffer.from(one.tree.force.buffer))).toBe(0);
    expect(tree.z).toBe(one.tree.z);
  }
});

test("a map in space by the tree is as good as one by all pairs", async () => {
  const data = digits(2000);
  const near = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 2});
  const settings = {dimensions: 3, iterations: 200, exaggerationIterations: 100, lateLearningRate: 500} as const;
  const [tree, exact] = [
    await embed(near, data, {...settings, repulsion: "tree"}),
    await embed(near, data, {...settings, repulsion: "all-pairs"}),
  ];
  near.close();
  expect(Math.abs(tree.klDivergence - exact.klDivergence)).toBeLessThan(0.03);
});

test("Z of more points than all pairs are summed for is the tree's", async () => {
  const {values} = cloud(1500, 3, 5, 6);
  const {team, arena, close} = await openWorkspace(1);
  const at = writePoints(
    arena,
    values,
    3,
    Int32Array.from({length: 1500}, (_, i) => i),
  );
  const exact = await normaliser(team, arena, values, 3, at);
  const tree = await normaliser(team, arena, values, 3, at, 1000);
  close();
  expect(Math.abs(Math.log(tree / exact))).toBeLessThan(2e-3);
  expect(tree).not.toBe(exact);
});
