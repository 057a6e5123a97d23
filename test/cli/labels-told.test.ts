/** @file The words of `labels` about copies and suspects, for data of a few images. */
import {readFileSync} from "node:fs";
import {join, relative} from "node:path";
import {afterAll, beforeEach, expect, test, vi} from "vitest";

import {tellLeaks} from "../../src/cli/labels-leaks";
import {tellListed} from "../../src/cli/labels-listed";
import type {Dataset, Split} from "../../src/nouns/samples";
import type {ListedSuspect} from "../../src/pipeline/listed-suspects";
import {temporaryFolder} from "../support/idx-files";

const said = vi.hoisted(() => {
  const lines: string[] = [];
  // before the modules above take hold of it
  vi.spyOn(console, "log").mockImplementation((_format: string, line: string) => void lines.push(line));
  return lines;
});
beforeEach(() => void said.splice(0));
afterAll(() => void vi.restoreAllMocks());

const SIDE = 32;
/** A picture of its own for each number: bars as wide as the number says. */
const picture = (kind: number) =>
  Float32Array.from({length: SIDE * SIDE}, (_, p) =>
    Math.sin(kind * (p % SIDE)) + Math.cos(kind * 0.7 * Math.floor(p / SIDE)) > 0 ? 0.8 : 0.2,
  );

function split(images: readonly (readonly [kind: number, label: number])[], more: Partial<Split> = {}): Split {
  return {
    count: images.length,
    read: async (indices) => {
      const all = Array.from(indices, (index) => images[index]);
      const pixels = new Float32Array(all.length * SIDE * SIDE);
      for (const [n, [kind]] of all.entries()) pixels.set(picture(kind), n * SIDE * SIDE);
      return {count: all.length, shape: [SIDE, SIDE, 1], pixels, labels: Uint16Array.from(all, ([, label]) => label)};
    },
    ...more,
  };
}

const data: Dataset = {
  ...{name: "d", digest: "x", imageShape: [SIDE, SIDE, 1], classNames: ["cat", "dog"]},
  // training image 0 is held out too, under another label; training image 1 is a test image, and so is image 2
  train: split(
    [
      [0.3, 0],
      [0.5, 1],
      [0.9, 1],
      [1.3, 0],
    ],
    {files: ["cat/a.png", "dog/b.png", "dog/c.png", "cat/d.png"], sources: Uint32Array.of(7, 8, 9, 4)},
  ),
  validation: split([[0.3, 1]]),
  test: split([
    [0.5, 1],
    [1.9, 0],
    [0.9, 1],
  ]),
};
const choices = {distance: -1, alike: 0.99, top: 200, json: false, quiet: false};
const folder = () => temporaryFolder();

test("pairs of copies are counted, and named with the words for how they are alike", async () => {
  const path = folder();
  expect(await tellLeaks(path, "r", data, choices)).toBe(3);
  const place = (name: string) => relative(process.cwd(), join(path, name));
  expect(said).toEqual([
    "3 pairs of copies: 3 exact, 0 near; 3 across splits, 1 with different labels",
    "  cat/a.png (cat) and validation:0 (validation, dog): the same pixels",
    "  dog/b.png (dog) and test:0 (dog): the same pixels",
    "  dog/c.png (dog) and test:2 (dog): the same pixels",
    `list  ${place("leaks.csv")}`,
    `page  ${place("leaks.html")}`,
  ]);
  const page = readFileSync(join(path, "leaks.html"), "utf8");
  expect(page).toContain("train, cat/a.png");
  expect(page).not.toContain("test, test:0");
});

test("one pair is one, and test images that are not shown are told", async () => {
  const one = {...data, validation: split([]), test: split([[0.5, 1]]), moreTest: split([[0.1, 0]])};
  expect(await tellLeaks(folder(), "r", one, choices)).toBe(1);
  expect(said.slice(0, 3)).toEqual([
    "1 pair of copies: 1 exact, 0 near; 1 across splits, 0 with different labels",
    "  dog/b.png (dog) and test:0 (dog): the same pixels",
    "  1 test images that the run does not show were left out",
  ]);
  said.splice(0);
  expect(await tellLeaks(folder(), "r", one, {...choices, quiet: true})).toBe(1);
  expect(said).toEqual([]);
});

test("what only the network finds alike is near, and says by how far", async () => {
  const two = {
    ...data,
    train: split([[0.3, 0]]),
    validation: split([]),
    test: split([
      [1.9, 0],
      [0.9, 1],
      [1.3, 1],
    ]),
  };
  // of the four embeddings, those of the training image and of the first test image are nearly the same
  const embeddings = Float32Array.of(1, 0, 1, 0.1, 0, 1, -1, 0.2);
  const withNetwork = async <R>() => embeddings as R;
  await tellLeaks(folder(), "r", two, {...choices, asking: {near: 0.5, withNetwork}});
  expect(said[0]).toBe("1 pair of copies: 0 exact, 1 near; 1 across splits, 0 with different labels");
  // the cosine of the two is 1 / √1.01
  expect(said[1]).toMatch(
    /^ {2}train:0 \(cat\) and test:0 \(cat\): alike to the network: cosine distance 0\.0050; pHash \d+ and dHash \d+ of /,
  );
});

test("as JSON the pairs have their places, in the split and in the source", async () => {
  await tellLeaks(folder(), "r", data, {...choices, json: true, top: 2});
  const {rows, ...counts} = JSON.parse(said.join("\n"));
  expect(counts).toMatchObject({schema: "epochscope/leaks/1", run: "r", count: 3, acrossSplits: 3, near: 0});
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({kind: "pixels", acrossSplits: true, phashDistance: 0, correlation: 1});
  expect(rows[0].image).toEqual({
    ...{image: "train:7", split: "train", index: 0, sourceIndex: 7, label: "cat", file: "cat/a.png"},
  });
  expect(rows[0].other).toEqual({image: "validation:0", split: "validation", index: 0, sourceIndex: 0, label: "dog"});
  expect("embeddingDistance" in rows[0]).toBe(false);
});

const suspect = (index: number, more: Partial<ListedSuspect> = {}): ListedSuspect => ({
  ...{split: "train", index, given: "dog", predicted: "cat", score: 0.1, isIssue: true, method: "confident"},
  ...{reason: "looks like cat"},
  ...more,
});
const listed = [suspect(1), suspect(3, {given: "cat", isIssue: false, reason: ""})];
const how = {name: "train", split: "train", top: 200, json: false, quiet: false, judge: "a network"} as const;

test("suspects are counted and named, with what the list says of each", async () => {
  const path = folder();
  expect(await tellListed(path, "r", data, listed, how)).toBe(1);
  expect(said.slice(0, 3)).toEqual([
    "1 of 2 training labels look wrong to a network",
    "  dog/b.png: labelled dog, looks like cat",
    "  cat/d.png: labelled cat, as answered",
  ]);
  expect(said[3]).toBe(`list  ${relative(process.cwd(), join(path, "suspects-train.csv"))}`);
  const page = readFileSync(join(path, "suspects-train.html"), "utf8");
  expect(page).toContain("the network agrees with the label");
  expect(page).toContain("looks like cat");
});

test.each([
  ["all", "labels"],
  ["test", "test labels"],
  ["train", "training labels"],
] as const)("those of %s are told as %s", async (which, words) => {
  await tellListed(folder(), "r", data, listed, {...how, split: which});
  expect(said[0]).toBe(`1 of 2 ${words} look wrong to a network`);
});

test("as JSON suspects have their rank, their places and their file; a quiet one tells nothing", async () => {
  const mixed = [...listed, suspect(2, {split: "test"})];
  const evidence = {evidence: [], files: ["evidence.json"]};
  await tellListed(folder(), "r", data, mixed, {...how, json: true, evidenceOf: async () => evidence});
  const {rows, ...rest} = JSON.parse(said.join("\n"));
  expect(rest).toMatchObject({run: "r", method: "confident", count: 2, evidence: ["evidence.json"]});
  expect(rows[0]).toMatchObject({
    rank: 1,
    image: "train:8",
    split: "train",
    index: 1,
    sourceIndex: 8,
    file: "dog/b.png",
  });
  expect(rows[2]).toMatchObject({rank: 3, image: "test:2", split: "test", index: 2, sourceIndex: 2});
  expect("file" in rows[2]).toBe(false);
  said.splice(0);
  await tellListed(folder(), "r", data, listed, {...how, quiet: true});
  expect(said).toEqual([]);
});
