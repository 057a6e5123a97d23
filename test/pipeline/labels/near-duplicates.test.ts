import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {nearDuplicates} from "../../../src/numbers/near-duplicates";
import {nearestRows} from "../../../src/pipeline/maps/nearest-rows";
import {seenAlike} from "../../../src/pipeline/seen-alike";

/** cleanlab's: fixtures/make_near_duplicates.py. */
const {cases} = JSON.parse(readFileSync("test/fixtures/near-duplicates.json", "utf8")) as {
  readonly cases: readonly {
    readonly examples: number;
    readonly features: number[];
    readonly neighbours: number[];
    readonly median: number;
    readonly pairs: [number, number][];
    readonly scores: number[];
  }[];
};

test.each(cases)("near duplicates of $examples examples are cleanlab's, and so are their scores", (one) => {
  const found = nearDuplicates(one.features, one.neighbours, one);
  expect(found.median).toBeCloseTo(one.median, 12);
  expect(found.pairs.map(({a, b}) => [a, b])).toEqual(one.pairs);
  expect(found.scores).toBeAllClose(one.scores, {rtol: 1e-9, atol: 1e-12});
});

test.each(cases)("so are the neighbours of $examples examples that are found", async (one) => {
  const {features, examples, pairs} = one;
  const width = features.length / examples;
  const near = await nearestRows({values: Float32Array.from(features), rows: examples, columns: width}, 10);
  const k = near.length / examples;
  const sets = (list: ArrayLike<number>) =>
    Array.from({length: examples}, (_, n) =>
      Array.from(list)
        .slice(n * k, (n + 1) * k)
        .sort((a, b) => a - b),
    );
  expect(sets(near)).toEqual(sets(one.neighbours));
  const places = Array.from({length: examples}, (_, n) => n);
  const found = await seenAlike(Float32Array.from(features), examples, places, 0.13);
  expect(found.map(({a, b}) => [a, b])).toEqual(pairs);
});

test("so few examples that all others are neighbours are looked at one by one, and those left out are not", async () => {
  const rows = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [1, 0, 1],
    [0, 1, 1],
    [1, 0.001, 0],
    [0, 0.001, 1],
  ];
  const pairs = async (places: number[]) =>
    (await seenAlike(Float32Array.from(rows.flat()), 8, places, 0.13)).map(({a, b}) => [a, b]);
  expect(await pairs([0, 1, 2, 3, 4, 5, 6, 7])).toEqual([
    [0, 6],
    [2, 7],
  ]);
  expect(await pairs([0, 1, 2, 3, 4, 5, 7])).toEqual([[2, 7]]);
  expect(await pairs([2])).toEqual([]);
});
