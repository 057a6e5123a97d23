/** @file Small parts of the library, each by itself, without a network that is trained. */
import {cpSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {describe, expect, test} from "vitest";

import {umap} from "../../src/library/maps";
import {openModel} from "../../src/library/open-model";
import {openQa} from "../../src/library/open-qa";
import {readImages} from "../../src/library/read-images";
import {resolved} from "../../src/library/run-tasks";
import {compareRuns, inCamelCase, openRun} from "../../src/library/saved-runs";
import {sweep} from "../../src/library/sweep-task";
import {taskOf} from "../../src/library/task";
import {temporaryFolder} from "../support/idx-files";

describe("a task", () => {
  const counting = () => {
    let begun = 0;
    const task = taskOf(async function* () {
      begun++;
      yield* [1, 2];
      return "done";
    });
    return {task, begun: () => begun};
  };

  test("begins when somebody awaits it, and is done once", async () => {
    const {task, begun} = counting();
    expect(begun()).toBe(0);
    expect([await task, await task, begun()]).toEqual(["done", "done", 1]);
    expect(() => task[Symbol.asyncIterator]()).toThrow("expected to be awaited or iterated once, got a second time");
  });

  test("gives its events to somebody who iterates over it", async () => {
    const {task} = counting();
    const seen: number[] = [];
    for await (const event of task) seen.push(event);
    expect(seen).toEqual([1, 2]);
    await expect(task).rejects.toThrow("got a second time");
  });
});

describe("a run's settings", () => {
  const probe = {name: "own", help: "", options: {}, async *run() {}} as never;

  test("are options, probes' options by their names, and what only a program can give", async () => {
    const signal = new AbortController().signal;
    const settings = {
      ...{epochs: 7, seed: undefined, signal, probes: ["confusion", probe], lime: {samples: 5}},
      probeOptions: {lime: {samples: 3, top: 2}, mistakes: {count: 4}},
    };
    const {options, probeOptions, control} = await resolved(settings as never);
    expect(options).toMatchObject({epochs: 7, seed: 0, probes: "confusion"});
    expect(probeOptions).toEqual({lime: {samples: 5, top: 2}, mistakes: {count: 4}});
    expect(control).toEqual({signal, probes: [probe]});
  });

  test("name no probe but one's own, all that are named in one text, or the default", async () => {
    const probesOf = async (settings: object) => (await resolved(settings)).options.probes;
    const usual = await probesOf({});
    expect(await probesOf({probes: [probe]})).toBe("none");
    expect(await probesOf({probes: "lime,confusion"})).toBe("lime,confusion");
    expect(await probesOf({probes: ["lime", "confusion"]})).toBe("lime,confusion");
    expect([usual === "none", await probesOf({ownProbes: [probe]})]).toEqual([false, usual]);
  });

  test("have a network by its name, or a function that makes it", async () => {
    const make = (() => undefined) as never;
    const named = await resolved({model: "cnn"});
    expect([named.options.model, named.control.makeModel]).toEqual(["cnn", undefined]);
    const usual = (await resolved({})).options.model;
    for (const settings of [{model: make}, {makeModel: make}]) {
      const {options, control} = await resolved(settings);
      expect([options.model, control.makeModel]).toEqual([usual, make]);
    }
  });
});

test("pictures are read one after another, each cut to the shape", async () => {
  const folder = "test/fixtures/images";
  const files = [`${folder}/rgb.png`, `${folder}/palette.png`];
  const {count, shape, pixels} = await readImages(files, [2, 3, 3]);
  expect([count, shape, pixels.length]).toEqual([2, [2, 3, 3], 36]);
  for (const n of [0, 1])
    expect(pixels.subarray(18 * n, 18 * n + 18)).toEqual((await readImages([files[n]], [2, 3, 3])).pixels);
  expect(pixels.every((value) => value > 0 && value < 1)).toBe(true);
  await expect(readImages(files, [2, 3, 3], {maxPixels: 383})).rejects.toThrow("expected at most 383 pixels");
  expect((await readImages(files, [2, 3, 1], {maxPixels: 384})).pixels).toHaveLength(12);
});

test("a row of the index has its names in camel case", () => {
  expect(inCamelCase({name: "a", test_accuracy: 0.5, started_at: "now"} as never)).toEqual({
    ...{name: "a", testAccuracy: 0.5, startedAt: "now"},
  });
});

describe("a model's layout", () => {
  /** A model that answers every image with the same numbers. */
  const tfjs = (shape: readonly (number | null)[]) => ({
    inputs: [{shape}],
    predict: (x: tf.Tensor) => tf.fill([x.shape[0], 2], 0.5),
  });
  const session = (shape: readonly (number | string)[]) => ({
    ...{inputNames: ["x"], outputNames: ["y"], inputMetadata: [{shape}]},
    run: async () => ({y: {data: Float32Array.of(1, 2), dims: [1, 2]}}),
  });
  const shapeOf = async (model: object, settings: object = {}) =>
    (await openModel(model as never, settings)).imageShape;

  test("of tfjs has channels last unless only the second side can be them", async () => {
    expect(await shapeOf(tfjs([null, 8, 6, 3]))).toEqual([8, 6, 3]);
    expect(await shapeOf(tfjs([null, 3, 8, 6]))).toEqual([8, 6, 3]);
    expect(await shapeOf(tfjs([-1, 1, 8, 1]))).toEqual([1, 8, 1]);
    expect(await shapeOf(tfjs([null, 3, 8, 3]), {layout: "nchw"})).toEqual([8, 3, 3]);
    expect(await shapeOf(tfjs([null, null, -1, 3]), {imageShape: [5, 4, 3]})).toEqual([5, 4, 3]);
  });

  test("of a session has channels first unless only the last side can be them", async () => {
    expect(await shapeOf(session(["n", 3, 8, 6]))).toEqual([8, 6, 3]);
    expect(await shapeOf(session(["n", 8, 6, 1]))).toEqual([8, 6, 1]);
    expect(await shapeOf(session(["n", 3, 8, 3]))).toEqual([8, 3, 3]);
    expect(await shapeOf(session(["n", 3, 8, 3]), {layout: "nhwc"})).toEqual([3, 8, 3]);
  });
});

test("a reader's threshold is a number, or null for none", async () => {
  await expect(openQa("gone.onnx", {nullThreshold: null})).rejects.toThrow(
    "gone.onnx: expected a file, got none there",
  );
  await expect(openQa("gone.onnx", {nullThreshold: 0})).rejects.toThrow("gone.onnx: expected a file, got none there");
  await expect(openQa("gone.onnx", {nullThreshold: Number.NaN})).rejects.toThrow(
    "nullThreshold: expected a number or null, got NaN",
  );
});

test("umap of a few rows looks at all of them by default", async () => {
  const rows = {rows: 5, columns: 2, values: Float32Array.from({length: 10}, (_, i) => Math.sin(i * i))};
  const quick = {iterations: 1, threads: 1};
  expect((await umap(rows, quick)).points).toEqual((await umap(rows, {...quick, neighbours: 4})).points);
});

test("sweep takes the seed 0, and then looks for the data", async () => {
  const save = temporaryFolder();
  for (const seeds of [[0], 1])
    await expect(sweep({seeds, data: "/no/such/data", save})).rejects.toThrow("/no/such/data: expected");
});

describe("a run of the first format", () => {
  const path = join(temporaryFolder(), "old");
  cpSync(join(__dirname, "../fixtures/old-run"), path, {recursive: true});

  test("gives its images by their places, and its epochs by their names", async () => {
    const run = await openRun(path);
    expect([run.name, run.format]).toEqual(["old", 1]);
    const all = await run.images();
    expect([all.count, all.shape, all.pixels.length]).toEqual([60, [12, 12, 1], 60 * 144]);
    expect(Math.max(...all.pixels)).toBeLessThanOrEqual(1);
    expect(Math.max(...all.pixels)).toBeGreaterThan(0.5);
    const some = await run.images([59, 0]);
    expect([...some.labels]).toEqual([all.labels[59], all.labels[0]]);
    expect(some.pixels.subarray(0, 144)).toEqual(all.pixels.subarray(59 * 144));
    for (const place of [60, -1, 0.5])
      await expect(run.images([place])).rejects.toThrow(`images: expected a place below 60, got ${place}`);
    for (const epoch of [1, "last", undefined] as const)
      expect(await run.artifact("confusion", "matrix", epoch)).toMatchObject({plot: "confusionMatrix"});
    expect(await run.artifact("confusion", "nothing")).toBeUndefined();
  });

  test("gives the answers of an epoch that kept them, by default the best", async () => {
    const run = await openRun(path);
    for (const [asked, epoch] of [
      [undefined, 1],
      ["last", 1],
      [0, 0],
    ] as const)
      expect((await run.predictions(asked)).epoch).toBe(epoch);
    await expect(run.predictions(7)).rejects.toThrow("old: expected an epoch whose answers are kept (0, 1), got 7");
    await expect(compareRuns(run, [])).rejects.toThrow("expected one run or more to compare, got none");
    await expect(compareRuns({...run, epochs: []}, [run])).rejects.toThrow("expected a run with saved answers");
  });

  test("is followed up to its last epoch, and not at all after an abort", async () => {
    const run = await openRun(path);
    const followed = async (signal?: AbortSignal) => {
      const epochs: number[] = [];
      for await (const {epoch} of run.follow(signal ? {signal} : {})) epochs.push(epoch);
      return epochs;
    };
    expect([await followed(), await followed(AbortSignal.abort())]).toEqual([[0, 1], []]);
  });
});
