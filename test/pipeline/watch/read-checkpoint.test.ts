/** @file A checkpoint's files: weights beside a model, put into it or left where they are, and states that lack some. */
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {decodeModel, encodeModel} from "../../../src/onnx/file/model";
import {readState, toSafetensors} from "../../../src/onnx/index";
import {digestOf} from "../../../src/pipeline/watch/digest";
import {readOnnx} from "../../../src/pipeline/watch/onnx-files";
import {partsFinder, readCheckpoint} from "../../../src/pipeline/watch/read-checkpoint";
import {temporaryFolder} from "../../support/idx-files";
import {FIXTURES, linesOf, onnxOf, pathOf, stateFolder, stateName, testImages, watchAll} from "../../support/watched";

/** An epoch's model with its weights in a file beside it. */
function split(folder: string, epoch: number): string {
  const model = decodeModel(onnxOf(epoch));
  const parts: Uint8Array[] = [];
  let at = 0;
  const initializer = (model.graph?.initializer ?? []).map(({rawData = new Uint8Array(), ...tensor}) => {
    const entries = {location: `w-${epoch}.data`, offset: `${at}`, length: `${rawData.length}`};
    parts.push(rawData);
    at += rawData.length;
    return {
      ...tensor,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({key, value})),
    };
  });
  const path = join(folder, `net-epoch${epoch}.onnx`);
  writeFileSync(path, encodeModel({...model, graph: {...model.graph, initializer}}));
  writeFileSync(join(folder, `w-${epoch}.data`), Buffer.concat(parts));
  return path;
}
const asked = (path: string) => ({epoch: 1, name: "net", kind: "onnx" as const, path});
const folderOf = () => {
  const folder = join(temporaryFolder(), "checkpoints");
  mkdirSync(folder);
  return folder;
};

describe("weights in a file beside the model", () => {
  test("are put into it: the same model as one with its weights inside", async () => {
    const {source, said} = await readCheckpoint(asked(split(folderOf(), 1)), undefined);
    const weights = (bytes: Uint8Array) =>
      decodeModel(bytes).graph?.initializer?.map(({name, rawData}) => [name, Buffer.from(rawData!).toString("hex")]);
    expect(weights(source as Uint8Array)).toEqual(weights(onnxOf(1)));
    expect(said).toEqual([]);
  });

  test("stay where they are if they are large, and that is said", async () => {
    const path = split(folderOf(), 1);
    const {source, said} = await readCheckpoint(asked(path), undefined, 100);
    expect(source).toBe(path);
    expect(said.join()).toMatch(/large: they stay there, without a copy in model\//);
  });

  test("are not taken from another folder, by a link either", async () => {
    const folder = folderOf();
    const path = split(folder, 1);
    const other = join(folder, "..", "elsewhere.data");
    writeFileSync(other, readFileSync(join(folder, "w-1.data")));
    const {unlinkSync} = await import("node:fs");
    unlinkSync(join(folder, "w-1.data"));
    await expect(readCheckpoint(asked(path), undefined)).rejects.toThrow("expected its weights in");
    symlinkSync("../elsewhere.data", join(folder, "w-1.data"));
    await expect(readCheckpoint(asked(path), undefined)).rejects.toThrow(
      "expected weights in the folder of the model, got",
    );
  });

  test("are watched like any", async () => {
    const folder = folderOf();
    for (const epoch of [1, 2]) split(folder, epoch);
    const events = await watchAll(folder, {
      data: testImages(),
      save: join(temporaryFolder(), "s"),
      probes: "confusion",
    });
    expect(
      readFileSync(join(pathOf(events), "metrics.jsonl"), "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(2);
  });
});

test("a model is read for the names of its files once, as long as it is the same", async () => {
  const path = split(folderOf(), 1);
  let count = 0;
  const partsOf = partsFinder((file) => {
    count++;
    return readOnnx(file);
  });
  const parts = [path, join(path, "..", "w-1.data")];
  for (let look = 0; look < 5; look++) expect(await partsOf(asked(path), [path])).toEqual(parts);
  expect(count).toBe(1);
  utimesSync(path, 1000, 1000);
  await partsOf(asked(path), [path]);
  expect(count).toBe(2);
});

test("a digest is that of the files one after the other", async () => {
  const folder = folderOf();
  const [a, b] = [Buffer.alloc(3_000_000, 7), Buffer.from("end")];
  writeFileSync(join(folder, "a"), a);
  writeFileSync(join(folder, "b"), b);
  const wanted = createHash("sha256")
    .update(Buffer.concat([a, b]))
    .digest("hex");
  expect(await digestOf([join(folder, "a"), join(folder, "b")])).toBe(wanted);
  await expect(digestOf([join(folder, "none")])).rejects.toThrow(/none: expected a file, got nothing there$/);
});

test("a state that lacks weights takes them from the graph, and that is said once", async () => {
  const folder = stateFolder([]);
  for (const epoch of [1, 2]) {
    const state = readState(readFileSync(join(FIXTURES, stateName(epoch))));
    const arrays = [...state]
      .filter(([name, {type}]) => name !== "fc.bias" && type === "float32")
      .map(([name, {dims, bytes}]) => [name, {shape: dims, values: new Float32Array(new Uint8Array(bytes).buffer)}]);
    writeFileSync(join(folder, stateName(epoch)), toSafetensors(new Map(arrays as never)));
  }
  const events = await watchAll(folder, {data: testImages(), save: join(temporaryFolder(), "s"), probes: "confusion"});
  const lines = linesOf(events).filter((line) => line.includes("fc.bias"));
  expect(lines).toEqual([
    `weights   the checkpoints hold no fc.bias: these are taken as ${join(folder, "graph.onnx")} has them`,
  ]);
});
