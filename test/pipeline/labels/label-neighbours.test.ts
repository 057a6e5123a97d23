import {expect, test} from "vitest";

import type {Network} from "../../../src/nouns/network";
import {byteSplit} from "../../../src/pipeline/data/split";
import {labelNeighbours} from "../../../src/pipeline/label-neighbours";

/** Ten images, each its own embedding: two numbers at an angle. */
function angled() {
  // the embedding is the picture itself: two numbers
  const angles = [0, 10, 20, 30, 40, 50, 60, 70, 80, 5];
  const labels = Uint8Array.from([0, 0, 1, 0, 1, 1, 2, 0, 1, 0]);
  const bytes = Uint8Array.from(
    angles.flatMap((angle, n) => [Math.cos, Math.sin].map((of) => Math.round((120 + n) * of((angle * Math.PI) / 180)))),
  );
  const train = byteSplit({shape: [10, 1, 2, 1], values: bytes}, labels, [1, 2, 1]);
  const network = {
    imageShape: [1, 2, 1],
    forward: (images: {readonly pixels: Float32Array}) => Promise.resolve([{values: images.pixels, shape: [2]}]),
  } as unknown as Network;
  const suspects = [
    {index: 9, given: 0, suggested: 1}, // at 5 degrees
    {index: 6, given: 2, suggested: 1}, // at 60 degrees; no other is of its label
  ];
  return {network, train, suspects};
}

test("a suspect's neighbours of either label are those of a search by hand, and never the suspect itself", async () => {
  const {network, train, suspects} = angled();
  const [found, other] = await labelNeighbours(network, train, suspects, {ofClass: 3, ofAll: 5});
  expect(found.given.map(({index}) => index).sort()).toEqual([0, 1, 3]);
  expect(found.suggested.map(({index}) => index)).toEqual([2, 4, 5]);
  expect(found.suggested.map(({alike}) => alike)).toBeAllClose(
    [15, 35, 45].map((angle) => Math.cos((angle * Math.PI) / 180)),
    {atol: 5e-3}, // bytes
  );
  expect(other.given).toEqual([]);
  expect(other.suggested.map(({index}) => index)).toEqual([5, 4, 8]);
});

test("the nearest of all labels come with their labels, and a doubted one is no witness for its class", async () => {
  const {network, train, suspects} = angled();
  const [first, second] = await labelNeighbours(
    network,
    train,
    suspects,
    {ofClass: 3, ofAll: 5},
    (index) => index !== 1 && index !== 5, // labels of 10 and of 50 degrees are doubted
  );
  // 5 degrees: 0 and 10 are as near, then 20, 30, 40
  expect(first.all.map(({index}) => index).slice(2)).toEqual([2, 3, 4]);
  expect(new Set(first.all.map(({index}) => index).slice(0, 2))).toEqual(new Set([0, 1]));
  expect(first.all.map(({label}) => label).slice(2)).toEqual([1, 0, 1]);
  expect(first.given.map(({index}) => index)).toEqual([0, 3, 7]);
  expect(second.suggested.map(({index}) => index)).toEqual([4, 8, 2]); // 40 and 80 are 20 degrees off, 20 is 40
});
