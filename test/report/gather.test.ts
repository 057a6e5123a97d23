import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {placed} from "../../src/plots/placed";
import {decode} from "../../src/report/client/decode";
import {frameOf, HOME, place} from "../../src/report/client/map/map-view";
import {members} from "../../src/report/client/selection";
import type {State} from "../../src/report/client/state";
import {gather, readMetrics} from "../../src/report/gather/index";
import {exampleProbabilities, exampleRun} from "./example-run";

async function opened(folder: string) {
  const {file, parts} = await gather(folder);
  return decode(file, Uint8Array.from(Buffer.concat(parts)).buffer);
}

test("carries every image's probabilities to within what 16 bits keep", async () => {
  const data = await opened(exampleRun());
  const expected = exampleProbabilities(data.labels, 3, 2);
  const got = Array.from(expected, (_, at) => data.answers[2]?.of(Math.floor(at / 3), at % 3) ?? Number.NaN);
  expect(got).toBeAllClose(expected, {atol: 2 / 65535, rtol: 0});
});

test("derives counts, mistakes and list from one another without a contradiction", async () => {
  const data = await opened(exampleRun());
  const answers = data.answers[1];
  const off = answers?.counts.reduce((sum, count, at) => sum + (at % 4 ? count : 0), 0);
  const state = {stop: 1, other: null, selection: {kind: "mistakes"}, slices: []} as unknown as State;
  expect(off).toBe(answers?.wrong);
  expect(members(data, state)).toHaveLength(answers?.wrong ?? -1);
});

test("carries pixels, maps and explanations as they were saved", async () => {
  const folder = exampleRun({shape: [6, 5, 3]});
  const data = await opened(folder);
  const saved = JSON.parse(readFileSync(join(folder, "artifacts/test-images.json"), "utf8"));
  const pixels = Buffer.from(saved.pixels.base64, "base64");
  expect([...data.pixels(3)]).toEqual([...pixels.subarray(3 * 90, 4 * 90)]);
  expect(data.image).toEqual({height: 6, width: 5, channels: 3});
  expect(data.explained()).toEqual([0, 2, 4, 6]);
  const tile = data.saliency?.maps[1].tile(2, 2);
  expect(Math.max(...(tile?.values ?? []).map(Math.abs))).toBe(1);
  expect(tile?.trust).toEqual({infidelity: 0.35, sensitivity: null, untrained: 0.5}); // the second of 0, 2, 4, 6
  const [lime] = data.lime?.of(1, 2) ?? [];
  expect(lime).toMatchObject({explained: 2, r2: 0.8, stability: 0.7, weights: [0.2, -0.1, 0.2]});
  expect(lime.pieces[5 * 5]).toBe(2);
});

test("carries of large images only the surest mistakes, and says how many", async () => {
  const [height, width, indices] = [300, 400, [5, 3, 1, 4]]; // four maps and segments of 0.72 MB each: two fit in 1.5 MB
  const folder = exampleRun({shape: [height, width, 1], count: 6, epochs: [0], probes: ["confusion"]});
  const save = (name: string, content: object) => {
    mkdirSync(join(folder, "artifacts/mistakes"), {recursive: true});
    writeFileSync(join(folder, `artifacts/mistakes/${name}-epoch-000.json`), JSON.stringify({name, ...content}));
  };
  const values = indices.flatMap((index) => Array.from({length: height * width}, (_, p) => (p % 2 ? index : 9)));
  const maps = [{label: "overlay", scale: "sequential", targets: [2, 0, 2, 0], values}];
  save("saliency", {data: {rows: []}, numbers: {indices, surest: 3, maps}});
  const segments = Array.from({length: height * width}, () => 0);
  const explanations = indices.map((index) => ({index, explained: 2, probability: 1, segments, weights: [1]}));
  save("lime", {
    data: {height, width, explanations: explanations.slice(0, 1)},
    numbers: {indices, surest: 3, others: explanations.slice(1)},
  });
  const data = await opened(folder);
  expect(data.explained()).toEqual([3, 5]);
  expect(data.file.mistakes).toEqual([{surest: 2, pairs: 0}]);
  expect(data.file.lime?.entries[0]?.map(({index}) => index)).toEqual([5, 3]);
  const tile = data.saliency?.maps[0].tile(0, 3, 0);
  expect([tile?.target, tile?.values[0], tile?.values[1]]).toEqual([0, 1, expect.closeTo(3 / 9, 2)]);
});

test("keeps the map's distances, all epochs in one frame", async () => {
  const folder = exampleRun({dimensions: 3, mapped: 20});
  const data = await opened(folder);
  const points = [0, 2].map((epoch) => {
    const saved = JSON.parse(readFileSync(join(folder, `artifacts/projection/map-epoch-00${epoch}.json`), "utf8"));
    return new Float32Array(Uint8Array.from(Buffer.from(saved.data.points.base64, "base64")).buffer);
  });
  const away = (a: Float32Array, i: number, b: Float32Array, j: number) =>
    Math.hypot(...[0, 1, 2].map((axis) => a[3 * i + axis] - b[3 * j + axis]));
  const map = data.map;
  if (!map) throw new Error("expected a map");
  const unit = away(points[0], 0, points[0], 1) / away(map.at[0], 0, map.at[0], 1);
  expect(away(points[0], 3, points[1], 9)).toBeCloseTo(unit * away(map.at[0], 3, map.at[2], 9), 2);
  expect(map.neighbours(2, 19, 5)).toEqual({points: [0, 1], from: "features"});
  expect([map.dimensions, map.count, map.point[19], map.point[20]]).toEqual([3, 20, 19, -1]);
});

test.each([2, 3] as const)(
  "shows a map of %i dimensions as its pictures do: what is above there is above here",
  async (dimensions) => {
    const folder = exampleRun({dimensions, mapped: 20});
    const {map} = await opened(folder);
    if (!map) throw new Error("expected a map");
    const saved = JSON.parse(readFileSync(join(folder, "artifacts/projection/map-epoch-000.json"), "utf8"));
    const points = new Float32Array(Uint8Array.from(Buffer.from(saved.data.points.base64, "base64")).buffer);
    const heights = Array.from(placed(points, 20, {left: 0, top: 0, side: 100}).ys);
    const order = (values: readonly number[]) => values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
    const seen = new Float32Array(3 * 20);
    const still = {...HOME, turn: 0, tilt: 0};
    place(seen, map.at[0], map.at[0], 0, frameOf([map.at[0]], dimensions), still, 300, 300);
    const flat = dimensions === 2 ? heights : Array.from({length: 20}, (_, i) => -points[3 * i + 1]); // pictures turn space
    expect(order(Array.from({length: 20}, (_, i) => seen[3 * i + 1]))).toEqual(order(flat));
  },
);

test("carries the weights' spread and each image's own activations", async () => {
  const {inside} = await opened(exampleRun());
  expect(inside?.weights(2)?.[0]).toMatchObject({name: "dense/kernel", min: -1, max: 3, zeros: 2});
  const [activation] = inside?.activations(1, 2) ?? []; // the second of the images explained
  expect(activation).toMatchObject({layer: "conv", height: 2, width: 3, channels: 4, of: 9});
  expect([...activation.values]).toBeAllClose(Array.from({length: 24}, (_, at) => (24 + at) / 255));
});

test("stops only where something was recorded, and borrows nothing but the map", async () => {
  const data = await opened(exampleRun({epochs: [0, 1, 2, 3], probed: [0, 2, 3]}));
  expect(data.epochs).toEqual([0, 2, 3]);
  expect(data.metrics(1)?.epoch).toBe(2);
});

test("shows what there is where probes are missing", async () => {
  const none = await opened(exampleRun({probes: []}));
  expect([none.epochs, none.answers, none.map, none.saliency, none.lime]).toEqual([
    [0, 1, 2],
    [null, null, null],
    null,
    null,
    null,
  ]);
  const lime = await opened(exampleRun({probes: ["lime"]}));
  expect(lime.explained()).toEqual([0, 2, 4, 6]);
});

test("reads whole lines of metrics alone, and the last word on an epoch", () => {
  const path = join(mkdtempSync(join(tmpdir(), "metrics-")), "metrics.jsonl");
  writeFileSync(path, '{"epoch": 0}\n{"epoch": 1, "testLoss": 1}\n{"epoch": 1, "testLoss": 2}\n');
  appendFileSync(path, '{"epoch": 2, "te');
  expect(readMetrics(path)).toEqual([{epoch: 0}, {epoch: 1, testLoss: 2}]);
});

test("says in one line what a folder that is no run lacks", async () => {
  const folder = mkdtempSync(join(tmpdir(), "empty-"));
  await expect(gather(folder)).rejects.toThrow(`${folder}: expected a run's folder with run.json, got none there`);
});

test("names the file and the field that an artifact lacks", async () => {
  const folder = exampleRun({probes: ["confusion"]});
  const path = join(folder, "artifacts/confusion/matrix-epoch-001.json");
  writeFileSync(path, JSON.stringify({name: "matrix", data: {}, numbers: {}}));
  await expect(gather(folder)).rejects.toThrow(
    `${path}: numbers.probabilities: expected an array of numbers, got nothing`,
  );
});

test("says whether the training images that speak for an answer can be asked for: not of a run that kept no weights", async () => {
  const folder = exampleRun();
  expect((await gather(folder)).file.influence).toBe(false); // such as a run that watches
  mkdirSync(join(folder, "artifacts/weights"), {recursive: true});
  writeFileSync(join(folder, "artifacts/weights/all-epoch-001.json"), JSON.stringify({epoch: 1, arrays: []}));
  expect((await gather(folder)).file.influence).toBe(true);
});
