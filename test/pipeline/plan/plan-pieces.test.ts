/** @file Estimates of a plan from measurements that are made up. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test, vi} from "vitest";

import type {LabelledImages} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {measureLook, measureTraining} from "../../../src/pipeline/plan/measure";
import type {Plan} from "../../../src/pipeline/plan/plan";
import {planMany} from "../../../src/pipeline/plan/plan-many";
import {bytesOfRun, checkWritable} from "../../../src/pipeline/plan/plan-run";
import {temporaryFolder} from "../../support/idx-files";

/** The settings that were planned, in their order; each costs what its batch size says. */
const planned = vi.hoisted(() => [] as {readonly name: string; readonly batchSize: number}[]);
vi.mock("../../../src/pipeline/plan/plan-run", async (original) => ({
  ...(await original<object>()),
  // biome-ignore lint/correctness/useYield: it reports nothing
  async *planRun(options: {readonly name: string; readonly batchSize: number}) {
    planned.push(options);
    const cost = options.batchSize;
    return {
      ...{options, seconds: {low: cost, high: 2 * cost}, bytes: 100 * cost, measured: {batches: 40, looks: 1}},
      notes: ["the same for all", `of ${cost}`],
    };
  },
}));

describe("the bytes of a run", () => {
  const split = (count: number) => ({count});
  const data = {train: split(10), validation: split(2), test: split(5), imageShape: [2, 3, 1]} as never;
  const look = (files: {readonly [path: string]: number}) =>
    ({directory: {bytes: new Map(Object.entries(files))}, logBytes: 1000}) as never;
  const files = {
    ...{"plots/projection/map.png": 400, "plots/lime/a.png": 50, "artifacts/x.json": 30},
    ...{"model/weights.bin": 7777, "run.json": 20},
  };
  const size = {epochs: 3, looks: 4, shown: 2, parameters: 100};

  test("are the sum of its images, its lists, its weights, its looks, and its page", () => {
    const images = 5 * (6 + 2);
    const story = 350_000 + 10 * 6 + 10 * (11 * 3 + 3);
    const lists = 87 * (10 + 5) + 44 * (2 + 5);
    const weights = 4 * 100 * 4; // the best ones, and a checkpoint's with the optimizer's
    const film = (400 * 2) / 2;
    const page = 500_000 + 0.25 * (50 * 2 + images);
    const looks = 4 * 50 + 2 * (450 + 1000);
    expect(bytesOfRun(look(files), data, size)).toBeCloseTo(images + story + lists + weights + film + page + looks, 6);
  });

  test("have no story of training images and no checkpoint where there are none", () => {
    const watched = {...(data as object), train: split(0)} as never;
    const images = 5 * (6 + 2);
    expect(bytesOfRun(look({}), watched, size)).toBeCloseTo(
      images + 87 * 5 + 44 * 7 + 4 * 100 + 500_000 + 0.25 * images + 2 * 1000,
      6,
    );
  });

  test("have pictures of training images up to a limit", () => {
    const at = (count: number) =>
      bytesOfRun(look({}), {...(data as object), train: split(count), imageShape: [1000, 100, 1]} as never, size);
    // 100,000 bytes an image: 18 images are the most; each has its line of the table and its answers besides
    expect(at(19) - at(18)).toBeCloseTo(87 + 11 * 3 + 3, 6);
    expect(at(18) - at(17)).toBeCloseTo(100_000 + 87 + 11 * 3 + 3, 6);
  });
});

test("a folder that is not there can be written where the folder above it can; a file cannot be one", async () => {
  const folder = temporaryFolder();
  await checkWritable(join(folder, "a", "b"));
  mkdirSync(join(folder, "there"));
  await checkWritable(join(folder, "there"));
  writeFileSync(join(folder, "file"), "");
  await expect(checkWritable(join(folder, "file"))).rejects.toThrow(join(folder, "file"));
  await expect(checkWritable(join(folder, "file", "save"))).rejects.toThrow(join(folder, "file"));
});

describe("training is measured", () => {
  const images = (count: number) => byteSplit({shape: [count, 1, 1, 1], values: new Uint8Array(count)}, new Uint16Array(count), [1, 1, 1]); // biome-ignore format: one line a split
  const answers = {losses: [], predicted: [], probabilities: [], margins: [], errors: [], entropies: []};
  const network = {classNames: ["x"], trainBatch: async () => ({lossSum: 0, correct: 0, answers})} as never;
  const options = {epochs: 1, batchSize: 1, seed: 0, schedule: () => 0.1} as never;
  const batches = async (count: number) =>
    (await measureTraining(network, {train: images(count)} as never, options, undefined)).batches;

  test("over forty batches after the first five, or over all of an epoch that has fewer", async () => {
    expect(await batches(100)).toBe(40);
    expect(await batches(20)).toBe(15);
    expect(await batches(3)).toBe(1); // the first two warm up
    expect(await batches(1)).toBe(1);
  });

  test("and ends where the user interrupts it", async () => {
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(measureTraining(network, {train: images(9)} as never, options, stop.signal)).rejects.toThrow("enough");
  });
});

describe("a look is measured", () => {
  const images = byteSplit({shape: [3, 1, 1, 1], values: Uint8Array.of(0, 1, 1)}, Uint16Array.of(0, 1, 1), [1, 1, 1]);
  const network = {
    ...{imageShape: [1, 1, 1], classNames: ["x", "long"]},
    logits: async ({count}: LabelledImages) => new Float32Array(2 * count),
    getWeights: async () => [],
    forward: async ({count}: LabelledImages, layers: readonly string[]) =>
      layers.map((layer) => ({layer, shape: [2], values: new Float32Array(2 * count)})),
  };
  const looking = {
    ...{seed: 0, chosen: [], sampleIndices: Uint32Array.of(0), layers: [], jobs: {}, modelFiles: async () => ({})},
    ...{network, data: {classNames: ["x", "long"], train: images, validation: images, test: images}, signal: undefined},
  };
  const progress = {epoch: 1, batch: 1, batches: 1, images: 0, lossSum: 0, correct: 0, steps: []};
  const bytes = async (projected: number) => (await measureLook(looking as never, "/r", progress, projected)).logBytes;

  test("with the projector's points and their labels, of as many images as there are", async () => {
    expect(await bytes(0)).toBe(0);
    // two points of two zeros: "0\t0\n" each; their labels: twice the name, and 8 bytes
    expect(await bytes(1)).toBe(4 + (2 + 8));
    expect(await bytes(2)).toBe(2 * 4 + (2 + 8) + (8 + 8));
    expect(await bytes(9)).toBe(3 * 4 + (2 + 8) + 2 * (8 + 8));
  });

  test("and tells which probes failed", async () => {
    const probe = {
      name: "p",
      // biome-ignore lint/correctness/useYield: it fails before
      async *run() {
        throw new Error("no");
      },
    };
    const chosen = [{probe, values: {}, asked: new Set()}];
    const {failures} = await measureLook({...looking, chosen} as never, "/r", progress, 0);
    expect(failures).toEqual(["probe p: no"]);
  });
});

describe("the plan of many runs", () => {
  const run = (setting: number, seed: number, state = "new") => ({
    ...{setting: `${setting}`, options: {batchSize: setting, name: `${setting}-${seed}`}, probeOptions: {}},
    ...{state, path: `/s/${setting}-${seed}`},
  });
  async function planOf(runs: readonly object[]): Promise<Plan> {
    planned.length = 0;
    const events = planMany(runs as never);
    for (;;) {
      const {done, value} = await events.next();
      if (done) return value;
    }
  }

  test("measures each setting once, and counts each run that is not done", async () => {
    const plan = await planOf([run(1, 0), run(1, 1), run(10, 0, "done"), run(10, 1, "unfinished")]);
    expect(planned.map(({batchSize, name}) => [batchSize, name])).toEqual([
      [1, ""],
      [10, ""],
    ]);
    expect(plan).toMatchObject({seconds: {low: 12, high: 24}, bytes: 1200, measured: {batches: 80, looks: 2}});
    expect(plan.options.name).toBe("1-0");
    expect(plan.notes).toEqual(["the same for all", "of 1", "of 10"]);
    expect(plan.runs.map(({state}) => state)).toEqual(["new", "new", "done", "unfinished"]);
  });

  test("measures eight settings at most, evenly apart, and takes the others to cost their mean", async () => {
    const settings = (count: number) => Array.from({length: count}, (_, n) => run(n + 1, 0));
    const eight = await planOf(settings(8));
    expect(planned).toHaveLength(8);
    expect(eight.notes.some((note) => note.includes("not measured"))).toBe(false);
    const nine = await planOf(settings(9));
    expect(planned.map(({batchSize}) => batchSize)).toEqual([1, 3, 5, 7, 9]);
    // 1 + 3 + 5 + 7 + 9, and four times their mean
    expect(nine.seconds.low).toBe(25 + 4 * 5);
    expect(nine.notes.at(-1)).toBe("4 of 9 settings were not measured: they are taken to cost the mean of the others");
  });
});
