import fc from "fast-check";
import {expect, test} from "vitest";

import {gramOf} from "../../src/numbers/cka";

test("a Gram matrix holds the inner products of all pairs of rows, for any number of rows and columns", () => {
  const rows = fc.tuple(fc.integer({min: 0, max: 13}), fc.integer({min: 1, max: 7})).chain(([count, width]) =>
    fc.record({
      count: fc.constant(count),
      width: fc.constant(width),
      values: fc.array(fc.integer({min: -9, max: 9}), {minLength: count * width, maxLength: count * width}),
    }),
  );
  fc.assert(
    fc.property(rows, ({count, width, values}) => {
      const expected: number[] = [];
      for (let i = 0; i < count; i++) {
        for (let j = i + 1; j < count; j++) {
          const products = Array.from({length: width}, (_, k) => values[i * width + k] * values[j * width + k]);
          expected.push(products.reduce((a, b) => a + b, 0));
        }
      }
      expect(Array.from(gramOf(values, count), (sum) => sum + 0)).toEqual(expected.map((sum) => sum + 0));
    }),
  );
});
