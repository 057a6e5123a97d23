import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {dataSubject} from "../../../src/cli/image-words";
import {resolveOptions} from "../../../src/nouns/options";
import {fork} from "../../../src/nouns/random";
import type {Dataset} from "../../../src/nouns/samples";
import {imageNamed, nameOf, numberOf} from "../../../src/pipeline/data/image-names";
import {openData} from "../../../src/pipeline/data/index";
import {subset, take} from "../../../src/pipeline/data/split";
import {gapsOf, sourcesOf} from "../../../src/pipeline/record/source-gaps";
import {keptTracks} from "../../../src/pipeline/record/tracks";
import {runOptions} from "../../../src/pipeline/run/options";
import {command} from "../../support/command";
import {idxFile, idxFolder, temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";
import {runAll} from "../../support/small-run";

const folder = temporaryFolder();
const save = join(folder, "save");
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const [TRAIN, SIDE] = [240, 12];
const SIZE = SIDE ** 2;
/** Noise that no two images share, over a bright bar that tells the class; image 100 is image 3 again. */
const pixels = Uint8Array.from({length: TRAIN * SIZE}, noiseOf(fork(0, "images")));
pixels.copyWithin(100 * SIZE, 3 * SIZE, 4 * SIZE);
const labels = Uint8Array.from({length: TRAIN}, (_, n) => (n === 100 ? 3 : n % 10));

function noiseOf(random: () => number) {
  return (_: unknown, at: number) => {
    const isBar = Math.floor((at % SIZE) / SIDE) === 1 + (Math.floor(at / SIZE) % 10);
    return Math.floor(120 * random()) + (isBar ? 130 : 0);
  };
}

const data = idxFolder(
  {train: TRAIN},
  {
    "train-images-idx3-ubyte": idxFile([TRAIN, SIDE, SIDE], pixels),
    "train-labels-idx1-ubyte": idxFile([TRAIN], labels),
  },
);

async function opened(path: string, more: object = {}): Promise<Dataset> {
  const options = {...resolveOptions(runOptions, {data: path, ...more}, "--"), cacheFolder: join(folder, "cache")};
  const opening = openData(options);
  for (;;) {
    const next = await opening.next();
    if (next.done) return next.value;
  }
}

/** Which image of the source these pixels are. */
function sourceOf(image: ArrayLike<number>): number {
  const bytes = Buffer.from(Uint8Array.from(image, (value) => Math.round(255 * value)));
  return Array.from({length: TRAIN}, (_, n) => n).find((n) =>
    bytes.equals(pixels.subarray(n * SIZE, (n + 1) * SIZE)),
  ) as number;
}

test("a training image has one number, whatever the seed, and wherever chance put it", async () => {
  for (const seed of [0, 5]) {
    const all = await opened(data, {seed});
    for (const n of [0, 3, 77, 239]) {
      const place = imageNamed(all, `train:${n}`);
      const {pixels: read} = await all[place.split].read([place.index]);
      expect(sourceOf(read)).toBe(n);
      expect(numberOf(all, place)).toBe(`train:${n}`);
      expect(sourceOf((await dataSubject(`train:${n}`, all)).image.pixels)).toBe(n);
    }
    const heldOut = {split: "validation", index: 2} as const;
    const name = numberOf(all, heldOut);
    expect(name).toMatch(/^train:/);
    expect(imageNamed(all, name)).toEqual(heldOut);
    expect(imageNamed(all, "test:8")).toEqual({split: "test", index: 8});
  }
});

test("numbers stay where images are left out", async () => {
  const all = await opened(data, {trainLimit: 120});
  const kept = {...all, train: subset(all.train, Uint32Array.from([4, 9, 11]))};
  for (const index of [0, 1, 2]) {
    const [{pixels: read}, name] = [await kept.train.read([index]), numberOf(kept, {split: "train", index})];
    expect(name).toBe(`train:${sourceOf(read)}`);
    expect(imageNamed(kept, name)).toEqual({split: "train", index});
  }
  expect(() => imageNamed(all, "train:120")).toThrow(/^train:120: expected one of the run's 120 training images, got/);
  expect(() => imageNamed(all, "test:60")).toThrow("test:60: expected a test image below 60, got 60");
  expect(() => imageNamed({...all, train: take(all.train, 0), validation: take(all.validation, 0)}, "train:0")).toThrow(
    "has no training images",
  );
});

test("validation images of their own are numbered by themselves", async () => {
  const all = await opened(data);
  const own = {...all, takenOut: {validation: false, test: false}, train: take(all.train, 50)};
  expect(numberOf(own, {split: "validation", index: 2})).toBe("validation:2");
  expect(imageNamed(own, "validation:2")).toEqual({split: "validation", index: 2});
  expect(() => imageNamed(own, numberOf(all, {split: "validation", index: 2}))).toThrow(
    "of the run's 50 training images",
  );
});

test("an image that is a file is called by its path from the data's folder, and by its number as well", async () => {
  const pictures = join(folder, "pictures");
  writeShapes(pictures, {perClass: 8, size: [16, 16], seed: 1});
  const all = await opened(pictures);
  const place = {split: "train", index: 1} as const;
  const name = nameOf(all, place);
  expect(name).toMatch(/^(disc|square|stripes)\/\d+\.png$/);
  expect(imageNamed(all, name)).toEqual(place);
  expect(imageNamed(all, `./${name}`)).toEqual(place);
  expect(imageNamed(all, numberOf(all, place))).toEqual(place);
  expect(() => imageNamed(all, "cat.jpg")).toThrow("cat.jpg: expected the file of an image, train:17 or test:8, got");
});

test("places in a source are kept by the gaps between them", () => {
  for (const sources of [[], [0, 1, 2], [3, 4, 700, 70000], [5]]) {
    expect([...sourcesOf(gapsOf(sources))]).toEqual(sources);
  }
  expect(gapsOf([0, 2, 3, 9])).toEqual(Uint8Array.of(0, 1, 0, 5));
  expect(() => gapsOf([4, 4])).toThrow(RangeError);
});

describe("what a command prints, the others take", () => {
  const asked = {save, data, epochs: 2, batchSize: 16, probes: "confusion", projector: 0};
  const of = (name: string) => Number(/^train:(\d+)$/.exec(name)?.[1]);
  const json = async (...flags: string[]) => {
    const {stdout, stderr, code} = await command([...flags, "--save", save, "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  };
  beforeAll(() => runAll({...asked, name: "r", seed: 3}, {}));

  test("labels suspects, labels leaks, explain and explain --training name the same picture", async () => {
    const suspects = await json("labels", "suspects", "r", "--top", "3");
    for (const {image, givenLabel, sourceIndex} of suspects.rows) {
      expect([of(image), givenLabel]).toEqual([sourceIndex, `${labels[of(image)]}`]);
    }
    const leaks = await json("labels", "leaks", "r", "--distance", "-1");
    expect(leaks.rows).toHaveLength(1);
    expect([leaks.rows[0].image.image, leaks.rows[0].other.image].sort()).toEqual(["train:100", "train:3"]);
    const {image} = suspects.rows[0];
    const speaking = await json("explain", image, "--training", "--model", "r", "--top", "3");
    expect(speaking.images[0]).toMatchObject({image, label: labels[of(image)]});
    for (const one of speaking.images[0].for) expect(labels[of(one.image)]).toBe(one.label);
    const names = [image, leaks.rows[0].other.image, speaking.images[0].for[0].image];
    const explained = await json("explain", ...names, "--model", "r", "--target", "label", "--lime.samples", "60");
    expect(explained.images.map(({target}: {target: number}) => target)).toEqual(names.map((name) => labels[of(name)]));
    // a training under another seed follows the very same pictures
    await runAll({...asked, name: "tracked", seed: 8, track: [...names, "7"].join(",")}, {});
    const [{images}] = await keptTracks(join(save, "tracked"));
    expect(images.map(({name, label}) => [name, label])).toEqual(
      [...names, "train:7"].map((name) => [name, labels[of(name)]]),
    );
    expect(readFileSync(join(save, "tracked/track.csv"), "utf8").split("\n")[1]).toContain(`,${names[0]},`);
  }, 120_000);

  test("a name that the run does not have is refused in one line", async () => {
    for (const flags of [["--training"], []]) {
      const {code, stderr} = await command(["explain", "train:9999", "--model", "r", "--save", save, ...flags]);
      expect([code, stderr]).toEqual([
        2,
        "error: train:9999: expected one of the run's 240 training images, got 9999\n",
      ]);
    }
  });
});
