import {createHash} from "node:crypto";
import {appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {createCanvas} from "@napi-rs/canvas";
import {expect, test} from "vitest";

import {drained} from "../../../src/nouns/drained";
import type {Dataset, Split} from "../../../src/nouns/samples";
import {batches} from "../../../src/pipeline/data/batches";
import {openData} from "../../../src/pipeline/data/index";
import {first} from "../../../src/pipeline/data/split";
import {exactLeaks} from "../../../src/pipeline/exact-leaks";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";
import {filesOf, runAll} from "../../support/small-run";

/** So little that nothing is kept in memory. */
const NOTHING = 1e-9;
const opened = (data: string, maxData: number | undefined, cacheFolder: string, more: object = {}) =>
  drained(
    openData({
      ...{data, dataUrl: "", trainLimit: 1e9, testLimit: 1e9, seed: 3, cacheFolder},
      ...(maxData === undefined ? {} : {maxData}),
      ...more,
    }),
  );

/** The bytes of an array as text, which is compared in no time. */
const bitsOf = (values: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

/** Everything that a split gives: by numbers and by bytes, one after another, backwards and one twice. */
async function contentOf(split: Split) {
  const all = first(split.count);
  const orders = [all, all.toReversed(), Uint32Array.of(2, 2, 0)];
  return Promise.all(
    orders.map(async (order) => {
      const {pixels, labels} = await split.read(order);
      const bytes = await split.readBytes?.(order);
      const own = Array.from(order, (n) => split.labelOf?.(n));
      return {pixels: bitsOf(pixels), bytes: bytes && bitsOf(bytes), labels: Array.from(labels), own};
    }),
  );
}

async function expectAlike(stored: Dataset, kept: Dataset): Promise<void> {
  expect(stored.digest).toBe(kept.digest);
  expect(stored.imageShape).toEqual(kept.imageShape);
  for (const name of ["train", "validation", "test"] as const) {
    expect(kept[name].ahead).toBeUndefined();
    expect(stored[name].ahead).toBeGreaterThan(0); // it was read from a file
    expect(stored[name].files).toEqual(kept[name].files);
    expect(await contentOf(stored[name])).toEqual(await contentOf(kept[name]));
  }
}

test("idx files that are too large for memory give the same bits, from the files themselves and from .gz", async () => {
  const cache = join(temporaryFolder(), "save", "data");
  const folder = idxFolder({train: 300, test: 70});
  const kept = await opened(folder, undefined, cache);
  await expectAlike(await opened(folder, NOTHING, cache), kept);
  expect(readdirSync(join(cache, "../.."))).toEqual([]); // nothing was unpacked
  for (const name of ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]) {
    writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name))));
    rmSync(join(folder, name));
  }
  await expectAlike(await opened(folder, NOTHING, cache), kept);
  expect(readdirSync(cache)).toEqual([]); // what was unpacked has no name
});

test("a folder of pictures that is too large for memory gives the same bits, in colour, in grey and mixed", async () => {
  const cache = temporaryFolder();
  for (const colored of [true, false]) {
    const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 14, size: [20, 15], colored});
    const [stored, kept] = [await opened(folder, NOTHING, cache), await opened(folder, undefined, cache)];
    expect(kept.imageShape[2]).toBe(colored ? 3 : 1);
    await expectAlike(stored, kept);
    if (colored) continue;
    writeFileSync(join(folder, "disc", "red.png"), red()); // one of another size, too
    await expectAlike(await opened(folder, NOTHING, cache), await opened(folder, undefined, cache));
  }
  expect(readdirSync(cache)).toEqual([]);
});

function red(): Buffer {
  const canvas = createCanvas(30, 30);
  const context = canvas.getContext("2d");
  context.fillStyle = "red";
  context.fillRect(0, 0, 30, 30);
  return canvas.toBuffer("image/png");
}

test("pictures larger than the room of one question are read in parts, and batches come in their order", async () => {
  const cache = temporaryFolder();
  const folder = writeShapes(join(temporaryFolder(), "large"), {perClass: 12, size: [300, 300]});
  const large = {imageSize: 300};
  const [stored, kept] = [await opened(folder, NOTHING, cache, large), await opened(folder, undefined, cache, large)];
  const taken = async ({train}: Dataset) => {
    const seen: unknown[] = [];
    for await (const {indices, labels, pixels} of batches(train, 7, {held: 1})) {
      seen.push([Array.from(indices), Array.from(labels), bitsOf(pixels)]);
    }
    return seen;
  };
  expect(await taken(stored)).toEqual(await taken(kept)); // 7 such pictures take 7.6 MB as numbers, a room has 4
});

test("a batch stays as it is while it is held, however many are asked for ahead", async () => {
  const folder = idxFolder({train: 300});
  const {train} = await opened(folder, NOTHING, temporaryFolder());
  const {train: kept} = await opened(folder, undefined, temporaryFolder());
  const held: {readonly indices: Uint32Array; readonly pixels: Float32Array}[] = [];
  for await (const batch of batches(train, 20, {held: 3})) {
    held.push(batch);
    for (const {indices, pixels} of held.slice(-3)) {
      expect(bitsOf(pixels)).toBe(bitsOf((await kept.read(indices)).pixels));
    }
  }
  expect(held.length).toBe(Math.ceil(train.count / 20));
  expect(new Set(held.map(({pixels}) => pixels)).size).toBeLessThan(held.length); // arrays are used again
});

test("an idx file that is changed, cut short or replaced while it is read from is reported in one line", async () => {
  const folder = idxFolder({train: 300});
  const file = join(folder, "train-images-idx3-ubyte");
  const message = `${file}: expected the file as it was when the run began, got one that was changed`;
  for (const change of [
    () => utimesSync(file, 1, 1),
    () => appendFileSync(file, "more"),
    () => truncateSync(file, 10_000),
  ]) {
    const whole = readFileSync(file);
    const {train} = await opened(folder, NOTHING, temporaryFolder());
    expect((await train.read([1, 2])).count).toBe(2);
    change();
    await expect(train.read([3])).rejects.toThrow(message);
    writeFileSync(file, whole);
  }
  const {train} = await opened(folder, NOTHING, temporaryFolder());
  const before = bitsOf((await train.read([5])).pixels);
  rmSync(file); // an open file stays what it was
  expect(bitsOf((await train.read([5])).pixels)).toBe(before);
});

test("copies are found in a file as in memory", async () => {
  const cache = temporaryFolder();
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 14, colored: false});
  for (const n of [3, 4, 5])
    writeFileSync(join(folder, "square", `copy-${n}.png`), readFileSync(join(folder, "disc", `${n}.png`)));
  const kept = await exactLeaks(await opened(folder, undefined, cache));
  expect(kept.test + kept.validation).toBeGreaterThan(0);
  expect(await exactLeaks(await opened(folder, NOTHING, cache))).toEqual(kept);
});

test("a folder where nothing can be written is reported before any picture is read", async () => {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 12});
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  await expect(opened(folder, NOTHING, join(file, "data"))).rejects.toThrow(/file\/data: expected to write it, got/);
});

test("a run on pictures in a file leaves the same bytes as one on pictures in memory", async () => {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 30, size: [16, 16]});
  const save = temporaryFolder();
  const options = {data: folder, save, epochs: 1, trainLimit: 1e9, testLimit: 1e9, probes: "confusion", threads: 1};
  await runAll({...options, name: "memory"});
  await runAll({...options, name: "file", maxData: 1e-9});
  const results = (name: string) =>
    filesOf(join(save, name)).filter((path) => /^(artifacts|predictions|data)\/|samples/.test(path));
  expect(results("file").length).toBeGreaterThan(10);
  expect(results("file")).toEqual(results("memory"));
  for (const path of results("file")) {
    expect([path, readFileSync(join(save, "file", path)).equals(readFileSync(join(save, "memory", path)))]).toEqual([
      path,
      true,
    ]);
  }
  const weights = (name: string) => readFileSync(join(save, name, "model", "weights.bin"));
  expect(weights("file").equals(weights("memory"))).toBe(true);
});
