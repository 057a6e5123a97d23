import fc from "fast-check";
import {expect, test} from "vitest";

import {ascending} from "../../src/numbers/ascending";

test("places come by their values, those of equal values in their order", () => {
  expect([...ascending([3, -1, 2, -1, -0, 0, -5e-324, 1e308])]).toEqual([1, 3, 6, 4, 5, 2, 0, 7]);
  expect([...ascending([])]).toEqual([]);
  expect([...ascending([Number.NaN, Number.POSITIVE_INFINITY, 1])]).toEqual([2, 0, 1]);
});

test("the order is a comparing sort's", () => {
  const value = fc.oneof(fc.double({noNaN: true}), fc.constantFrom(0, -0, 1, -1, Number.NEGATIVE_INFINITY));
  fc.assert(
    fc.property(fc.array(value, {maxLength: 300}), (values) => {
      const expected = [...values.keys()].sort((a, b) =>
        values[a] === values[b] ? a - b : values[a] < values[b] ? -1 : 1,
      );
      expect([...ascending(values)]).toEqual(expected);
    }),
  );
});
