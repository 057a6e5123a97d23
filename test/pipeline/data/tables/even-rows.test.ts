import {expect, test} from "vitest";
import {evenRows} from "../../../../src/pipeline/data/tables/even-rows";
import {rowsOf, tableOf} from "./table-of";

test("of more rows than a map may have, some are taken evenly, with their words, and that is said", async () => {
  const lines = Array.from({length: 10}, (_, i) => (i === 3 ? `k${i % 2},` : `k${i % 2},${i}`));
  const table = await tableOf(`kind,a\n${lines.join("\n")}\n`);
  const few = evenRows(table, 3);
  expect(rowsOf(few)).toEqual([[0], [4], [7]]); // of 0, 1, 2, 4, 5, 6, 7, 8, 9
  expect([...few.places]).toEqual([1, 5, 8]);
  expect(few.label?.cells).toEqual(["k0", "k0", "k1"]);
  expect(few.words[0]).toBe(few.label);
  expect(few.notes.at(-1)).toBe("6 of 9 rows left out, evenly: a map of all would take too long (--points)");
  expect(evenRows(table, 9)).toBe(table);
});
