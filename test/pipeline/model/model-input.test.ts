import {expect, test} from "vitest";

import {modelInput} from "../../../src/pipeline/model/load/model-input";

const plain = {layout: "nhwc", scale: 1, mean: [0], std: [1]} as const;
const colour = {count: 2, shape: [1, 2, 3] as const, pixels: Float32Array.from({length: 12}, (_, n) => n)};
const grey = {count: 2, shape: [1, 3, 1] as const, pixels: Float32Array.of(1, 2, 3, 4, 5, 6)};

test("pixels that are wanted as they are stay the same array", () => {
  expect(modelInput(colour, plain)).toBe(colour.pixels);
  expect(modelInput(grey, {...plain, layout: "nchw"})).toBe(grey.pixels); // one channel is first and last
});

test("channels come first where the model wants them so, image by image", () => {
  expect([...modelInput(colour, {...plain, layout: "nchw"})]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
});

test.each<[object, readonly number[]]>([
  [{scale: 2}, [2, 4, 6, 8, 10, 12]],
  [{mean: [1]}, [0, 1, 2, 3, 4, 5]],
  [{std: [2]}, [0.5, 1, 1.5, 2, 2.5, 3]],
  [{scale: 4, mean: [2], std: [0.5]}, [4, 12, 20, 28, 36, 44]],
])("pixels are scaled, and moved and divided by what is said: %j", (told, expected) => {
  expect([...modelInput(grey, {...plain, ...told})]).toEqual(expected);
});

test("each channel has its own mean and deviation", () => {
  const told = {...plain, mean: [0, 1, 2], std: [1, 2, 4]};
  expect([...modelInput(colour, told)]).toEqual([0, 0, 0, 3, 1.5, 0.75, 6, 3, 1.5, 9, 4.5, 2.25]);
  expect(() => modelInput(colour, {...plain, mean: [0, 1]})).toThrow(
    "mean: expected 1 or 3 numbers, one for each channel, got 2",
  );
  expect(() => modelInput(colour, {...plain, std: [1, 1, 1, 1]})).toThrow("std: expected 1 or 3 numbers");
});
