import {expect, test} from "vitest";
import {loadMatrix, type Matrix, openWorkspace} from "../../src/tsne/index";
import {cloud, relativeError} from "../support/tsne-data";

// sizes that fill up neither eights of columns nor 128 rows, and vectors that are no multiple of four
test.each([
  [300, 37, 1],
  [129, 8, 3],
  [1100, 21, 6],
])("moments and products of %i rows of %i columns with %i vectors", async (rows, columns, count) => {
  const data = cloud(rows, columns, rows, 3);
  for (let e = 0; e < data.values.length; e += columns) data.values[e] = 5; // one column is constant
  const workspace = await openWorkspace(2);
  workspace.arena.floats(workspace.arena.allocate(1 << 20), 1 << 18).fill(7); // memory is seldom fresh
  workspace.arena.release(workspace.arena.mark() - (1 << 20) - 128);
  const mark = workspace.arena.mark();
  const loaded = loadMatrix(workspace, data);
  const at = (r: number, c: number) => data.values[r * columns + c];
  const each = (of: (c: number) => number) => Float64Array.from({length: columns}, (_, c) => of(c));
  const sum = (n: number, of: (i: number) => number) =>
    Array.from({length: n}, (_, i) => of(i)).reduce((a, b) => a + b);

  const means = each((c) => sum(rows, (r) => at(r, c)) / rows);
  const variances = each((c) => sum(rows, (r) => (at(r, c) - means[c]) ** 2) / rows);
  const moments = loaded.moments();
  expect(moments.means).toBeAllClose(means, {rtol: 1e-12});
  expect(moments.variances).toBeAllClose(variances, {rtol: 1e-12, atol: 1e-12});

  loaded.scale(
    means,
    each(() => 2),
  );
  const scaled = (r: number, c: number) => 2 * (at(r, c) - means[c]);
  const vectors = cloud(count, columns, 2).values;
  const products = Array.from({length: rows * count}, (_, i) =>
    sum(columns, (c) => scaled(Math.floor(i / count), c) * vectors[(i % count) * columns + c]),
  );
  expect(relativeError(await loaded.project(vectors, count), products)).toBeLessThan(1e-6); // single precision
  const gram = Array.from({length: columns ** 2}, (_, e) =>
    sum(rows, (r) => scaled(r, Math.floor(e / columns)) * scaled(r, e % columns)),
  );
  expect(relativeError(await loaded.gram(), gram)).toBeLessThan(1e-6);
  loaded.release();
  expect(workspace.arena.mark()).toBe(mark);
  workspace.close();
});

/** XᵀX in double precision, and the largest error of the rounded one over the columns' lengths. */
async function roundedError(data: Matrix): Promise<number> {
  const {rows, columns, values} = data;
  const workspace = await openWorkspace(1);
  const rounded = await loadMatrix(workspace, data).roundedGram();
  workspace.close();
  const exact = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++) {
    for (let e = 0; e < exact.length; e++) {
      exact[e] += values[r * columns + Math.floor(e / columns)] * values[r * columns + (e % columns)];
    }
  }
  const length = (c: number) => Math.sqrt(exact[c * columns + c]);
  const errors = exact.map(
    (v, e) => Math.abs(rounded[e] - v) / (length(Math.floor(e / columns)) * length(e % columns)),
  );
  return Math.max(...errors);
}

test.each([
  ["numbers that all round up: a layer whose units are mostly off", (v: number) => Math.max(0, v - 0.7) - 0.13],
  ["one in five hundred a thousand times the rest", (v: number, e: number) => (e % 500 === 7 ? 1000 * v : v)],
  ["all the same: sums of 128 as large as they may be", () => 3],
  ["only the largest magnitudes", (v: number) => Math.sign(v) * 5],
  ["too small to round", (v: number) => 1e-15 * v],
  ["too large to round", (v: number) => 1e15 * v],
] as const)("products of rounded numbers: %s", async (_, of) => {
  const data = cloud(600, 24, 9);
  // units are 2⁻¹² of the root mean square: rounding all one way would be off by half of that, in both columns
  expect(await roundedError({...data, values: data.values.map(of)})).toBeLessThan(2 ** -12);
});

test("rounding at random averages out: some 1e-5 of the columns' lengths for a thousand rows", async () => {
  expect(await roundedError(cloud(1000, 24, 11))).toBeLessThan((4.5 * Math.SQRT2 * 2 ** -12) / Math.sqrt(12 * 1000));
});

test("rounded products do not depend on threads", async () => {
  const results = [];
  for (const threads of [1, 4]) {
    const workspace = await openWorkspace(threads);
    results.push(await loadMatrix(workspace, cloud(500, 70, 3)).roundedGram());
    workspace.close();
  }
  expect(results[1]).toEqual(results[0]);
});
