import {copyFileSync, mkdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {drained} from "../../../src/nouns/drained";
import {randomSource} from "../../../src/nouns/random";
import type {Dataset} from "../../../src/nouns/samples";
import {openImageFolder} from "../../../src/pipeline/data/images/image-folder";
import {openData} from "../../../src/pipeline/data/index";
import type {DataProgress} from "../../../src/pipeline/data/progress";
import {temporaryFolder} from "../../support/idx-files";
import {SHAPES, writeShapes} from "../../support/image-folder";

const settings = {dataUrl: "", trainLimit: 1e9, testLimit: 1e9, seed: 0, cacheFolder: ""};

async function opened(
  data: string,
  imageSize = 0,
  seeds: {readonly seed?: number; readonly testSeed?: number} = {},
): Promise<{dataset: Dataset; seen: DataProgress[]}> {
  const seen: DataProgress[] = [];
  const opening = openData({...settings, ...seeds, data, imageSize});
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return {dataset: value, seen};
    if ("doing" in value) seen.push(value);
  }
}

test("takes its classes from the folders' names, and holds out a seventh of each to test", async () => {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 28, size: [24, 20]});
  const {dataset, seen} = await opened(folder);
  expect(dataset).toMatchObject({name: "shapes", imageShape: [20, 24, 3], classNames: SHAPES});
  expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([66, 6, 12]);
  const {labels} = await dataset.test.read(Array.from({length: 12}, (_, n) => n));
  expect(SHAPES.map((_, k) => labels.filter((label) => label === k).length)).toEqual([4, 4, 4]);
  expect(seen.at(-1)).toEqual({doing: "reading images", done: 84, total: 84});
  expect((await opened(folder)).dataset.digest).toBe(dataset.digest);
});

test("runs of two seeds hold out the same pictures to test, and others for validation; another test seed holds out others", async () => {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 28, size: [12, 12]});
  const partsOf = async (seed: number, testSeed?: number) => {
    const {dataset} = await opened(folder, 0, {seed, ...(testSeed === undefined ? {} : {testSeed})});
    return {test: dataset.test.files, validation: dataset.validation.files, train: dataset.train.files};
  };
  const first = await partsOf(0, 0);
  const second = await partsOf(7, 0);
  expect(second.test).toEqual(first.test);
  expect([...(second.validation ?? [])].sort()).not.toEqual([...(first.validation ?? [])].sort());
  const other = await partsOf(0, 7);
  expect([...(other.test ?? [])].sort()).not.toEqual([...(first.test ?? [])].sort());
  expect([...(other.test ?? []), ...(other.train ?? []), ...(other.validation ?? [])].sort()).toEqual(
    [...(first.test ?? []), ...(first.train ?? []), ...(first.validation ?? [])].sort(),
  );
  // without one it is the seed, as in runs that an earlier version made
  expect((await partsOf(7)).test).toEqual((await partsOf(0, 7)).test);
});

test("of one image to learn from, which cannot be held out too, it says what is missing", async () => {
  const folder = writeShapes(join(temporaryFolder(), "one"), {perClass: 1});
  for (const shape of SHAPES.slice(2)) rmSync(join(folder, shape), {recursive: true});
  const expected = "expected at least 2 images to learn from, as one of them is held out for validation";
  await expect(opened(folder)).rejects.toThrow(`${folder}: ${expected}, got 1`);
});

test("reads train and test as they are parted; grey where no image has a colour, and the very pixels", async () => {
  const root = temporaryFolder();
  writeShapes(join(root, "train"), {perClass: 12, colored: false});
  writeShapes(join(root, "test"), {perClass: 5, colored: false, seed: 2});
  const canvas = createCanvas(24, 24);
  const context = canvas.getContext("2d");
  for (let p = 0; p < 576; p++) {
    const grey = p % 251;
    context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
    context.fillRect(p % 24, Math.floor(p / 24), 1, 1);
  }
  writeFileSync(join(root, "test", "disc", "0.png"), canvas.toBuffer("image/png"));
  writeFileSync(join(root, "test", "disc", "notes.txt"), "left alone");
  const {dataset} = await opened(root);
  expect(dataset.imageShape).toEqual([24, 24, 1]);
  expect(dataset.test.count).toBe(15);
  const {pixels, labels} = await dataset.test.read(Array.from({length: 15}, (_, n) => n));
  const ramp = Array.from({length: 576}, (_, p) => p % 251);
  const found = Array.from(labels, (_, n) =>
    Array.from(pixels.subarray(576 * n, 576 * (n + 1)), (v) => Math.round(255 * v)),
  );
  const at = found.findIndex((image) => `${image}` === `${ramp}`);
  expect(labels[at]).toBe(0);
  expect(new Set(labels.subarray(0, 8)).size).toBe(3); // the first few are of all classes
});

test("images of many sizes are cut and scaled to one: 64, or as asked", async () => {
  const folder = writeShapes(join(temporaryFolder(), "mixed"), {perClass: 10});
  const large = writeShapes(temporaryFolder(), {perClass: 1, size: [90, 40]});
  copyFileSync(join(large, "disc", "0.png"), join(folder, "disc", "large.PNG"));
  expect((await opened(folder)).dataset.imageShape).toEqual([64, 64, 3]);
  expect((await opened(folder, 16)).dataset.imageShape).toEqual([16, 16, 3]);
});

test.each<[string, (folder: string) => void, RegExp]>([
  [
    "one class",
    (f) => SHAPES.slice(1).map((name) => rmSync(join(f, name), {recursive: true})),
    /expected 2 to 4096 folders, one for each class, got 1/,
  ],
  ["a class without images", (f) => mkdirSync(join(f, "empty")), /empty: expected PNG or JPEG images, got none/],
  [
    "no image",
    (f) => writeFileSync(join(f, "disc", "0.png"), "hello"),
    /disc.0.png: expected a PNG or JPEG image, got a file that starts with 68 65 6c 6c/,
  ],
  [
    "classes that differ",
    (f) => {
      mkdirSync(join(f, "train"));
      for (const name of SHAPES) rmSync(join(f, name), {recursive: true});
      writeShapes(join(f, "train"), {perClass: 2});
      mkdirSync(join(f, "test", "disc"), {recursive: true});
    },
    /test: expected the classes disc, square, stripes, got disc/,
  ],
])("%s is refused in one line", async (_, spoil, message) => {
  const folder = writeShapes(join(temporaryFolder(), "spoilt"), {perClass: 3});
  spoil(folder);
  await expect(opened(folder)).rejects.toThrow(message);
});

test("pictures are kept in memory as long as all of them would fit in colour", async () => {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 2, size: [5, 4]});
  const isStored = async (inMemory: number) => {
    const opening = openImageFolder(folder, {imageSize: 0, random: randomSource(1), inMemory, cacheFolder: folder});
    return "rows" in (await drained(opening)).train.images;
  };
  const bytes = 6 * 3 * 5 * 4;
  expect([await isStored(bytes), await isStored(bytes - 1)]).toEqual([false, true]);
});

test("labels of up to 256 classes take a byte each", async () => {
  const folder = temporaryFolder();
  const add = (n: number) => {
    mkdirSync(join(folder, `c${n}`));
    copyFileSync("test/fixtures/images/grey.png", join(folder, `c${n}`, "0.png"));
  };
  const labels = async () =>
    (await drained(openImageFolder(folder, {imageSize: 1, random: randomSource(1)}))).train.labels;
  for (let n = 0; n < 256; n++) add(n);
  expect(await labels()).toBeInstanceOf(Uint8Array);
  add(256);
  expect(await labels()).toBeInstanceOf(Uint16Array);
});

test("a folder that is not there is said so", async () => {
  await expect(opened("/no/such/folder")).rejects.toThrow(/no.such.folder: expected a folder, got nothing there/);
});
