import fc from "fast-check";
import {expect, test} from "vitest";

import {csvBytes} from "../../../src/pipeline/record/csv-bytes";
import {csvTable} from "../../../src/pipeline/record/csv-table";

const turn = async () => {};

test("large tables have the bytes of small ones: numbers as templates write them, words escaped and in quotes", async () => {
  const decimals = fc.integer({min: -2e9, max: 2e9}).map((units) => units / 1e6);
  const cells = fc.oneof(fc.double(), fc.integer(), decimals, fc.string(), fc.constantFrom("", "=1+1", 'a,"b"', -0));
  const rows = fc.array(fc.tuple(cells, cells), {maxLength: 30});
  await fc.assert(
    fc.asyncProperty(rows, async (some) => {
      const columns = {"first, of two": some.map(([one]) => one), second: some.map(([, two]) => two)};
      const bytes = await csvBytes(Object.keys(columns), [columns], turn);
      expect(Buffer.from(bytes).toString()).toBe(csvTable(columns));
    }),
  );
});

test("decimals are the shortest that read as the number, at every size", async () => {
  const values = [
    0.1,
    0.1 + 0.2,
    1e-6,
    1.5e-6,
    1e-7,
    0.999999,
    0.9999999,
    123456789.123456,
    1e9 + 0.000001,
    1e21,
    2 ** 53,
  ];
  const all = Float64Array.from([...values, ...values.map((value) => -value), Number.NaN, Infinity]);
  const bytes = await csvBytes(["x"], [{x: all}], turn);
  expect(Buffer.from(bytes).toString().split("\n")).toEqual(["x", ...Array.from(all, String), ""]);
});

test("what a part's rows do not have is an empty cell, and others have a turn within many rows", async () => {
  let turns = 0;
  const many = new Uint32Array(12_001);
  const bytes = await csvBytes(["a", "b"], [{a: [1, "x"]}, {b: many}, {}], async () => void turns++);
  const lines = Buffer.from(bytes).toString().split("\n");
  expect(lines.slice(0, 4)).toEqual(["a,b", "1,", "x,", ",0"]);
  expect(lines).toHaveLength(1 + 2 + many.length + 1);
  expect(turns).toBe(1 + 3);
});
