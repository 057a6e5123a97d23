import {expect, test} from "vitest";

import type {Dataset, ImageShape, Split} from "../../../src/nouns/samples";
import {fittedData} from "../../../src/pipeline/watch/fitted";

/** A data set whose every split has these images. */
function dataOf(shape: ImageShape, images: readonly (readonly number[])[]): Dataset {
  const split: Split = {
    count: images.length,
    async read(indices) {
      const some = Array.from(indices, (n) => images[n]);
      const labels = Uint16Array.from(indices);
      return {count: some.length, shape, pixels: Float32Array.from(some.flat()), labels, indices: labels32(indices)};
    },
  };
  const splits = {train: split, validation: split, test: split};
  return {name: "drawn", imageShape: shape, classNames: ["a", "b"], digest: "", ...splits};
}
const labels32 = (indices: ArrayLike<number>) => Uint32Array.from(indices);

test("colours become grey by ITU-R BT.601's shares, image by image", async () => {
  const primaries = [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]; // red, green, blue, white
  const mixed = [0.5, 0.25, 1, 0, 0, 0, 0.2, 0.4, 0.6, 1, 1, 0];
  const data = fittedData(dataOf([2, 2, 3], [primaries, mixed]), [2, 2, 1]);
  expect(data.imageShape).toEqual([2, 2, 1]);
  const {pixels, shape, labels} = await data.test.read([0, 1]);
  expect(shape).toEqual([2, 2, 1]);
  expect([...labels]).toEqual([0, 1]);
  const expected = [0.299, 0.587, 0.114, 1, 0.1495 + 0.14675 + 0.114, 0, 0.0598 + 0.2348 + 0.0684, 0.886];
  expect(pixels).toBeAllClose(expected, {rtol: 0, atol: 1e-6});
});

test("grey becomes equal parts of three colours", async () => {
  const data = fittedData(dataOf([1, 2, 1], [[0.25, 0.75]]), [1, 2, 3]);
  expect([...(await data.train.read([0])).pixels]).toEqual([0.25, 0.25, 0.25, 0.75, 0.75, 0.75]);
});

test("what is too wide or too high loses both sides alike, and nothing is scaled that need not be", async () => {
  const wide = Array.from({length: 2 * 6}, (_, i) => i / 16); // 2 rows of 6
  const two = fittedData(dataOf([2, 6, 1], [wide]), [2, 2, 1]);
  expect([...(await two.validation.read([0])).pixels]).toEqual([2, 3, 8, 9].map((i) => i / 16));
  const high = fittedData(dataOf([6, 2, 1], [wide]), [2, 2, 1]);
  expect([...(await high.validation.read([0])).pixels]).toEqual([4, 5, 6, 7].map((i) => i / 16));
});

test("an even colour stays itself at any size", async () => {
  const even = Array.from({length: 7 * 5}, () => [0.2, 0.4, 0.6]).flat();
  const {pixels} = await fittedData(dataOf([7, 5, 3], [even]), [12, 3, 3]).test.read([0]);
  expect(pixels.length).toBe(12 * 3 * 3);
  expect(pixels).toBeAllClose(Array.from({length: 36}, () => [0.2, 0.4, 0.6]).flat(), {rtol: 0, atol: 1e-6});
});

test("images that fit are left alone", () => {
  const data = dataOf([2, 2, 1], [[0, 0, 0, 0]]);
  expect(fittedData(data, [2, 2, 1])).toBe(data);
});
