/** @file `explain test:all --method`: maps of pixels of many images; the methods' numbers are in attribution-methods.test.ts. */
import {readdirSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {askedModel} from "../../../src/cli/asked-model";
import {explainFlags} from "../../../src/cli/explain-flags";
import {openStranger} from "../../../src/cli/stranger";
import {resolveOptions} from "../../../src/nouns/options";
import {attributeImage} from "../../../src/pipeline/attribute";
import {methods} from "../../../src/pipeline/attribution/methods/index";
import {hereWorkers} from "../../../src/pipeline/jobs/here";
import {epochParts} from "../../../src/pipeline/many/epoch-parts";
import {explainMany, resultName, shardSize, shardsOf} from "../../../src/pipeline/many/explain-many";
import {type ManyOptions, openMany} from "../../../src/pipeline/many/open-many";
import {closeShards} from "../../../src/pipeline/many/open-shard";
import {type FoundMaps, joinedMaps, keptMaps} from "../../../src/pipeline/many/pixel-columns";
import type {MapsFile} from "../../../src/pipeline/many/pixel-files";
import {resultOf} from "../../../src/pipeline/many/result-bytes";
import {resultStore} from "../../../src/pipeline/record/result-store";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {decode} from "../../../src/report/client/decode";
import {gather} from "../../../src/report/gather/index";
import {tasks} from "../../../src/tasks/index";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";
import {runAll} from "../../support/small-run";

const root = temporaryFolder();
const save = join(root, "save");
const run = join(save, "r");
const store = resultStore(join(root, "results"));
/** The images that are asked about: test:4-11. */
const RANGE = {from: 4, to: 12};
const ASKED = 8;

beforeAll(async () => {
  const small = {save, name: "r", probes: "confusion", epochs: 1, trainLimit: 300, testLimit: 24, projector: 0};
  await runAll(small, {});
}, 60_000);
afterAll(async () => {
  await closeShards();
  rmSync(root, {recursive: true, force: true});
});

const optionsOf = (name: string, given: {readonly [option: string]: unknown} = {}) => {
  const method = methods.find((one) => one.name === name) as (typeof methods)[number];
  return {method: name, options: {...resolveOptions(method.options as object, given, "--")}};
};

async function explained(name: string, more: Partial<ManyOptions> = {}) {
  const many = await openMany(run, {range: RANGE, lime: {}, ...(name ? {pixels: optionsOf(name)} : {}), ...more});
  const going = explainMany(many, hereWorkers(tasks), store);
  let next = await going.next();
  while (!next.done) next = await going.next();
  return {...next.value, many};
}

const keptOf = async (name: string, epoch: number) =>
  (await readSaved(join(run, "artifacts", "explained", `${name}-epoch-00${epoch}.json`))) as MapsFile;

test("each method gives each image, at every epoch, the bits that it gives the image alone", async () => {
  for (const {name} of methods) {
    expect(await explained(name)).toMatchObject({images: ASKED, explanations: 2 * ASKED, known: 0});
  }
  for (const epoch of [0, 1]) {
    const options = {...resolveOptions(explainFlags, {}, "--"), save, model: `r@${epoch}`};
    const asking = {command: "explain", telling: {say: () => {}, verbose: false}, opening: openStranger};
    const {classifier, words, read} = await askedModel(options, ["test:4", "test:11"], asking);
    const images = [await read(words[0]), await read(words[1])];
    for (const method of methods) {
      const values = optionsOf(method.name).options;
      const {many} = await explained(method.name);
      const [shard] = [...shardsOf(many)].filter(({question}) => question.subject.epoch === epoch);
      const found = resultOf<FoundMaps>((await store.read(shard.id)) as Uint8Array);
      const kept = await keptOf(method.name, epoch);
      for (const {image, index = -1} of images) {
        const asked = {method, values, caption: "", top: 1, seed: 0, known: {}};
        for await (const artifact of attributeImage(classifier, image, asked)) {
          if (artifact.plot !== "attribution") throw new Error(artifact.plot);
          const {maps} = artifact.data;
          const numbers = artifact.numbers as unknown as {
            targets: Uint16Array;
            faithfulness: (number | null)[];
            gap?: (number | null)[];
          };
          const row = index - RANGE.from;
          expect(found.index[row]).toBe(index);
          expect(found.values.slice(784 * row, 784 * (row + 1))).toEqual(maps[0].values);
          expect(found.target[row]).toBe(numbers.targets[0]);
          expect(found.probability[row]).toBe(maps[0].probability);
          expect(found.faithfulness[row]).toBe(numbers.faithfulness[0] ?? Number.NaN);
          expect(found.gap[row]).toBe(numbers.gap?.[0] ?? Number.NaN);
          const full = Math.max(...maps[0].values.map(Math.abs));
          expect(kept.strongest[row]).toBe(full);
          const off = maps[0].values.map((value, p) => Math.abs(kept.values[784 * row + p] * (full / 32767) - value));
          expect(Math.max(...off)).toBeLessThanOrEqual((full / 65534) * (1 + 1e-5));
        }
      }
    }
    await classifier.dispose();
  }
  expect(readdirSync(join(run, "artifacts", "explained")).sort()).toEqual(
    methods
      .flatMap(({name}) => [0, 1].flatMap((n) => [`${name}-epoch-00${n}.json`, `${name}-epoch-00${n}.npz`]))
      .sort(),
  );
}, 60_000);

test("the page shows each method's map of an image at every epoch, to 127ths of its strongest pixel", async () => {
  await explained("integrated-gradients");
  await explained("grad-cam");
  const {file, parts} = await gather(run);
  const data = decode(file, new Uint8Array(Buffer.concat(parts)).buffer);
  for (const [stop, epoch] of [0, 1].entries()) {
    expect(data.explained(stop)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    for (const [name, title, signed] of [
      ["integrated-gradients", "Integrated gradients", true],
      ["grad-cam", "Grad-CAM", false],
    ] as const) {
      const kept = await keptOf(name, epoch);
      const method = data.pixelMaps.find((one) => one.name === title);
      expect(method).toMatchObject({signed, carried: ASKED, all: ASKED, height: 28, width: 28});
      const tile = method?.tile(stop, 6);
      const of = (value: number) => expect.closeTo(value, 6);
      expect(tile).toMatchObject({target: kept.target[2], faithfulness: of(kept.faithfulness[2])});
      expect(tile?.gap).toEqual(signed ? of(kept.gap[2]) : null);
      const off = Array.from(tile?.values ?? [], (v, p) => Math.abs(v - kept.values[784 * 2 + p] / 32767));
      expect(off).toHaveLength(784);
      expect(Math.max(...off)).toBeLessThanOrEqual(0.5 / (signed ? 127 : 255) + 1e-6);
      expect(method?.tile(stop, 12)).toBe(null); // it was not asked about
    }
  }
});

test("maps of other images stay if the question is the same, and other options begin anew", async () => {
  const of = (from: number, to: number) => ({range: {from, to}, epochs: [1]});
  const {many} = await explained("occlusion");
  const whole = await keptOf("occlusion", 1);
  rmSync(join(run, "artifacts", "explained", "occlusion-epoch-001.json"));
  await explained("occlusion", of(7, 9));
  await explained("occlusion", of(3, 4));
  const three = await keptOf("occlusion", 1);
  expect([...three.index]).toEqual([3, 7, 8]);
  expect(three.values.slice(784)).toEqual(whole.values.slice(784 * 3, 784 * 5));
  const wide = {...of(5, 6), pixels: optionsOf("occlusion", {window: 7})};
  expect(await explained("occlusion", wide)).toMatchObject({known: 0}); // the options are part of the task's name
  expect([...(await keptOf("occlusion", 1)).index]).toEqual([5]);
  const [{question}] = shardsOf(many);
  const same = {...question.subject, ...optionsOf("occlusion", {window: 0})}; // the default
  expect(resultName({subject: same as typeof question.subject})).toBe(resultName(question));
});

test("a map is kept to half a 32,767th of its strongest pixel, and an empty one stays empty", () => {
  const row = {index: Uint32Array.of(4, 2), label: Uint32Array.of(0, 1), target: Uint32Array.of(0, 0)};
  const found: FoundMaps = {
    ...row,
    probability: Float32Array.of(0.5, 1),
    faithfulness: Float64Array.of(1, Number.NaN),
    gap: Float64Array.of(0, Number.NaN),
    values: Float32Array.of(0.5, -2, 1, 0, 0, 0),
  };
  const kept = keptMaps(found);
  expect([...kept.strongest]).toEqual([2, 0]);
  expect([...kept.values]).toEqual([8192, -32767, 16384, 0, 0, 0]); // 32767 / 4 = 8191.75, 32767 / 2 = 16383.5
  expect([...joinedMaps([kept]).values]).toEqual([0, 0, 0, 8192, -32767, 16384]); // in the order of the images
});

test.each([
  // 784 pixels, and 51 questions for the trust: 40e6 / (784 · (51 + 3)) = 944, at most 100 are taken
  ["saliency", {}, [28, 28, 1], 100],
  ["integrated-gradients", {steps: 1000}, [28, 28, 1], 16], // 40e6 / (784 · 3051)
  ["smooth-grad", {samples: 25}, [224, 224, 3], 2], // 40e6 / (150,528 · 126)
  ["occlusion", {window: 4, stride: 2}, [28, 28, 1], 100], // 13 · 13 windows: 40e6 / (784 · 220) = 231
  ["occlusion", {window: 4, stride: 1}, [224, 224, 1], 1], // 221² windows
])("%s %j on images of %j has shards of %i images", (name, given, shape, size) => {
  const subject = {kind: "pixels/1", ...optionsOf(name, given)};
  expect(shardSize({images: {shape}, epochs: [subject]} as unknown as Parameters<typeof shardSize>[0])).toBe(size);
});

test("a plan knows how much room an image's map takes", async () => {
  const {many} = await explained("gradient");
  const parts = epochParts(many, many.epochs[1]);
  const [, {id}] = shardsOf(many);
  parts.add((await store.read(id)) as Uint8Array);
  const file = readFileSync(join(run, "artifacts", "explained", "gradient-epoch-001.npz"));
  expect(parts.size()).toEqual({each: file.length / ASKED, once: 0});
});

test("the command's threads leave the same bytes, and its JSON says how far the maps can be trusted", async () => {
  const argv = ["explain", "test:4-11", "--model", "r@1", "--save", save, "--method", "integrated-gradients"];
  const {stdout, code} = await command([...argv, "--integrated-gradients.steps", "5", "--workers", "1", "--json"]);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(faultsOf(document)).toEqual([]);
  const counts = {images: ASKED, explanations: ASKED, known: 0};
  expect(document).toMatchObject({schema: "epochscope/explain-many/1", method: "integrated-gradients", ...counts});
  const [path] = document.files;
  const file = path.replace(/json$/, "npz");
  const bytes = readFileSync(file);
  const {faithfulness, gap} = await keptOf("integrated-gradients", 1);
  const ordered = [...faithfulness].sort((a, b) => a - b);
  const [{medianFaithfulness, poor, incomplete}] = document.epochs;
  expect(medianFaithfulness).toBeCloseTo((ordered[3] + ordered[4]) / 2, 12);
  expect(poor).toBe(faithfulness.filter((value) => value < 0.3).length);
  expect(incomplete).toBe(gap.filter((value) => Math.abs(value) > 0.05).length);

  rmSync(path);
  rmSync(file);
  const pixels = optionsOf("integrated-gradients", {steps: 5});
  expect(await explained("", {pixels, epochs: [1]})).toMatchObject({known: 0}); // the command has a store of its own
  expect(readFileSync(file)).toEqual(bytes);
  expect(await explained("", {pixels, epochs: [1]})).toMatchObject({known: ASKED});
  expect(readFileSync(file)).toEqual(bytes);
});
