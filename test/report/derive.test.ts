import fc from "fast-check";
import {expect, test} from "vitest";
import {nearestPoints} from "../../src/report/client/decode";
import {changes, predictions, worstConfusion} from "../../src/report/client/derive";

test("answers with the most probable class, the lowest of equals", () => {
  const {predicted, confidence} = predictions([1, 3, 3, 4, 0, 0], 3, 0.25);
  expect([...predicted]).toEqual([1, 0]);
  expect([...confidence]).toEqual([0.75, 1]);
});

test("tells what was fixed from what broke", () => {
  expect(changes([0, 0, 0, 0], [0, 1, 1, 0], [1, 0, 2, 0])).toEqual({fixed: 1, broken: 1});
});

test("names the commonest mistake, and none if there is none", () => {
  expect(worstConfusion([9, 2, 0, 0, 9, 3, 3, 0, 9], 3)).toEqual({actual: 1, predicted: 2, count: 3});
  expect(worstConfusion([5, 0, 0, 5], 2)).toBeNull();
});

test("finds the nearest points as brute force does, itself left out", () => {
  fc.assert(
    fc.property(fc.array(fc.float({min: 0, max: 1, noNaN: true}), {minLength: 8, maxLength: 40}), (numbers) => {
      const points = Float32Array.from(numbers.slice(0, numbers.length - (numbers.length % 2)));
      const found = nearestPoints(points, 2, 1, 3);
      const away = (p: number) => Math.hypot(points[2 * p] - points[2], points[2 * p + 1] - points[3]);
      const others = Array.from({length: points.length / 2}, (_, p) => p).filter((p) => p !== 1);
      const least = others
        .map(away)
        .sort((a, b) => a - b)
        .slice(0, 3);
      expect(found).not.toContain(1);
      expect(found.map(away)).toBeAllClose(least, {atol: 1e-6});
    }),
  );
});
