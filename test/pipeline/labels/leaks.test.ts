import {copyFileSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {createCanvas, loadImage} from "@napi-rs/canvas";
import {afterAll, beforeAll, expect, test} from "vitest";
import {tryWords} from "../../../src/cli/labels-try";
import {resolveOptions} from "../../../src/nouns/options";
import type {Dataset, Split} from "../../../src/nouns/samples";
import {openData} from "../../../src/pipeline/data/index";
import {exactLeaks, leakNote} from "../../../src/pipeline/exact-leaks";
import {findLeaks, leaksCsv} from "../../../src/pipeline/leaks";
import {runOptions} from "../../../src/pipeline/run/options";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";

const folder = temporaryFolder();
const pictures = join(folder, "pictures");
/** Copies of some of 300 training pictures that are put among the test pictures: 1 % exact copies, 1 % near ones. */
const EXACT = [
  ["disc", 3],
  ["square", 40],
  ["stripes", 77],
] as const;
const NEAR = [
  ["disc", 12],
  ["square", 60],
  ["stripes", 5],
] as const;
let data: Dataset;

beforeAll(async () => {
  writeShapes(join(pictures, "train"), {perClass: 100, size: [40, 40], seed: 5});
  writeShapes(join(pictures, "test"), {perClass: 20, size: [40, 40], seed: 6});
  for (const [name, n] of EXACT) {
    // one of them under another label
    const to = n === 77 ? "disc" : name;
    copyFileSync(join(pictures, "train", name, `${n}.png`), join(pictures, "test", to, `copy-${name}-${n}.png`));
  }
  for (const [name, n] of NEAR) {
    const image = await loadImage(join(pictures, "train", name, `${n}.png`));
    const canvas = createCanvas(40, 40);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    context.fillStyle = "rgba(255, 255, 255, 0.03)"; // a little brighter, and saved with loss
    context.fillRect(0, 0, 40, 40);
    await writeFile(join(pictures, "test", name, `near-${n}.jpg`), await canvas.encode("jpeg", 92));
  }
  data = await opened(pictures);
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

async function opened(path: string): Promise<Dataset> {
  const opening = openData({...resolveOptions(runOptions, {data: path}, "--"), cacheFolder: join(folder, "cache")});
  for (;;) {
    const next = await opening.next();
    if (next.done) return next.value;
  }
}

test("a planted 1 % of exact copies is found whole, and told as the same files", async () => {
  const found = await findLeaks(data, {distance: -1, alike: 1});
  const across = found.filter(({image, other}) => image.split !== other.split);
  const names = across.map(({other}) => data[other.split].files?.[other.index]?.split("/").at(-1)).sort();
  expect(names).toEqual(EXACT.map(([name, n]) => `copy-${name}-${n}.png`).sort());
  expect(across.map(({kind}) => kind)).toEqual(["bytes", "bytes", "bytes"]);
  // the one with another label comes first, and it is the training image that is to be left out
  expect(across[0].image.label).not.toBe(across[0].other.label);
  expect(across.every(({image, other}) => image.split !== "test" && other.split === "test")).toBe(true);
});

test("a planted 1 % of near copies is found whole", async () => {
  const found = await findLeaks(data, {distance: 4, alike: 0.99});
  const near = found.filter(({kind, image, other}) => kind === "near" && image.split !== other.split);
  const names = near.map(({other}) => data[other.split].files?.[other.index]?.split("/").at(-1));
  for (const [, n] of NEAR) expect(names).toContain(`near-${n}.jpg`);
});

test("a run is told of exact copies alone, and how many have another label", async () => {
  const found = await exactLeaks(data);
  const all = (await findLeaks(data, {distance: -1, alike: 1})).filter(
    ({image, other}) => image.split === "train" && other.split !== "train",
  );
  expect(found.test + found.validation).toBe(all.length);
  const inTest = all.filter(({other}) => other.split === "test");
  const pairOf = ({train, test: place}: {train: number; test: number}) => `${train} ${place}`;
  expect(found.inTest.map(pairOf).sort()).toEqual(
    inTest.map(({image, other}) => pairOf({train: image.index, test: other.index})).sort(),
  );
  expect(found.otherLabel).toBe(all.filter(({image, other}) => image.label !== other.label).length);
  expect(leakNote({validation: 0, test: 0, otherLabel: 0})).toBeUndefined();
  expect(leakNote({validation: 0, test: 1200, otherLabel: 0})).toBe(
    "1,200 test images are exact copies of training images: scores on them are too good (labels leaks shows them)",
  );
  expect(leakNote({validation: 1, test: 0, otherLabel: 1})).toBe(
    "1 validation image is an exact copy of training images, 1 of them with another label: scores on them are too good (labels leaks shows them)",
  );
});

test("copies are found among images that are read and among those that are kept as bytes alike", async () => {
  const read = ({readBytes: _, ...split}: Split): Split => split;
  const {train, validation, test: tested} = data;
  expect(train.readBytes).toBeDefined();
  const all = {...data, train: read(train), validation: read(validation), test: read(tested)};
  const bytes = await exactLeaks(data);
  expect(bytes.test).toBeGreaterThan(0);
  expect(await exactLeaks(all)).toEqual(bytes);
  expect(await exactLeaks({...data, train: read(train)})).toEqual(bytes); // one of them alone
});

test("the list names both images, and its decision column is empty", async () => {
  const found = await findLeaks(data, {distance: -1, alike: 1});
  const [header, first] = leaksCsv(found, data).split("\n");
  const at = (name: string) => first.split(",")[header.split(",").indexOf(name)];
  expect([at("kind"), at("across_splits"), at("same_label"), at("other_split")]).toEqual(["bytes", "1", "0", "test"]);
  expect(at("decision")).toBe("");
});

test("leaks and try are commands: copies are reported, and what the decisions changed", async () => {
  const save = join(folder, "runs");
  const quick = ["--data", pictures, "--save", save, "--epochs", "1", "--probes", "confusion", "--projector", "0"];
  const trained = await command([...quick, "--name", "r", "--no-color"]);
  expect(trained.stderr).toContain("exact copies of training images");
  const leaks = await command(["labels", "leaks", "r", "--save", save, "--json", "--distance", "-1"]);
  const told = JSON.parse(leaks.stdout);
  expect(told).toMatchObject({schema: "epochscope/leaks/1", run: "r", acrossSplits: 3});
  expect(readdirSync(join(save, "r"))).toEqual(expect.arrayContaining(["leaks.csv", "leaks.html"]));
  expect((await command(["labels", "leaks", "r", "--save", save, "--fail-over", "2", "--quiet"])).code).toBe(3);

  const asked = await command(["labels", "leaks", "r", "--save", save, "--json", "--top", "500", "--embedding", "0.5"]);
  const {rows} = JSON.parse(asked.stdout) as {rows: {kind: string; embeddingDistance?: number}[]};
  const [seen, others] = [true, false].map((is) => rows.filter(({kind}) => (kind === "embedding") === is));
  expect(seen.length).toBeGreaterThan(0); // simple drawings are alike to a network of one epoch
  for (const {embeddingDistance} of seen) expect(embeddingDistance).toBeGreaterThanOrEqual(0);
  expect(others.filter(({kind}) => kind === "bytes").length).toBeGreaterThanOrEqual(3);

  // the copies are dropped from the training set by the very list
  const [header, ...lines] = readFileSync(join(save, "r/leaks.csv"), "utf8").trimEnd().split("\n");
  const place = header.split(",").indexOf("decision");
  const edited = lines.slice(0, 3).map((line) => line.split(",").with(place, "drop").join(","));
  const list = join(folder, "drop.csv");
  await writeFile(list, [header, ...edited, ""].join("\n"));
  const tried = await command(["labels", "try", "r", "--edit", list, "--seeds", "1", "--save", save, "--json"]);
  const {schema, from, run, dropped, changed, fixed, broken} = JSON.parse(tried.stdout);
  expect([schema, from, run, dropped]).toEqual(["epochscope/try/1", "r", "r-edited", 3]);
  expect(changed).toBeGreaterThanOrEqual(fixed + broken);
  expect(readdirSync(join(save, "r-edited"))).toContain("compare.html");
  const without = await command(["labels", "try", "r", "--save", save]);
  expect([without.code, without.stderr]).toEqual([
    2,
    expect.stringMatching(/--edit: expected the list of decisions .*or --drop N or --relabel N, got none of them/),
  ]);
}, 120_000);

test("what the decisions changed is one sentence", () => {
  expect(tryWords(0, 1, 0, 0, 3)).toBe("No answer changed because of that 1 image.");
  expect(tryWords(12, 50, 7, 4, 3)).toBe(
    "12 answers changed because of those 50 images: 7 turned right, 4 turned wrong, 1 wrong in another way.",
  );
  // with too few seeds it says no reason
  expect(tryWords(12, 50, 7, 4, 2)).toBe(
    "12 answers changed with the decisions about those 50 images: 7 turned right, 4 turned wrong, 1 wrong in another way.",
  );
});
