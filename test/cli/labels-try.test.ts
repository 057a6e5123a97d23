import {expect, test} from "vitest";

import {seedsToTry} from "../../src/cli/labels-try-seeds";

test("seeds are the run's own, then those that are known, then the next", () => {
  expect(seedsToTry(0, 3, [])).toEqual([0, 1, 2]);
  expect(seedsToTry(2, 4, [])).toEqual([2, 0, 1, 3]);
  expect(seedsToTry(7, 3, [9, 7, 8, 10])).toEqual([7, 9, 8]);
  expect(seedsToTry(0, 1, [1, 2])).toEqual([0]);
});
