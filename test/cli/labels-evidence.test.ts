import {expect, test} from "vitest";

import {neighbourArrays} from "../../src/cli/labels-evidence";
import type {Split} from "../../src/nouns/samples";

test("neighbours keep their own pixels and labels, and those that are missing are black", async () => {
  // image k has the pixels 10k, 10k + 1, and so on
  const train: Split = {
    count: 9,
    read: async (indices) => ({
      ...{count: indices.length, shape: [2, 2, 1] as const},
      pixels: Float32Array.from({length: 4 * indices.length}, (_, at) => (10 * indices[at >> 2] + (at % 4)) / 255),
      labels: Uint16Array.from(indices, (index) => index % 3),
    }),
  };
  const of = (...indices: number[]) => indices.map((index) => ({index, label: index % 3, alike: 1}));
  const near = [
    {given: of(3, 1), suggested: of(), all: of(8)},
    {given: of(5), suggested: of(2, 4, 6, 7), all: of(1, 2, 3, 4, 5, 6, 7, 8)},
  ];
  const {given, suggested, all} = await neighbourArrays(train, near);
  const none = 0xffffffff;
  const pixels = (...indices: number[]) =>
    indices.flatMap((k) => (k === none ? [0, 0, 0, 0] : [0, 1, 2, 3].map((p) => 10 * k + p)));
  const first = [3, 1, none, none, 5, none, none, none];
  expect([...given.places]).toEqual(first);
  expect([...given.pixels]).toEqual(pixels(...first));
  expect([...given.labels]).toEqual([0, 1, 0, 0, 2, 0, 0, 0]);
  const second = [none, none, none, none, 2, 4, 6, 7];
  expect([...suggested.places]).toEqual(second);
  expect([...suggested.pixels]).toEqual(pixels(...second));
  expect([...all.places]).toEqual([8, ...Array(7).fill(none), 1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...all.pixels.subarray(0, 8)]).toEqual([80, 81, 82, 83, 0, 0, 0, 0]);
});
