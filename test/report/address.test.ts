import {expect, test} from "vitest";
import {readAddress, writeAddress} from "../../src/report/client/address";
import {int, pct, plural, seconds} from "../../src/report/client/format";
import {axisOf} from "../../src/report/client/panels/curves";
import type {State} from "../../src/report/client/state";

const run = {epochs: [0, 2, 4], count: 10, classes: 3};

test("an address brings back the view that wrote it", () => {
  const selection = {kind: "cell", actual: 2, predicted: 1} as const;
  const slices = [
    {field: "camera & is", value: "a=b#1"},
    {field: "size", value: "lowest quarter, 1 to 2"},
  ];
  const view = {stop: 1, other: 2, image: 7, selection, slices};
  expect(readAddress(writeAddress(view as unknown as State, run), run)).toEqual(view);
});

test("what the run does not have is left out of an address", () => {
  expect(readAddress("#e=3&b=9&img=10&cell=3-0&list=<b>", run)).toEqual({});
  expect(readAddress("#e=-1&img=1e1&cell=1-1-1", run)).toEqual({});
});

test("never rounds a share up to all or down to nothing", () => {
  expect([pct(1), pct(0.99999), pct(0.5), pct(0.00001), pct(0), pct(Number.NaN)]).toEqual([
    "100.0 %",
    ">99.9 %",
    "50.0 %",
    "<0.1 %",
    "0.0 %",
    "–",
  ]);
});

test("writes numbers, counts and times for people", () => {
  expect([int(12345.4), plural(1, "digit"), plural(1200, "image")]).toEqual(["12,345", "1 digit", "1,200 images"]);
  expect([seconds(0.84), seconds(59.6), seconds(185)]).toEqual(["0.8 s", "60 s", "3 min 05 s"]);
});

test.each([
  ["loss", [2.3, 0.03], true],
  ["loss", [2.3, 0.03], false],
  ["loss", [2.3, 1.7], true],
  ["accuracy", [0.1, 0.985, 1], true],
  ["accuracy", [0.1, 0.985], false],
] as const)("the axis of %s %j has its ticks in order and within itself (zoomed: %s)", (quantity, values, zoomed) => {
  const axis = axisOf(quantity, values, zoomed);
  const places = axis.ticks.map(axis.along);
  expect(axis.ticks.length).toBeGreaterThan(2);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places.every(Number.isFinite)).toBe(true);
  expect(axis.high).toBeGreaterThan((axis.ticks.at(-1) as number) - 1e-9);
});
