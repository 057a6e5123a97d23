import fc from "fast-check";
import {expect, test} from "vitest";
import {evenStops, spacedStops} from "../../src/report/client/stops";
import {ranges} from "../../src/report/client/why/view";

test("epochs that follow each other in a run are said as one range", () => {
  expect(ranges([0, 1, 2, 3, 7, 9, 11, 12], [0, 1, 2, 3, 5, 7, 9, 11, 12])).toBe("0 to 3, 7 to 12");
  expect(ranges([4, 6, 11], [0, 4, 6, 8, 11])).toBe("4, 6, 11");
  expect(ranges([], [0, 1])).toBe("");
});

test("few stops are all there", () => {
  expect(evenStops(3, 14)).toEqual([0, 1, 2, 3]);
  expect(evenStops(0, 14)).toEqual([0]);
});

test("many stops are thinned evenly, first and last kept", () => {
  expect(evenStops(12, 7)).toEqual([0, 2, 4, 6, 8, 10, 12]);
  expect(evenStops(60, 14)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
});

test("a stop to keep is there, and crowds out what stands too near", () => {
  expect(evenStops(60, 7, [17])).toEqual([0, 10, 17, 30, 40, 50, 60]);
  expect(evenStops(10, 20, [-1, 99])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("there are never more stops than asked for, but the first, the last and those to keep are always there", () => {
  expect(evenStops(40, 2)).toEqual([0, 40]);
  expect(evenStops(40, 4)).toEqual([0, 14, 28, 40]);
  expect(evenStops(40, 3, [17, 22])).toEqual([0, 17, 22, 40]);
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({min: 2, max: 30}),
      fc.array(fc.nat(120), {maxLength: 3}),
      (last, most, keep) => {
        const stops = evenStops(last, most, keep);
        const kept = new Set([0, last, ...keep.filter((stop) => stop <= last)]);
        return stops.length <= Math.max(most, kept.size) && [...kept].every((stop) => stops.includes(stop));
      },
    ),
  );
});

test("labels that need room give way to the chosen ones, then to both ends", () => {
  expect(spacedStops(12, 0.9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(spacedStops(60, 9.2, [8])).toEqual([8, 20, 30, 40, 50, 60]);
  expect(spacedStops(60, 9.2, [1])).not.toContain(0);
  expect(spacedStops(0, 1, [0])).toEqual([0]);
});

test("no two labels are nearer than they may be, and a chosen one is always there", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({min: 0.1, max: 30, noNaN: true}), fc.nat(100), (last, apart, wanted) => {
      const chosen = Math.min(last, wanted);
      const stops = spacedStops(last, apart, [chosen]);
      const gaps = stops.slice(1).map((stop, n) => stop - stops[n]);
      return stops.includes(chosen) && gaps.every((gap) => gap >= apart && gap > 0);
    }),
  );
});
