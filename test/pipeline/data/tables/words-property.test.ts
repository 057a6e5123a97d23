import fc from "fast-check";
import {expect, test} from "vitest";
import {rowsOf, tableOf} from "./table-of";

/** @file Any table with a column of class names and with gaps gives its numbers, its classes and its gaps. */

const GAPS = ["", "NA", "NaN", "n/a", "NULL", "?", "-", "inf", "#N/A"];
const CLASSES = ["Iris-setosa", "red oak", "x_1", "Größe"];

const tables = fc
  .record({rows: fc.integer({min: 9, max: 30}), columns: fc.integer({min: 1, max: 4})})
  .chain(({rows, columns}) =>
    fc.record({
      numbers: fc.array(fc.array(fc.integer({min: -9999, max: 9999}), {minLength: columns, maxLength: columns}), {
        minLength: rows,
        maxLength: rows,
      }),
      /** Each row's gap: the column, if there is such a one, and how it is written. */
      gaps: fc.array(fc.tuple(fc.integer({min: 0, max: 12}), fc.constantFrom(...GAPS)), {
        minLength: rows,
        maxLength: rows,
      }),
      classes: fc.integer({min: 2, max: 4}),
      place: fc.integer({min: 0, max: columns}),
      header: fc.boolean(),
      separator: fc.constantFrom(",", ";", "\t", "|"),
      decimal: fc.constantFrom(".", ","),
      missing: fc.constantFrom("drop-rows", "mean"),
    }),
  );

test("any table of numbers, classes and gaps is read as it is", async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({numbers, gaps, classes, place, header, separator, decimal, missing}) => {
      const columns = numbers[0].length;
      // hundredths, so that every column has a decimal mark somewhere, or is whole
      const values = numbers.map((row, r) => row.map((v, c) => (gaps[r][0] === c ? Number.NaN : v / 100)));
      const perColumn = values[0].map((_, c) => values.filter((row) => !Number.isNaN(row[c])).length);
      fc.pre(perColumn.every((count) => count >= 0.5 * values.length && count > 0));
      fc.pre(values.some((row) => row.every((v) => !Number.isNaN(v))));
      const lines = values.map((row, r) => {
        const cells = row.map((v) => (Number.isNaN(v) ? gaps[r][1] : `${v}`.replace(".", decimal)));
        cells.splice(place, 0, CLASSES[r % classes]);
        return cells.map((cell) => (cell.includes(separator) ? `"${cell}"` : cell)).join(separator);
      });
      const names = Array.from({length: columns + 1}, (_, c) => (c === place ? "class" : `n${c}`));
      const text = [...(header ? [names.join(separator)] : []), ...lines].join("\n");
      const table = await tableOf(text, {missing: missing as "mean"});
      const means = perColumn.map((count, c) => values.reduce((sum, row) => sum + (row[c] || 0), 0) / count);
      const kept = values.flatMap((row, r) => (missing === "mean" || row.every((v) => !Number.isNaN(v)) ? [r] : []));
      expect(rowsOf(table).flat()).toBeAllClose(
        kept.flatMap((r) => values[r].map((v, c) => (Number.isNaN(v) ? means[c] : v))),
        {rtol: 1e-12, atol: 1e-12},
      );
      expect([...table.places]).toEqual(kept.map((r) => r + 1));
      expect(table.words).toEqual([
        {name: header ? "class" : `column ${place + 1}`, cells: kept.map((r) => CLASSES[r % classes])},
      ]);
      expect(table.unused).toEqual([{name: table.words[0].name, place: place + 1, reason: "it holds words"}]);
      expect(table.notes.length).toBe(values.flat().some(Number.isNaN) ? 1 : 0);
    }),
    {numRuns: 300},
  );
}, 120_000);
