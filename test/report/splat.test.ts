import {expect, test} from "vitest";
import {splat, wipe} from "../../src/report/client/map/splat";

function sheetOf(width: number, height: number) {
  const sheet = {width, height, data: new Uint8ClampedArray(4 * width * height)};
  wipe(sheet, [255, 255, 255]);
  return sheet;
}
/** How much ink there is: black pixels on white. */
const ink = ({data}: {data: Uint8ClampedArray}) =>
  data.reduce((sum, value, at) => sum + (at % 4 === 0 ? 1 - value / 255 : 0), 0);

test.each([1.5, 2, 3, 5])("a dot of radius %s covers its area, wherever in a pixel its middle is", (radius) => {
  for (const [x, y] of [
    [20.5, 20.5],
    [20.1, 20.9],
    [20.99, 20],
  ] as const) {
    const sheet = sheetOf(40, 40);
    splat(sheet, x, y, radius, [0, 0, 0], 1);
    // the smoothed edge of a disc is off by about a tenth of a pixel's area along its rim
    expect(Math.abs(ink(sheet) - Math.PI * radius ** 2)).toBeLessThan(0.2 * radius + 0.3);
  }
});

test("its middle is where it was asked for, to a quarter of a pixel", () => {
  const sheet = sheetOf(40, 40);
  splat(sheet, 17.8, 23.3, 3, [0, 0, 0], 1);
  let [sx, sy] = [0, 0];
  for (let p = 0; p < 1600; p++) {
    const dark = 1 - sheet.data[4 * p] / 255;
    sx += dark * ((p % 40) + 0.5);
    sy += dark * (Math.floor(p / 40) + 0.5);
  }
  expect(Math.hypot(sx / ink(sheet) - 17.8, sy / ink(sheet) - 23.3)).toBeLessThan(0.25);
});

test("blends by its alpha, and stays opaque", () => {
  const sheet = sheetOf(9, 9);
  splat(sheet, 4.5, 4.5, 3, [0, 100, 255], 0.5);
  expect([...sheet.data.slice(4 * 40, 4 * 41)]).toEqual([128, 178, 255, 255]);
});

test("a dot that hangs over the edge is cut off and wraps nowhere", () => {
  const sheet = sheetOf(10, 10);
  for (const [x, y] of [
    [-50, 5],
    [5, 60],
    [-1, 5],
    [10.5, 5],
  ] as const)
    splat(sheet, x, y, 3, [0, 0, 0], 1);
  const column = (x: number) => Array.from({length: 10}, (_, y) => sheet.data[4 * (y * 10 + x)]);
  expect(Math.min(...column(0), ...column(9))).toBeLessThan(255);
  expect([...column(4), ...column(5)].every((value) => value === 255)).toBe(true);
});
