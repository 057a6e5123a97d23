import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {scaledRows} from "../../../src/pipeline/maps/linear/scaled-rows";
import {mapRows, mapSettings} from "../../../src/pipeline/maps/map-rows";
import {cloud} from "../../support/tsne-data";

const table = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0].length,
  values: Float64Array.from(rows.flat()),
});
const euclidean = (scaling: "feature" | "global" | "none") => ({scaling, metric: "euclidean" as const});

test("each column gets mean 0 and deviation 1, and a constant one is left out", () => {
  const {matrix, constant, repeated, unit} = scaledRows(
    table([
      [1, 7, 10],
      [2, 7, 10],
      [3, 7, 40],
      [2, 7, 40],
    ]),
    euclidean("feature"),
  );
  expect([matrix.rows, matrix.columns, constant, repeated, unit]).toEqual([4, 2, [1], 0, undefined]);
  // deviations √½ and 15
  expect(matrix.values).toBeAllClose([-Math.SQRT2, -1, 0, -1, Math.SQRT2, 1, 0, 1], {rtol: 1e-7});
});

test("columns to scale are centred, in units of their common deviation", () => {
  const rows = table([
    [1e9 + 3, 0],
    [1e9 - 3, 8],
    [1e9 + 3, 8],
    [1e9 - 3, 0],
  ]); // variances 9 and 16: their mean's root is √12.5
  for (const scaling of ["global", "none"] as const) {
    const {matrix, unit} = scaledRows(rows, euclidean(scaling));
    expect(unit).toBeCloseTo(Math.sqrt(12.5), 12);
    expect(matrix.values).toBeAllClose(
      [3, -4, -3, 4, 3, 4, -3, -4].map((v) => v / Math.sqrt(12.5)),
      {rtol: 1e-7},
    );
  }
});

test("compared by cosine, unscaled rows keep their directions", () => {
  const rows = [
    [3, 4, 1],
    [6, 8, 1],
    [-1, 2, 1],
  ];
  const {matrix, constant} = scaledRows(table(rows), {scaling: "none", metric: "cosine"});
  expect([matrix.columns, constant]).toEqual([3, [2]]);
  const length = Math.sqrt(matrix.values.reduce((sum, v) => sum + v * v, 0));
  const own = Math.hypot(...rows.flat());
  expect(matrix.values).toBeAllClose(
    rows.flat().map((v) => (v * length) / own),
    {rtol: 1e-6},
  );
});

test("rows that are repeated are counted; rounding of a constant is no spread", () => {
  const noisy = 0.1 + 0.2; // 0.30000000000000004
  const rows = table([
    [1, noisy],
    [2, 0.3],
    [1, 0.3],
    [1, noisy],
    [-0, 0.3],
  ]);
  const {matrix, constant, repeated} = scaledRows(rows, euclidean("feature"));
  expect([matrix.columns, constant, repeated]).toEqual([1, [1], 2]);
});

const numbers = fc
  .array(fc.array(fc.double({min: -1, max: 1, noNaN: true}), {minLength: 3, maxLength: 3}), {
    minLength: 4,
    maxLength: 20,
  })
  .filter((rows) =>
    [0, 1, 2].every((c) => Math.max(...rows.map((r) => r[c])) - Math.min(...rows.map((r) => r[c])) > 0.01),
  );

test("what is mapped does not depend on the unit, be it 1e-300 or 1e300", () => {
  fc.assert(
    fc.property(
      numbers,
      fc.integer({min: -300, max: 300}),
      fc.constantFrom("feature", "global", "none"),
      (rows, power, scaling) => {
        const own = scaledRows(table(rows), euclidean(scaling));
        const scaled = scaledRows(table(rows.map((row) => row.map((v) => v * 10 ** power))), euclidean(scaling));
        // doubles are rounded by the change of unit, 1e-16 each; singles then differ in the last digit at most
        expect(scaled.matrix.values).toBeAllClose(own.matrix.values, {rtol: 2 ** -23, atol: 1e-12});
      },
    ),
  );
});

test("what is mapped does not depend on an offset, as far as doubles hold the numbers", () => {
  fc.assert(
    fc.property(
      numbers,
      fc.double({min: -1e7, max: 1e7, noNaN: true}),
      fc.constantFrom("feature", "none"),
      (rows, offset, scaling) => {
        const own = scaledRows(table(rows), euclidean(scaling));
        const moved = scaledRows(table(rows.map((row) => row.map((v) => v + offset))), euclidean(scaling));
        // a number near 1e7 holds 2e-9, of a spread of 0.01 and more
        expect(moved.matrix.values).toBeAllClose(own.matrix.values, {rtol: 1e-6, atol: 1e-6});
      },
    ),
  );
});

describe.each(["tsne", "umap", "pca", "tsne-js"] as const)("a map by %s", (method) => {
  const rows = cloud(80, 5, 3);
  for (let r = 0; r < 80; r++) rows.values[5 * r + (r % 3)] += 6;
  const map = async (unit: number, scaling: "feature" | "none") => {
    const given = {method, scaling, iterations: method === "tsne" ? 200 : 60};
    const settings = resolveOptions(mapSettings, given, "--");
    const scaled = scaledRows({...rows, values: Float64Array.from(rows.values, (v) => v * unit)}, settings);
    const context = {random: randomSource(1), say: () => {}};
    return mapRows(scaled.matrix, {...settings, scaling: "none"}, context);
  };

  test.each(["feature", "none"] as const)("is the same in any unit, scaling %s", async (scaling) => {
    const own = await map(1, scaling);
    expect(own.klDivergence).toBeGreaterThan(0);
    for (const unit of [1e-24, 2 ** 60, 1e19]) {
      const other = await map(unit, scaling);
      expect(other.points).toEqual(own.points);
      expect(other.klDivergence).toBe(own.klDivergence);
    }
  });

  test.each([
    ["two values", (r: number) => [r % 2, 0]],
    ["one row apart from the others", (r: number) => [r === 0 ? 1 : 0, 0]],
    ["one number far from all others", (r: number) => [r === 5 ? 1e15 : r % 7, r % 3]],
    ["a line", (r: number) => [r, -2 * r]],
    ["most rows alike", (r: number) => (r % 7 < 5 ? [1, 2] : [r, r % 4])],
    ["one column", (r: number) => [Math.sin(r)]],
  ])("of %s has figures that can be", async (_, row) => {
    for (const count of [7, 80]) {
      const settings = resolveOptions(mapSettings, {method, iterations: 60}, "--");
      const {matrix} = scaledRows(table(Array.from({length: count}, (__, r) => row(r))), settings);
      const context = {random: randomSource(1), say: () => {}};
      const {points, klDivergence, trustworthiness, continuity} = await mapRows(
        matrix,
        {...settings, scaling: "none"},
        context,
      );
      expect(points.every(Number.isFinite)).toBe(true);
      expect(klDivergence).toBeGreaterThanOrEqual(0);
      for (const share of [trustworthiness, continuity]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
  });
});
