/** @file The refusals of the library, and the values that it just accepts. */
import {describe, expect, test} from "vitest";

import {attribute} from "../../src/library/attribute";
import {umap} from "../../src/library/maps";
import {openModel} from "../../src/library/open-model";
import {sweep} from "../../src/library/sweep-task";
import {targetsOf} from "../../src/library/targets";

/** The first class has the first pixel as its probability, the second what is left. */
const model = {
  imageShape: [1, 2, 1] as const,
  classNames: ["a", "b"],
  predict: async ({count, pixels}: {count: number; pixels: Float32Array}) =>
    Float32Array.from({length: 2 * count}, (_, i) => (i % 2 === 0 ? pixels[i] : 1 - pixels[i - 1])),
};
const images = {count: 3, shape: [1, 2, 1] as const, pixels: Float32Array.of(0.9, 0, 0.2, 0, 0.5, 0)};

describe("targets", () => {
  const of = async (target: Parameters<typeof targetsOf>[2], labels?: number[], asked: object = images) => [
    ...(await targetsOf(model, asked as typeof images, target, labels)),
  ];

  test("are the most probable class, the first of equal ones", async () => {
    expect(await of("predicted")).toEqual([0, 1, 0]);
  });

  test("are the labels, given or the images' own", async () => {
    expect(await of("label", [1, 0, 1])).toEqual([1, 0, 1]);
    expect(await of("label", undefined, {...images, labels: [0, 0, 1]})).toEqual([0, 0, 1]);
    expect(await of("label", [1, 1, 1], {...images, labels: [0, 0, 1]})).toEqual([1, 1, 1]);
    await expect(of("label", [1, 0])).rejects.toThrow("target: expected a label for each of 3 images, got 2");
    await expect(of("label")).rejects.toThrow("target: expected a label for each of 3 images, got none");
  });

  test("are one class for all, or one for each, by name or place", async () => {
    expect(await of("b")).toEqual([1, 1, 1]);
    expect(await of(0)).toEqual([0, 0, 0]);
    expect(await of(["a", 1, "b"])).toEqual([0, 1, 1]);
    await expect(of(["a", "b"])).rejects.toThrow("target: expected one class for each of 3 images, got 2");
    await expect(of("c")).rejects.toThrow('got "c"');
    await expect(of(2)).rejects.toThrow('got "2"');
  });
});

test.each([
  [{method: "magic"}, /^method: expected one of .*occlusion.*, got "magic"$/],
  [{method: "occlusion", into: new Float32Array(5)}, "into: expected 6 numbers, got 5"],
  [
    {method: "occlusion", channels: true},
    "channels: expected false for occlusion, which looks at whole pixels, got true",
  ],
  [{method: "gradient"}, "method gradient: expected a model with gradients, got one that gives only answers"],
  [{method: "occlusion", target: "label"}, "target: expected a label for each of 3 images, got none"],
])("attribute refuses %j", async (options, words) => {
  await expect(attribute(model, images, options as {[name: string]: unknown})).rejects.toThrow(words);
});

test("attribute writes into the array that it is given, and tells how far it is", async () => {
  const into = new Float32Array(6);
  const seen: string[] = [];
  const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
  const asked = {method: "occlusion", target: "a", into, window: 1, stride: 1, onProgress} as const;
  const {values, shape, targets, outputs} = await attribute(model, images, asked);
  expect(values).toBe(into);
  expect([shape, [...targets], seen]).toEqual([
    [1, 2, 1],
    [0, 0, 0],
    ["1/3", "2/3", "3/3"],
  ]);
  expect([...outputs]).toEqual([...Float32Array.of(0.9, 0.2, 0.5)]);
  for (const n of [0, 1, 2]) {
    expect(Math.abs(values[2 * n])).toBeGreaterThan(0.01); // the first pixel alone decides
    expect(values[2 * n + 1]).toBe(0);
  }
});

describe("umap", () => {
  const matrix = (rows: number) => ({
    ...{rows, columns: 2},
    values: Float32Array.from({length: 2 * rows}, (_, i) => Math.sin(i * i)),
  });
  const quick = {iterations: 1, threads: 1};

  test.each([
    [{neighbours: 1}, "neighbours: expected a whole number from 2 to 9, below the rows, got 1"],
    [{neighbours: 10}, "neighbours: expected a whole number from 2 to 9, below the rows, got 10"],
    [{neighbours: 2.5}, "neighbours: expected a whole number from 2 to 9, below the rows, got 2.5"],
    [{dimensions: 1}, "dimensions: expected 2 or 3, got 1"],
    [{minDistance: 1.1}, "minDistance: expected a number from 0 to 1, got 1.1"],
    [{iterations: -1}, "iterations: expected a whole number, got -1"],
    [{dimensions: 3, start: new Float32Array(20)}, "start: expected 30 numbers, got 20"],
  ])("refuses %j", async (options, words) => {
    await expect(umap(matrix(10), {...quick, ...(options as object)})).rejects.toThrow(words);
  });

  test.each([
    [{neighbours: 2}, 20],
    [{neighbours: 9}, 20],
    [{minDistance: 0}, 20],
    [{minDistance: 1}, 20],
    [{dimensions: 3, start: Float32Array.from({length: 30}, (_, i) => i % 7)}, 30],
  ])("takes %j", async (options, numbers) => {
    const {points, iterations} = await umap(matrix(10), {...quick, ...(options as object)});
    expect([points.length, iterations]).toEqual([numbers, 1]);
    expect([...points].every(Number.isFinite)).toBe(true);
  });
});

test.each([
  [{classNames: ["a"]}, "imageShape: expected it together with a function as the model, got none"],
  [{imageShape: [1, 2, 1]}, "classNames: expected it together with a function as the model, got none"],
])("a function is no model with %j alone", async (settings, words) => {
  await expect(openModel(model.predict, settings as object)).rejects.toThrow(words);
});

test.each([
  [[], "seeds: expected whole numbers, 0 or more, got none"],
  [[0, -1], "seeds: expected whole numbers, 0 or more, got -1"],
  [[0.5], "seeds: expected whole numbers, 0 or more, got 0.5"],
])("sweep refuses the seeds %j", async (seeds, words) => {
  await expect(sweep({seeds, data: "gone"})).rejects.toThrow(words);
});
