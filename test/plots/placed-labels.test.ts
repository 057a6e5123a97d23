import fc from "fast-check";
import {expect, test} from "vitest";
import {affordable, around, broughtInside, lengthWithin, overlap, placeLabels, spread} from "../../src/plots/labels";

const bounds = {left: 0, top: 0, right: 100, bottom: 100};

test("a label that would hide an earlier one takes its next place, or none", () => {
  const label = (...places: [number, number][]) => ({width: 20, height: 10, places});
  const boxes = placeLabels([label([50, 50]), label([55, 52], [80, 80]), label([45, 48]), label([95, 50])], bounds);
  expect(boxes).toEqual([
    {left: 40, top: 45, right: 60, bottom: 55},
    {left: 70, top: 75, right: 90, bottom: 85},
    null,
    null, // it would stick out by 5 on the right
  ]);
});

test("boxes that only touch do not overlap", () => {
  const box = (left: number) => ({left, top: 0, right: left + 10, bottom: 10});
  expect([overlap(box(0), box(10)), overlap(box(0), box(9))]).toEqual([false, true]);
});

test("a label is brought inside by as little as needed", () => {
  expect(broughtInside([5, 99], 20, 10, bounds)).toEqual([10, 95]);
  expect(broughtInside([50, 50], 20, 10, bounds)).toEqual([50, 50]);
  expect(broughtInside([5, 50], 200, 10, bounds)).toEqual([50, 50]);
});

test("the length of a line within a box, against pieces of it counted one by one", () => {
  const line = [
    [-10, 20],
    [60, 90],
    [60, 130],
    [20, 10],
    [20, 10],
  ] as const;
  const box = {left: 10, top: 30, right: 70, bottom: 100};
  let sum = 0;
  for (let i = 1; i < line.length; i++) {
    const [[x, y], [toX, toY]] = [line[i - 1], line[i]];
    const whole = Math.hypot(toX - x, toY - y);
    const pieces = 100_000;
    for (let p = 0; p < pieces; p++) {
      const share = (p + 0.5) / pieces;
      const [px, py] = [x + (toX - x) * share, y + (toY - y) * share];
      if (px > box.left && px < box.right && py > box.top && py < box.bottom) sum += whole / pieces;
    }
  }
  expect(lengthWithin(line, box)).toBeCloseTo(sum, 2);
});

test("labels are afforded from the first on, until they would cover a fifth of the bounds", () => {
  const label = (width: number) => ({width, height: 10});
  expect(affordable([label(100), label(90), label(20), label(1)], bounds)).toEqual([label(100), label(90)]);
  expect(affordable([label(50)], bounds)).toEqual([label(50)]);
  expect(affordable([label(201)], bounds)).toEqual([]);
});

test("a label's other places are beside the one that it names", () => {
  const [own, ...others] = around(50, 50, 20, 10);
  expect(own).toEqual([50, 50]);
  for (const [x, y] of others) {
    expect(Math.abs(x - 50) > 10 || Math.abs(y - 50) > 5).toBe(true);
    expect(Math.abs(x - 50)).toBeLessThanOrEqual(15);
    expect(Math.abs(y - 50)).toBeLessThanOrEqual(10);
  }
});

test("labels along a line are moved as little as needed", () => {
  expect(spread([10, 30], 12, 0, 100)).toEqual([10, 30]);
  expect(spread([50, 52], 12, 0, 100)).toEqual([45, 57]);
  expect(spread([52, 50], 12, 0, 100)).toEqual([57, 45]);
  expect(spread([99, 98], 12, 0, 100)).toEqual([100, 88]);
  expect(spread([5, 5, 5], 40, 0, 60)).toEqual([0, 30, 60]);
});

test("whatever the places, labels are apart, within, and in their order", () => {
  const places = fc.array(fc.double({min: -20, max: 120, noNaN: true}), {minLength: 1, maxLength: 6});
  fc.assert(
    fc.property(places, fc.double({min: 1, max: 18, noNaN: true}), (given, gap) => {
      const moved = spread(given, gap, 0, 100);
      const order = Array.from(given.keys()).sort((a, b) => given[a] - given[b] || a - b);
      const apart = order.slice(1).every((i, n) => moved[i] - moved[order[n]] >= gap - 1e-9);
      return apart && moved.every((at) => at >= -1e-9 && at <= 100 + 1e-9);
    }),
  );
});
