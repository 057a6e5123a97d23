import {expect, test} from "vitest";
import {type MatrixRoom, matrixLayout} from "../../src/report/client/panels/matrix-heads";
import {classNames} from "../support/named-classes";

/** Every letter is 8 pixels wide, every figure 9, or 7 where they are small. */
const room = (width: number): MatrixRoom => ({
  width,
  found: 46,
  gap: 2,
  rem: 16,
  name: (text) => 8 * Array.from(text).length,
  count: (text, small) => (small ? 7 : 9) * text.length,
});

test("digits stay what they were: one line over each column, the cells share the width", () => {
  const names = [..."0123456789"];
  const layout = matrixLayout(names, "1000", room(450));
  expect(layout).toMatchObject({rows: names, columns: names, upright: false, small: true, width: 450, rowWidth: 22});
  expect(layout.cell).toBeCloseTo((450 - 22 - 46 - 13 * 2) / 10, 9); // twelve columns have thirteen gaps
  expect(matrixLayout(names, "980", room(450)).small).toBe(false);
});

test("few classes have their names across, in lines; a word that is wider than its column stands upright", () => {
  const names = ["red fox", "grey wolf in the snow", "zebra"];
  expect(matrixLayout(names, "40", room(500))).toMatchObject({upright: false, columns: names});
  expect(matrixLayout(["a", "chanterelle"], "40", room(220)).upright).toBe(true);
});

test("names that are too long are shortened in the middle, never cut, in rows and in columns", () => {
  const names = classNames(28).slice(0, 24);
  const at = room(900);
  const {rows, columns, rowWidth, upright} = matrixLayout(names, "6", at);
  expect(upright).toBe(true);
  expect(columns[3]).toMatch(/^Airport.*….*th-west$/);
  for (const name of columns) expect(at.name(name)).toBeLessThanOrEqual(11 * 16);
  for (const name of rows) expect(at.name(name)).toBeLessThanOrEqual(rowWidth);
});

test("where counts have no room the table is wider than its place, and scrolls", () => {
  const names = classNames(28).slice(0, 24);
  const {cell, width, small} = matrixLayout(names, "12345", room(360));
  expect(cell).toBe(5 * 7); // the text, and nothing beside it
  expect(small).toBe(true);
  expect(width).toBeGreaterThan(24 * cell);
  const digits = [..."0123456789"];
  expect(matrixLayout(digits, "1002", room(300)).width).toBe(22 + 46 + 10 * 28 + 13 * 2);
  expect(matrixLayout(digits, "1002", {...room(300), found: 0}).width).toBe(22 + 10 * 28 + 12 * 2);
});
