/** @file Runs that watch numbers alone: .npz files of answers, written by numpy (test/fixtures/watch/make_watch.py). */
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf} from "../../support/small-run";
import {
  epochsOf,
  FIXTURES,
  linesOf,
  pathOf,
  pixelsOf,
  REFERENCE,
  refusalsOf,
  testImages,
  watchAll,
} from "../../support/watched";

const rights = REFERENCE.map(({right}) => right);
const save = () => ({save: join(temporaryFolder(), "save")});

function answersFolder(epochs: readonly number[]): string {
  const folder = join(temporaryFolder(), "answers");
  mkdirSync(folder);
  for (const epoch of epochs)
    copyFileSync(join(FIXTURES, `answers-${epoch}.npz`), join(folder, `answers-${epoch}.npz`));
  return folder;
}

/** numpy's format, version 1. */
function npy(descr: string, shape: readonly number[], values: Uint8Array): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const text = `${dict.padEnd(117)}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  return Buffer.concat([head, Buffer.from(text, "latin1"), values]);
}
const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);

test("confusion, map and all answers, with the images and labels of the first file; the rest is said to be left out", async () => {
  const events = await watchAll(answersFolder([0, 1, 2]), save());
  const path = pathOf(events);
  expect(epochsOf(events)).toEqual([0, 1, 2]);
  expect(metricsOf(path).map(({testAccuracy}) => testAccuracy)).toEqual(rights);
  expect(metricsOf(path).map(({trainLoss, trainAccuracy}) => [trainLoss, trainAccuracy])).toEqual([
    [null, null], // nobody trains before epoch 1
    [0.25, rights[1]],
    [0.5 / 3, rights[2]],
  ]);
  const files = filesOf(path);
  expect(files).toContain("artifacts/confusion/matrix-epoch-002.json");
  expect(files).toContain("artifacts/projection/map-epoch-002.json");
  expect(files).toContain("report.html");
  expect(files.filter((file) => /lime|saliency|network|mistakes/.test(file))).toEqual([]);
  const images = (await readSaved(join(path, "data", "test.json"))) as {
    pixels: Uint8Array;
    shape: number[];
  };
  expect(images.shape).toEqual([8, 8, 1]);
  expect(images.pixels).toEqual(pixelsOf(96));
  expect(linesOf(events)).toContain(
    "answers without a network: saliency, LIME and explanations of mistakes, which ask it, are left out",
  );
  expect(linesOf(events)).toContain("no features: the map is made of the logits");
  const {numbers} = await readArtifactFile(join(path, "artifacts", "confusion", "matrix-epoch-001.json"));
  const odds = REFERENCE[1].logits.slice(0, 3).map(Math.exp);
  const sum = odds.reduce((a, b) => a + b);
  expect((numbers!.probabilities as Float32Array).subarray(0, 3)).toBeAllClose(
    odds.map((v) => v / sum),
    {rtol: 1e-5, atol: 1e-6},
  );
});

test("images and labels of --data, where the files have none", async () => {
  const events = await watchAll(answersFolder([1, 2]), {...save(), data: testImages()});
  expect(metricsOf(pathOf(events)).map(({testAccuracy}) => testAccuracy)).toEqual(rights.slice(1));
  const {data} = JSON.parse(readFileSync(join(pathOf(events), "run.json"), "utf8"));
  expect(data).toMatchObject({imageShape: [8, 8, 1], classNames: ["top", "middle", "bottom"], test: 96});
});

test("folders of .npy files, with probabilities and labels alone", async () => {
  const folder = join(temporaryFolder(), "answers");
  mkdirSync(join(folder, "epoch-1"), {recursive: true});
  const rows = [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.9, 0.05, 0.05];
  writeFileSync(join(folder, "epoch-1", "probabilities.npy"), npy("<f4", [4, 3], floats(rows)));
  writeFileSync(join(folder, "epoch-1", "labels.npy"), npy("|u1", [4], Uint8Array.of(0, 1, 2, 1)));
  const events = await watchAll(folder, {...save(), probes: "confusion", classes: "a,b,c"});
  const [{testAccuracy, testLoss}] = metricsOf(pathOf(events));
  expect(testAccuracy).toBe(0.75);
  expect(testLoss).toBeCloseTo(-(Math.log(0.7) + Math.log(0.8) + Math.log(0.4) + Math.log(0.05)) / 4, 6);
});

test.each([
  [
    "neither logits nor probabilities",
    {features: npy("<f4", [4, 3], floats(Array(12).fill(1)))},
    /expected checkpoints/,
  ],
  [
    "probabilities that do not sum to 1",
    {probabilities: npy("<f4", [2, 2], floats([0.5, 0.5, 0.5, 0.1]))},
    /sum to 1, got a sum of 0\.6000 in row 1$/,
  ],
  [
    "scores that are not finite",
    {logits: npy("<f4", [1, 2], floats([1, Number.NaN]))},
    /expected finite scores, got NaN$/,
  ],
  [
    "labels of other images",
    {logits: npy("<f4", [2, 2], floats([1, 2, 3, 4])), labels: npy("|u1", [3], Uint8Array.of(0, 1, 0))},
    /expected 2 rows of labels, one for each row of scores, got shape \(3\)$/,
  ],
  [
    "labels beyond the classes",
    {logits: npy("<f4", [2, 2], floats([1, 2, 3, 4])), labels: npy("|u1", [2], Uint8Array.of(0, 2))},
    /expected labels, a whole number below 2 for each image, got 2$/,
  ],
  [
    "probabilities below 0",
    {probabilities: npy("<f4", [1, 2], floats([1.5, -0.5]))},
    /sum to 1, got a sum of 1\.000 in row 0$/,
  ],
  [
    "one score an image",
    {logits: npy("<f4", [2, 1], floats([1, 2]))},
    /expected scores of two classes or more, got shape \(2,1\)$/,
  ],
  [
    "one of two training figures",
    {logits: npy("<f4", [1, 2], floats([1, 2])), train_loss: npy("<f4", [1], floats([1]))},
    /expected both train_loss and train_accuracy, got one of them$/,
  ],
  ["no labels anywhere", {logits: npy("<f4", [2, 2], floats([1, 2, 3, 4]))}, /^--data: expected the test images/],
  [
    "half a file",
    {logits: npy("<f4", [2, 2], floats([1, 2, 3, 4])).subarray(0, 130)},
    /logits\.npy: expected 16 bytes of numbers/,
  ],
])("%s is refused in one line", async (_, arrays, words) => {
  const folder = join(temporaryFolder(), "answers");
  mkdirSync(join(folder, "epoch-1"), {recursive: true});
  for (const [name, bytes] of Object.entries(arrays)) writeFileSync(join(folder, "epoch-1", `${name}.npy`), bytes);
  const said = await watchAll(folder, save()).then(refusalsOf, (error: Error) => [error.message]);
  expect(said).toEqual([expect.stringMatching(words)]);
});
