import {readFileSync} from "node:fs";
import {basename, join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {openData} from "../../../src/pipeline/data/index";
import {writeMapSheet} from "../../../src/pipeline/record/projection-files";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {logFolderOf} from "../../../src/pipeline/record/tensorboard/log-folder";
import {runOptions} from "../../../src/pipeline/run/options";
import {writeReport} from "../../../src/report/page";
import {openBrowser, openPage} from "../../report/browser";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";
import {QUICK, runAll} from "../../support/small-run";

/** The file of each test image: what every place is held against. */
let truth: readonly string[] = [];
let data = "";
let save = "";
let path = "";

beforeAll(async () => {
  const folder = temporaryFolder();
  // a blank, a hash, a percent sign and other letters: all that a link must write otherwise
  data = writeShapes(join(folder, "my 100 % pictures #1 é"), {perClass: 16});
  save = join(folder, "save");
  path = join(save, "r");
  const options = {data, save, name: "r", trainLimit: 1e9, testLimit: 1e9, epochs: 1, batchSize: 8};
  await runAll(options, QUICK);
  const opening = openData({...resolveOptions(runOptions, options, "--"), cacheFolder: ""});
  let step = await opening.next();
  while (!step.done) step = await opening.next();
  truth = step.value.test.files ?? [];
  expect(truth.length).toBe(7);
});
afterAll(() => tf.setBackend("cpu"));

test.each([
  ["mistakes", "lime"],
  ["mistakes", "saliency"],
  ["saliency", "gradient"],
  ["projection", "map"],
])("the numbers of %s/%s have the file of each image", async (probe, name) => {
  const {numbers} = await readArtifactFile(join(path, "artifacts", probe, `${name}-epoch-001.json`));
  const indices = Array.from(numbers?.indices as ArrayLike<number>);
  expect(indices.length).toBeGreaterThan(0);
  expect(numbers?.files).toEqual(indices.map((n) => truth[n]));
});

test("so have LIME's, and the test images themselves", async () => {
  const {numbers} = await readArtifactFile(join(path, "artifacts", "lime", "segments-epoch-001.json"));
  const samples = await readArtifactFile(join(path, "artifacts", "saliency", "gradient-epoch-001.json"));
  const indices = Array.from(samples.numbers?.indices as ArrayLike<number>); // one of each class, for both probes
  expect(indices.length).toBe(new Set(truth.map((file) => file.split("/")[0])).size);
  expect(numbers?.files).toEqual(indices.map((n) => truth[n]));
  expect(await readSaved(join(path, "data", "test.json"))).toMatchObject({files: truth});
});

test("so have the map's table, the suspects and TensorBoard's projector", async () => {
  await writeMapSheet(path);
  const rows = (file: string, separator: string) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(separator));
  const [head, ...points] = rows(join(path, "artifacts", "projection", "map-epoch-001.csv"), ",");
  expect(head.at(-1)).toBe("file");
  for (const point of points) expect(point.at(-1)).toBe(truth[Number(point[head.indexOf("index")])]);
  const [columns, ...all] = rows(join(path, "suspects.csv"), ",");
  const suspects = all.filter((row) => row[columns.indexOf("split")] === "test");
  expect(suspects.length).toBe(7);
  for (const row of suspects) expect(row[columns.indexOf("file")]).toBe(truth[Number(row[columns.indexOf("index")])]);
  const logs = await logFolderOf(path);
  const config = readFileSync(join(logs, "projector_config.pbtxt"), "utf8");
  const metadata = /metadata_path: "([^"]+)"/.exec(config)?.[1] ?? "";
  const [names, ...projected] = rows(join(logs, metadata), "\t");
  for (const row of projected) expect(row[names.indexOf("file")]).toBe(truth[Number(row[names.indexOf("index")])]);
  expect(projected.length).toBe(7);
});

test("explain says which picture a test image is, and keeps it", async () => {
  const out = join(save, "explained");
  const flags = ["--run", "r", "--save", save, "--image-index", "4", "--lime.samples", "50", "--engine", "cpu"];
  const {code, stdout} = await command(["explain", ...flags, "--out", out]);
  expect(code).toBe(0);
  const file = join(data, truth[4]);
  expect(stdout).toContain(`picture ${file}`);
  const {numbers} = await readArtifactFile(join(out, "test-4", "segments.json"));
  expect(numbers?.file).toBe(file);
});

test("the page names the picture, and its link leads to the very file", async () => {
  const url = pathToFileURL(await writeReport(path)).href;
  const browser = await openBrowser();
  try {
    const {page, complaints} = await openPage(browser, `${url}#image=2`);
    const link = page.locator(".meta a.file");
    await link.waitFor();
    const image = Number(/Test image (\d+)/.exec(await page.locator(".meta").innerText())?.[1]);
    expect(await link.innerText()).toBe(truth[image]);
    expect(fileURLToPath((await link.getAttribute("href")) as string)).toBe(join(data, truth[image]));
    expect(basename(truth[image])).toMatch(/\.png$/);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
