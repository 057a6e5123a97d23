import {beforeEach, expect, test, vi} from "vitest";

import {mapOf} from "../../src/page/map-of";

const asked = vi.hoisted(() => ({calls: [] as unknown[][]}));

/** t-SNE that only notes how it is asked, and tells of one map on the way. */
vi.mock("../../src/tsne/index", () => {
  const noted =
    (name: string) =>
    async (...given: unknown[]) => {
      const {onProgress, ...options} = given.pop() as {onProgress: (of: object) => Promise<void>};
      asked.calls.push([name, ...given, options]);
      await onProgress({points: () => Float32Array.of(1, 2)});
      return {points: Float32Array.of(3, 4)};
    };
  return {tsne: noted("tsne"), tsneAfter: noted("tsneAfter")};
});

beforeEach(() => {
  asked.calls = [];
});

async function read(rows: number, before?: Float32Array, mixing = false) {
  const logits = Float32Array.from({length: rows * 10}, (_, i) => i);
  const maps = mapOf(logits, 10, before, mixing);
  const first = await maps.next();
  return {logits, told: first.value, last: (await maps.next()).value};
}

test("the first map has a late learning rate of a quarter of the rows, and tells of its way", async () => {
  const {logits, told, last} = await read(1000);
  expect(asked.calls).toEqual([
    [
      "tsne",
      {rows: 1000, columns: 10, values: logits},
      {threads: 1, perplexity: 30, every: 10, iterations: 250, exaggerationIterations: 120, lateLearningRate: 250},
    ],
  ]);
  expect(told).toEqual(Float32Array.of(1, 2));
  expect(last).toEqual({points: Float32Array.of(3, 4)});
});

test("few rows have fewer neighbours, and a late learning rate of 50", async () => {
  await read(31);
  expect(asked.calls[0][2]).toMatchObject({perplexity: 10, lateLearningRate: 50});
});

test("a later map starts from the one before", async () => {
  const before = new Float32Array(2000);
  const {logits} = await read(1000, before, true);
  const options = {threads: 1, perplexity: 30, every: 10, mixing: true};
  expect(asked.calls).toEqual([["tsneAfter", {rows: 1000, columns: 10, values: logits}, before, options]]);
});
