/** @file Parts of `explain test:all` that need no run: shards, columns, summaries, and what a plan works out. */
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {attributeShard} from "../../../src/pipeline/many/attribute-shard";
import {epochParts} from "../../../src/pipeline/many/epoch-parts";
import {shardSize, shardsOf} from "../../../src/pipeline/many/explain-many";
import {joinedColumns, type SegmentedColumns} from "../../../src/pipeline/many/explained-columns";
import {keepExplained} from "../../../src/pipeline/many/explained-files";
import type {OpenMany} from "../../../src/pipeline/many/open-many";
import {type FoundMaps, keptMaps} from "../../../src/pipeline/many/pixel-columns";
import {keepMaps} from "../../../src/pipeline/many/pixel-files";
import {planExplaining} from "../../../src/pipeline/many/plan-explaining";
import {resultBytes, resultOf} from "../../../src/pipeline/many/result-bytes";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {temporaryFolder} from "../../support/idx-files";

type LimeSubject = Parameters<typeof keepExplained>[2];
type MapsSubject = Parameters<typeof keepMaps>[2];

const lime = {kind: "lime/1", epoch: 3, lime: {samples: 40, recipe: "default"}, images: "i"} as unknown as LimeSubject;
const pixels = {kind: "pixels/1", epoch: 3, method: "saliency", options: {}} as unknown as MapsSubject;
/** Explanations of images, with so many weights each. */
function columns(index: readonly number[], weights: readonly (readonly number[])[], r2: readonly number[]) {
  const starts = new Uint32Array(1 + index.length);
  weights.forEach((own, n) => {
    starts[n + 1] = starts[n] + own.length;
  });
  const figures = Float64Array.from(index);
  return {
    ...{index: Uint32Array.from(index), label: Uint32Array.from(index), target: Uint32Array.from(index)},
    ...{probability: figures, intercept: figures, localPrediction: figures, halvesCorrelation: figures},
    ...{r2: Float64Array.from(r2), halvesTop5: Float64Array.from(r2)},
    ...{samples: Uint32Array.from(index), near: Uint32Array.from(index), starts},
    ...{weights: Float64Array.from(weights.flat()), errors: Float64Array.from(weights.flat())},
    segments: Uint16Array.from(index.flatMap((image) => [image, image, image, image])),
  } satisfies SegmentedColumns;
}
const maps = (index: readonly number[], faithfulness: readonly number[], gap: readonly number[]): FoundMaps => ({
  ...{index: Uint32Array.from(index), label: Uint32Array.from(index), target: Uint32Array.from(index)},
  ...{probability: Float32Array.from(index), faithfulness: Float64Array.from(faithfulness)},
  ...{gap: Float64Array.from(gap), values: new Float32Array(4 * index.length).fill(1)},
});
function ownDirectory() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "artifacts"));
  return openRunDirectory(folder);
}
const many = (from: number, to: number, ...epochs: readonly object[]) =>
  ({run: "/r", range: {from, to}, images: {shape: [28, 28, 1]}, epochs}) as unknown as OpenMany;

describe("shards", () => {
  test("end at hundreds of images, so that each has one name whichever range is asked about", () => {
    const shards = [...shardsOf(many(150, 420, pixels, {...pixels, epoch: 4}))];
    expect(shards.map(({named}) => named)).toEqual(
      [3, 4].flatMap((epoch) =>
        ["150-199", "200-299", "300-399", "400-419"].map((images) => `test:${images} at epoch ${epoch}`),
      ),
    );
    const [whole] = shardsOf(many(200, 300, pixels));
    expect(whole.id).toBe(shards[1].id);
    expect(whole.question.subject).toMatchObject({from: 200, to: 300});
    expect([...shardsOf(many(0, 100, pixels))]).toHaveLength(1);
  });

  test.each([
    ["auto", 51], // a thousand masks: 40e6 / (784 · 1000)
    ["2000", 25],
    ["10", 100],
  ])("of %s masks by LIME have %i images", (samples, size) => {
    expect(shardSize(many(0, 9, {...lime, lime: {samples}}))).toBe(size);
  });
});

describe("explanations by LIME", () => {
  const [a, b] = [columns([7, 8], [[1, 2], [3]], [0.25, 0.75]), columns([2], [[4, 5, 6]], [Number.NaN])];

  test("of several shards are joined, each with its own weights", () => {
    const joined = joinedColumns([a, b]);
    expect([...joined.index]).toEqual([7, 8, 2]);
    expect([...joined.starts]).toEqual([0, 2, 3, 6]);
    expect([...joined.weights]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("are kept by the order of their images, with the median of R², the poor ones and those that do not change", async () => {
    const directory = ownDirectory();
    const summary = await keepExplained(directory, [2, 2, 1], lime, [a, b]);
    expect(summary).toEqual({epoch: 3, images: 3, masks: "40", medianR2: 0.5, poor: 1, unchanging: 1, agree: 0.5});
    const odd = columns([0, 1, 2], [[], [], []], [0.5, 1, 0.125]);
    expect(await keepExplained(directory, [2, 2, 1], lime, [odd])).toMatchObject({medianR2: 0.5, poor: 1});
    const still = columns([0], [[]], [Number.NaN]);
    const none = {medianR2: null, poor: 0, unchanging: 1, agree: null};
    expect(await keepExplained(directory, [2, 2, 1], lime, [still])).toMatchObject(none);
  });

  test("take the bytes of their segments once, however many epochs there are", () => {
    const parts = epochParts(many(0, 9), lime);
    parts.add(resultBytes(a));
    parts.add(resultBytes(b));
    const {each, once} = parts.size();
    expect(once).toBe((3 * 4 * 2) / 3); // four pixels of two bytes an image
    expect(each).toBeGreaterThan(0);
    expect(3 * each).toBe(Math.round(3 * each));
  });
});

describe("maps of pixels", () => {
  test.each([
    [
      "an odd number",
      [0.25, 0.5, 1, Number.NaN],
      [0.01, -0.25, 0.25, 0],
      {medianFaithfulness: 0.5, poor: 1, unchanging: 1},
    ],
    ["an even number", [1, 0.5], [0, 0], {medianFaithfulness: 0.75, poor: 0, unchanging: 0, incomplete: 0}],
    [
      "none that change",
      [Number.NaN],
      [Number.NaN],
      {medianFaithfulness: null, poor: 0, unchanging: 1, incomplete: null},
    ],
  ])("of %s are summed up by their faithfulness", async (_, faithfulness, gap, expected) => {
    const index = faithfulness.map((__, n) => n);
    const found = keptMaps(maps(index, faithfulness, gap));
    const summary = await keepMaps(ownDirectory(), [2, 2, 1], pixels, [found]);
    expect(summary).toMatchObject({epoch: 3, images: index.length, ...expected});
    if (faithfulness.length === 4) expect(summary.incomplete).toBe(2);
  });

  test("explain the predicted class, the label, or the class that is told", async () => {
    const network = {
      ...{imageShape: [2, 2, 1], classNames: ["a", "b", "c"]},
      predict: async ({count}: {count: number}) =>
        Float32Array.from({length: 3 * count}, (_, i) => [0.25, 0.625, 0.125][i % 3]),
      logits: async ({count}: {count: number}) => Float32Array.from({length: 3 * count}, (_, i) => i % 3),
      inputGradient: async ({pixels: own}: {pixels: Float32Array}) => own.map(() => 1),
    };
    const images = {count: 2, shape: [2, 2, 1], pixels: new Float32Array(8).fill(1), labels: Uint16Array.of(2, 0)};
    const of = async (target: "predicted" | "label" | number) => {
      const shard = {network, indices: [5, 6], images} as unknown as Parameters<typeof attributeShard>[1];
      const bytes = await attributeShard({...pixels, from: 5, to: 7, target, seed: 0} as never, shard);
      const {target: targets, probability, index} = resultOf<FoundMaps>(bytes);
      expect([...index]).toEqual([5, 6]);
      return [[...targets], [...probability]];
    };
    expect(await of("predicted")).toEqual([
      [1, 1],
      [0.625, 0.625],
    ]);
    expect(await of("label")).toEqual([
      [2, 0],
      [0.125, 0.25],
    ]);
    expect(await of(0)).toEqual([
      [0, 0],
      [0.25, 0.25],
    ]);
  });
});

test("a plan works out a worker's seconds and an image's from what its processors took", async () => {
  let processor = 0;
  const asked: [from: number, to: number][] = [];
  const workers = {
    places: 2,
    async ask(_task: string, {subject}: {subject: {from: number; to: number}}) {
      const {from, to} = subject;
      asked.push([from, to]);
      if (asked.length <= 2) processor += 3; // a worker begins
      if (asked.length === 3) processor += 1; // and is not warm yet
      processor += (to - from) / 64;
      const index = Array.from({length: to - from}, (__, n) => from + n);
      return resultBytes(maps(index, index, index));
    },
  };
  const asking = many(100, 350, pixels, {...pixels, epoch: 4});
  const [first] = shardsOf(asking);
  const results = {read: async (id: string) => (id === first.id ? new Uint8Array(1) : undefined)};
  const plan = await planExplaining(asking, workers as never, results, () => processor, 7);
  expect(plan).toMatchObject({images: 250, epochs: [3, 4], explanations: 500, known: 100, shards: 5, shardImages: 100});
  const openSeconds = (2 * 3 + 2 / 64 + 1) / 2;
  expect(plan.measured).toMatchObject({workers: 2, secondsEach: 1 / 64, openSeconds, aroundSeconds: 7});
  // 400 images in 5 shards of 80 on average: three waves
  const seconds = 7 + openSeconds + (3 * 80) / 64;
  expect(plan.machines[0]).toMatchObject({machines: 1, workers: 2, seconds});
  expect(plan.seconds).toBeCloseTo(plan.measured.busy * seconds, 9);
  for (const [from, to] of asked) expect([from >= 100, to <= 350]).toEqual([true, true]);
  expect(new Set(asked.map(([from]) => from)).size).toBeGreaterThan(4); // not the same images again
  // one image each, a hundred for each worker to get warm, and then three seconds of images
  const images = asked.reduce((sum, [from, to]) => sum + to - from, 0);
  expect(plan.measured.images).toBeGreaterThan(3 * 64);
  expect(plan.measured.images).toBeLessThanOrEqual(3 * 64 + 50);
  expect(images - plan.measured.images).toBeGreaterThanOrEqual(2 + 200);
  expect(images - plan.measured.images).toBeLessThanOrEqual(2 + 250);
});

test.each([
  ["are very slow: a minute of them is enough", 2, 60 / 2, 60 / 2 + 50],
  ["take a second: those of a minute, though fewer than a hundred", 1, 60, 60 + 50],
  ["are quick: three seconds of them", 1 / 128, 3 * 128, 3 * 128 + 50],
  ["take hardly any time: a thousand", 1 / 1024, 1000, 1050],
])("images that a plan measures %s", async (_, cost, least, most) => {
  let [processor, asked] = [0, 0];
  const workers = {
    places: 2,
    async ask(_task: string, {subject: {from, to}}: {subject: {from: number; to: number}}) {
      processor += cost * (to - from);
      asked += to - from;
      const index = Array.from({length: to - from}, (__, n) => from + n);
      return resultBytes(maps(index, index, index));
    },
  };
  const results = {read: async () => undefined};
  const {measured} = await planExplaining(many(0, 250, pixels), workers as never, results, () => processor);
  expect(measured.images).toBeGreaterThanOrEqual(least);
  expect(measured.images).toBeLessThanOrEqual(most);
  const warm = asked - measured.images - 2; // at least five seconds, or a hundred images for each worker
  expect(warm).toBeGreaterThanOrEqual(Math.min(200, 5 / cost));
  expect(warm).toBeLessThanOrEqual(Math.min(200, 5 / cost) + 50);
});
