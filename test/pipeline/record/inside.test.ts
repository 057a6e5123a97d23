import fc from "fast-check";
import {expect, test} from "vitest";
import {movedBy, shrunk, summaryOf} from "../../../src/pipeline/record/inside";

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

test("of a large layer every second pixel is kept, image by image, channel by channel", () => {
  // 2 images of 33 × 2 pixels and 2 channels, each number its own place
  const values = Float32Array.from({length: 2 * 33 * 2 * 2}, (_, i) => i);
  const {shape, values: kept, peak} = shrunk(values, 2, [33, 2, 2]);
  expect([shape, peak]).toEqual([[17, 1, 2], 263]);
  const places = [0, 1]
    .flatMap((n) => Array.from({length: 17}, (_, row) => [0, 1].map((c) => n * 132 + row * 8 + c)))
    .flat();
  expect([...kept]).toEqual(places.map((place) => Math.round((255 * place) / 263)));
});

test("of more than 32 channels the first 32 of each pixel are kept", () => {
  const values = Float32Array.from({length: 2 * 33}, (_, i) => (i === 33 ? 2 : i === 32 ? 9 : 0));
  const {values: kept, peak, of} = shrunk(values, 1, [1, 2, 33]);
  expect([peak, of, kept.length]).toEqual([9, 33, 64]);
  expect([...kept.keys()].filter((i) => kept[i] > 0)).toEqual([32]); // the second pixel's first channel
});

test("how far weights moved is the step's length over their own", () => {
  const array = (name: string, ...values: readonly number[]) => ({
    name,
    shape: [values.length],
    values: Float32Array.from(values),
  });
  const before = [array("a", 3, 4), array("still", 1, 1), array("zero", 0, 0), array("both", 0, 0), array("shape", 1)];
  const after = [
    array("a", 3, 7),
    array("still", 1, 1),
    array("zero", 0, 2),
    array("both", 0, 0),
    array("shape", 1, 2),
  ];
  expect([...movedBy(before, [...after, array("new", 1)])]).toEqual([
    ...[
      ["a", 0.6],
      ["still", 0],
      ["zero", Number.POSITIVE_INFINITY],
      ["both", 0],
    ],
  ]);
});
