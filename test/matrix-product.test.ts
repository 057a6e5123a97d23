import {expect, test} from "vitest";
import {loadMatrix, openWorkspace} from "../src/tsne/index";
import {cloud, relativeError} from "./support/tsne-data";

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
