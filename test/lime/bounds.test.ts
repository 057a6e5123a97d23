/** @file The values that LIME's parts take: the least and the greatest, and what they refuse. */
import {describe, expect, test} from "vitest";

import {hiddenLook} from "../../src/lime/hiding";
import {askAboutMasks, suitedBatch} from "../../src/lime/neighbourhood";
import {felzenszwalb} from "../../src/lime/segmentation/felzenszwalb";
import {gaussianBlur} from "../../src/lime/segmentation/gaussian-blur";
import {quickshift} from "../../src/lime/segmentation/quickshift";
import {segmentationOf} from "../../src/lime/segmentation/raster";
import {slic} from "../../src/lime/segmentation/slic";
import {openWorkspace} from "../../src/lime/segmentation/workspace";
import {featureCount} from "../../src/lime/settings";
import {unchanging} from "../../src/lime/unchanging";

const pixels = Float32Array.from({length: 8 * 8 * 3}, (_, i) => ((i * 7) % 11) / 11);
const raster = {shape: [8, 8, 3], pixels} as const;
const shifts = {kernelSize: 1, maxDistance: 3, ratio: 0.5};
const parts = {segments: 4, compactness: 10, sigma: 0};
const joins = {scale: 100, sigma: 0, smallest: 1};

describe("segments", () => {
  test.each<[string, () => unknown]>([
    ["felzenszwalb: expected a scale above 0, got 0", () => felzenszwalb(raster, {...joins, scale: 0})],
    ["felzenszwalb: expected a scale above 0, got NaN", () => felzenszwalb(raster, {...joins, scale: Number.NaN})],
    [
      "quickshift: expected a kernel size of 1 or more, got 0.9",
      () => quickshift(raster, {...shifts, kernelSize: 0.9}),
    ],
    ["slic: expected 1 segment or more, got 0", () => slic(raster, {...parts, segments: 0})],
    ["slic: expected a compactness above 0, got 0", () => slic(raster, {...parts, compactness: 0})],
    ["blur: expected sigma of 0 or more, got -1", () => slic(raster, {...parts, sigma: -1})],
    ["expected at most 65536 segments, got 65537", () => segmentationOf(Int32Array.from({length: 65537}, (_, p) => p))],
    ["segmentation: expected to need at most 4 GiB, got 4.0", () => openWorkspace(2 ** 32 - 1)],
    ["segmentation: expected to need at most 4 GiB, got 8.0", () => openWorkspace(2 ** 33)],
  ])("%s", (words, act) => {
    expect(act).toThrow(words);
  });

  test("have the least values that are allowed", () => {
    expect(quickshift(raster, shifts).count).toBeGreaterThan(1);
    expect(slic(raster, {...parts, segments: 1}).count).toBeGreaterThanOrEqual(1);
    expect(segmentationOf(Int32Array.from({length: 65536}, (_, p) => p)).count).toBe(65536);
    expect(segmentationOf(Int32Array.of(5, 2, 2, 9))).toEqual({labels: Uint16Array.of(1, 0, 0, 2), count: 3});
  });

  test("are of the same picture if nothing is blurred", () => {
    const values = Float32Array.of(0, 0.5, 1, 0.25);
    expect([...gaussianBlur(values, 2, 2, 1, 0)]).toEqual([...values]);
    expect([...gaussianBlur(values, 2, 2, 1, 1)]).not.toEqual([...values]);
  });
});

describe("what is hidden", () => {
  const image = {count: 1, shape: [1, 2, 3] as const, pixels: Float32Array.of(1, 1, 1, 0, 0, 0)};
  const whole = {labels: Uint16Array.of(0, 0), count: 1};
  const look = (colour: readonly number[]) => [...hiddenLook(image, whole, colour, () => 0.5)];

  test("has one number for all channels, or one for each", () => {
    expect(look([0.5])).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(look([0, 0.5, 1])).toEqual([0, 0.5, 1, 0, 0.5, 1]);
    expect(() => look([0, 1])).toThrow("hiding: expected 1 or 3 numbers for a colour, got 2");
    expect(() => look([])).toThrow("hiding: expected 1 or 3 numbers for a colour, got 0");
  });
});

test("a batch has as many images as fit in 16 MB, from 1 to 512", () => {
  expect(suitedBatch([28, 28, 1])).toBe(512);
  expect(suitedBatch([224, 224, 3])).toBe(Math.floor(4e6 / (224 * 224 * 3))); // 4 bytes each
  expect(suitedBatch([4096, 4096, 3])).toBe(1);
});

test("the model may use all segments, half of them or a number", () => {
  expect(featureCount("all", 7)).toBe(7);
  expect([1, 2, 7].map((segments) => featureCount("half", segments))).toEqual([1, 1, 3]);
  expect([2, 7, 9].map((most) => featureCount(most, 7))).toEqual([2, 7, 7]);
});

test("values are the same but for rounding, among the rows that count", () => {
  expect(unchanging([0.5, 0.5])).toBe(true);
  expect(unchanging([0.5, 0.5 + 1e-9])).toBe(true);
  expect(unchanging([0.5, 0.6])).toBe(false);
  expect(unchanging([1000, 1000.0005])).toBe(true); // by the share of the greatest
  expect(unchanging([0.001, 0.00101])).toBe(false);
  expect(unchanging([0, 0])).toBe(true);
  expect(unchanging([0.5, 0.9, 0.5], [1, 0, 2])).toBe(true);
  expect(unchanging([0.5, 0.9, 0.5], [0, 1, 2])).toBe(false);
});

describe("masks", () => {
  const image = {count: 1, shape: [1, 2, 1] as const, pixels: Float32Array.of(0.25, 0.75)};
  const segmentation = {labels: Uint16Array.of(0, 1), count: 2};
  const hidden = Float32Array.of(0, 1);
  const masks = Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 0, 1, 1);

  test("are asked about in batches, the last of which may be smaller, and each pixel is hidden or kept", async () => {
    const seen: number[][] = [];
    const classifier = {
      ...{imageShape: [1, 2, 1] as const, classNames: ["a", "b"]},
      predict: async ({count, pixels}: {count: number; pixels: Float32Array}) => {
        seen.push([...pixels]);
        return Float32Array.from(
          Array.from({length: count}, (_, n) => [pixels[2 * n] + pixels[2 * n + 1], n]).flat(), // and its place in the batch
        );
      },
    };
    const answers = await askAboutMasks(classifier, image, hidden, segmentation, masks, 2);
    expect([...answers]).toEqual([1, 0, 0.75, 1, 1.25, 0, 1, 1, 1, 0]);
    expect(seen).toEqual([
      [0.25, 0.75, 0, 0.75],
      [0.25, 1, 0, 1],
      [0.25, 0.75],
    ]);
  });

  test("need an answer of every class for each", async () => {
    const few = {imageShape: [1, 2, 1] as const, classNames: ["a", "b"], predict: async () => new Float32Array(5)};
    await expect(askAboutMasks(few, image, hidden, segmentation, masks)).rejects.toThrow(
      "classifier: expected 5 × 2 probabilities, got 5 numbers",
    );
  });
});
