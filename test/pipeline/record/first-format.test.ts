/** @file A run that a version before format /2 made: read to the same numbers. */
import {createHash} from "node:crypto";
import {cpSync, readdirSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";
import {expect, test} from "vitest";

import type {Values} from "../../../src/pipeline/record/npy";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {answersAt, openSavedRun, testImagesOf} from "../../../src/pipeline/record/saved-run";
import {gather} from "../../../src/report/gather/index";
import {temporaryFolder} from "../../support/idx-files";

const RUN = join(__dirname, "../../fixtures/first-format");
const TYPES: {readonly [kind: string]: string} = {
  ...{Uint8Array: "uint8", Uint16Array: "uint16", Uint32Array: "uint32", Int32Array: "int32"},
  ...{Float32Array: "float32", Float64Array: "float64"},
};

function arraysOf(value: unknown, path: string): [string, Values][] {
  if (ArrayBuffer.isView(value)) return [[path, value as Values]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => arraysOf(one, `${path}.${name}`));
}

test("every array of it is read as numpy reads it by docs/run-folder.md", async () => {
  const known = JSON.parse(readFileSync(join(RUN, "arrays.json"), "utf8"));
  const read: {[path: string]: unknown} = {};
  const folder = join(RUN, "artifacts");
  for (const name of readdirSync(folder, {recursive: true, encoding: "utf8"})) {
    if (!name.endsWith(".json")) continue;
    const stem = `${basename(join(folder, name, ".."))}/${basename(name, ".json")}`;
    for (const [path, values] of arraysOf(await readSaved(join(folder, name)), stem)) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const digest = createHash("sha256").update(bytes).digest("hex");
      read[path] = [TYPES[values.constructor.name], values.length, digest];
    }
  }
  expect(read).toEqual(known);
});

test("its page has images, answers, map, explanations, training images and layers", async () => {
  const copy = join(temporaryFolder(), "first");
  cpSync(RUN, copy, {recursive: true});
  const run = await openSavedRun(copy);
  expect(run.epochs).toEqual([0, 1]);
  const {labels, probabilities} = await answersAt(run, 1);
  const images = await testImagesOf(run);
  expect(images.labels).toEqual(labels);
  expect(images.files).toHaveLength(labels.length);
  expect(probabilities).toHaveLength(3 * labels.length);
  const {file} = await gather(copy);
  const there = [
    "images",
    "probabilities",
    "map",
    "saliency",
    "lime",
    "mistakes",
    "training",
    "layers",
    "inside",
  ] as const;
  expect(there.filter((part) => !file[part])).toEqual([]);
  expect(file.stops).toEqual([0, 1]);
});
