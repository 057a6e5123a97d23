import {expect, test} from "vitest";

import type {Split} from "../../../src/nouns/samples";
import {shownTest} from "../../../src/pipeline/data/shown-test";
import {byteSplit} from "../../../src/pipeline/data/split";

const COUNT = 25_000;
const labels = Uint16Array.from({length: COUNT}, (_, n) => n);
const all: Split = {...byteSplit({shape: [COUNT, 1, 1], values: new Uint8Array(COUNT)}, labels, [1, 1, 1]), ahead: 100};
const labelsOf = ({count, labelOf}: Split) => Array.from({length: count}, (_, n) => labelOf?.(n));

test("of a very large set, 10,000 test images are shown, evenly, and every other one is scored", () => {
  const {test: shown, moreTest, note} = shownTest(all, [1, 1, 1]);
  expect([shown.count, moreTest?.count]).toEqual([10_000, 15_000]);
  expect(labelsOf(shown).slice(0, 6)).toEqual([0, 2, 5, 7, 10, 12]);
  const both = [...labelsOf(shown), ...labelsOf(moreTest as Split)].sort((a, b) => Number(a) - Number(b));
  expect(both).toEqual(Array.from(labels));
  expect(note).toBe(
    "the page, the maps and TensorBoard show 10,000 of the 25,000 test images, taken evenly; the loss and the accuracy are of all",
  );
});

test("fewer large pictures are shown, and of data in memory all are", () => {
  expect(shownTest(all, [512, 512, 3]).test.count).toBe(85); // 64 MiB
  const just = {...all, count: 10_000};
  expect(shownTest(just, [1, 1, 1])).toEqual({test: just}); // no more than may be shown
  const {ahead: _, ...inMemory} = all;
  expect(shownTest(inMemory, [512, 512, 3])).toEqual({test: inMemory});
});
