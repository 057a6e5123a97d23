import {expect, test} from "vitest";
import {evenStops} from "../../src/report/client/stops";

test("few stops are all there", () => {
  expect(evenStops(3, 14)).toEqual([0, 1, 2, 3]);
  expect(evenStops(0, 14)).toEqual([0]);
});

test("many stops are thinned evenly, first and last kept", () => {
  expect(evenStops(12, 7)).toEqual([0, 2, 4, 6, 8, 10, 12]);
  expect(evenStops(60, 14)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
});

test("a stop to keep is there, and crowds out what stands too near", () => {
  expect(evenStops(60, 7, [17])).toEqual([0, 9, 17, 27, 36, 45, 54, 60]);
  expect(evenStops(10, 20, [-1, 99])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
