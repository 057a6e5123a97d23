import {expect, test} from "vitest";
import {CellKind, kindOf, numberOf, TWOFOLD} from "../../../../src/pipeline/data/tables/cells";

const {point, comma, missing, infinite, words} = CellKind;

test.each([
  ["12", point | comma, 12, 12],
  [" -12\u00a0", point | comma, -12, -12],
  ["+7", point | comma, 7, 7],
  ["−3", point | comma, -3, -3], // a typographic minus
  ["0.5", point, 0.5],
  [".5", point, 0.5],
  ["5.", point, 5],
  ["-1.25e-3", point, -0.00125],
  ["1E5", point | comma, 1e5, 1e5],
  ["0,5", comma, undefined, 0.5],
  [",5", comma, undefined, 0.5],
  ["-2,3250", comma, undefined, -2.325],
  ["1,5e-7", comma, undefined, 1.5e-7],
  ["1.234", TWOFOLD, 1.234, 1234],
  ["1,234", TWOFOLD, 1234, 1.234],
  ["0.234", point, 0.234],
  ["1234.567", point, 1234.567],
  ["1,234.5", point, 1234.5],
  ["1.234,5", comma, undefined, 1234.5],
  ["1,234,567", point, 1234567],
  ["1.234.567", comma, undefined, 1234567],
  ["1 234 567,25", comma, undefined, 1234567.25],
  ["1\u202f234", point | comma, 1234, 1234],
  ["1'234.5", point, 1234.5],
  ["12,34.5", words],
  ["1,2345.6", words],
  ["1.2.3", words],
  ["1,2,3", words],
  ["2020-01-02", words],
  ["0x1F", words],
  ["12 kg", words],
  ["1,", words],
  ["e5", words],
  ["ash", words],
  ["", missing],
  ["  ", missing],
  ["NA", missing],
  ["n/a", missing],
  ["NaN", missing],
  ["-nan", missing],
  ["NULL", missing],
  ["?", missing],
  ["-", missing],
  [".", missing],
  ["#DIV/0!", missing],
  ["inf", infinite],
  ["-Infinity", infinite],
  ["1e400", infinite],
  ["9".repeat(400), infinite],
])("%j is what it says", (cell, kind, byPoint?: number, byComma?: number) => {
  expect(kindOf(cell)).toBe(kind);
  if (byPoint !== undefined) expect(numberOf(cell, "point")).toBe(byPoint);
  if (byComma !== undefined) expect(numberOf(cell, "comma")).toBe(byComma);
});
