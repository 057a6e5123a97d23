import fc from "fast-check";
import {expect, test} from "vitest";
import {shrunk, summaryOf} from "../../../src/pipeline/record/inside";

test("sums up an array as worked by hand", () => {
  const {buckets, ...summary} = summaryOf({name: "w", shape: [2, 2], values: Float32Array.of(0, 1, 2, 5)});
  const deviation = Math.sqrt((4 + 1 + 0 + 9) / 4);
  expect(summary).toEqual({name: "w", shape: [2, 2], min: 0, max: 5, mean: 2, deviation, zeros: 1});
  expect(buckets.filter((_, at) => at % 3 === 2).reduce((sum, n) => sum + n, 0)).toBe(4);
});

test("keeps a small layer whole, scaled by its greatest answer, and nothing below 0", () => {
  const values = Float32Array.of(0, 1, -1, 2, 4, 0.5, 3, 0);
  expect(shrunk(values, 1, [2, 2, 2])).toEqual({
    shape: [2, 2, 2],
    of: 2,
    peak: 4,
    values: Uint8Array.of(0, 64, 0, 128, 255, 32, 191, 0),
  });
});

test("keeps at most 32 pixels a side and 32 channels of any layer", () => {
  const side = fc.integer({min: 1, max: 70});
  fc.assert(
    fc.property(side, side, fc.integer({min: 1, max: 40}), (height, width, channels) => {
      const {shape, values, of} = shrunk(new Float32Array(2 * height * width * channels).fill(1), 2, [
        height,
        width,
        channels,
      ]);
      expect(Math.max(...shape)).toBeLessThanOrEqual(32);
      expect([values.length, of]).toEqual([2 * shape[0] * shape[1] * shape[2], channels]);
      expect(values.every((value) => value === 255)).toBe(true);
    }),
    {numRuns: 30},
  );
});

test("a layer that answers nothing stays blank", () => {
  expect([...shrunk(new Float32Array(4), 1, [2, 2, 1]).values]).toEqual([0, 0, 0, 0]);
});
