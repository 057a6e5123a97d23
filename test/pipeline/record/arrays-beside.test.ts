import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {encodeBeside, writeLines} from "../../../src/pipeline/record/arrays-beside";
import {parseNpy, writeNpy} from "../../../src/pipeline/record/npy";
import {parseNpz, writeNpz} from "../../../src/pipeline/record/npz";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {temporaryFolder} from "../../support/idx-files";

const arrays = {
  f32: Float32Array.of(1.5, Number.NaN, -0, Infinity),
  f64: Float64Array.of(Math.PI, 1e-300),
  u8: Uint8Array.of(0, 255),
  u16: Uint16Array.of(1, 65535),
  u32: Uint32Array.of(4_000_000_000),
  i32: Int32Array.of(-5),
  none: new Uint8Array(),
  large: Float32Array.from({length: 3001}, (_, i) => i / 7),
};

function saved(value: unknown): {readonly json: string; readonly npz: string} {
  const folder = temporaryFolder();
  const {json, npz} = encodeBeside(value);
  const paths = {json: join(folder, "x.json"), npz: join(folder, "x.npz")};
  writeFileSync(paths.json, json);
  if (npz) writeFileSync(paths.npz, npz);
  return paths;
}

test("gives back what it was given: numbers, texts, arrays of every kind, each in a buffer of its own", async () => {
  const value = {name: "x", nested: [{deep: arrays.u8}, null, true, 0.1, "array"], same: arrays.u16, ...arrays};
  const read = (await readSaved(saved(value).json)) as typeof value;
  expect(read).toEqual(value);
  const all = [read.nested[0] as never as {deep: Uint8Array}].map(({deep}) => deep.buffer);
  for (const name of ["same", ...Object.keys(arrays)] as (keyof typeof arrays)[]) all.push(read[name].buffer as never);
  expect(new Set(all).size).toBe(all.length); // also if the same array stands twice
  expect(read.large.buffer.byteLength).toBe(read.large.byteLength);
});

test("writes a view of a longer buffer without what lies around it, and of shared memory too", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  const view = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
  expect(await readSaved(saved({view, shared}).json)).toEqual({
    view: Uint8Array.of(1, 2),
    shared: Uint8Array.from(shared),
  });
});

describe("explanations", () => {
  const explanation = (index: number, weights: number[], more: object = {}) => ({
    index,
    explained: index % 3,
    segments: Uint16Array.from({length: 6}, (_, p) => p % weights.length),
    weights: Float64Array.from(weights),
    errors: Float64Array.from(weights, Math.abs),
    samples: 500,
    r2: index === 4 ? null : 0.25,
    probability: 1 / 3,
    caption: `test ${index}`,
    ...more,
  });
  const value = (list: readonly object[]) => ({
    name: "segments",
    plot: "segments",
    data: {height: 2, width: 3, channels: 1, images: new Float32Array(6 * list.length), explanations: list},
  });

  test("stand as columns on the disk, with the shapes of docs/run-folder.md, and are a list again when read", async () => {
    const list = [explanation(4, [1, -2]), explanation(5, [0.5, 0, 3], {label: 2})];
    const {json, npz} = saved(value(list));
    expect(await readSaved(json)).toEqual(value(list));
    const shapes = Array.from(parseNpz(readFileSync(npz), "x"), ([name, {shape}]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      "data.images": [2, 2, 3, 1],
      "data.explanations.segments": [2, 2, 3],
      "data.explanations.weights": [5],
      "data.explanations.errors": [5],
      "data.explanations.starts": [3],
      "data.explanations.target": [2],
      "data.explanations.index": [2],
      "data.explanations.samples": [2],
      "data.explanations.r2": [2],
      "data.explanations.probability": [2],
    });
    const {records} = JSON.parse(readFileSync(json, "utf8")).data.explanations;
    expect(records).toEqual([{caption: "test 4"}, {caption: "test 5", label: 2}]); // not all have a label
  });

  test.each([
    ["none", []],
    ["of other kinds", [{segments: [1, 2]}, {segments: [1]}]],
    ["of maps of different sizes", [explanation(1, [1]), {...explanation(2, [1]), segments: new Uint16Array(5)}]],
  ])("%s are kept as they are", async (_, list) => {
    expect(await readSaved(saved(value(list)).json)).toEqual(value(list));
  });
});

test("the digest is of the JSON before it and of the .npz file: sha256sum gives it, and every turned bit is known", async () => {
  const {json, npz} = saved({name: "x", ...arrays});
  const [, body, digest] = /^(.*),"sha256":"([0-9a-f]{64})"\}$/.exec(readFileSync(json, "utf8"))!;
  const sum = execFileSync("sha256sum", {input: Buffer.concat([Buffer.from(`${body}}`), readFileSync(npz)])});
  expect(`${sum}`).toBe(`${digest}  -\n`);
  for (const file of [json, npz]) {
    const whole = readFileSync(file);
    for (let n = 0; n < 300; n++) {
      const bytes = Uint8Array.from(whole);
      bytes[(n * 7919) % bytes.length] ^= 1 << (n % 8);
      writeFileSync(file, bytes);
      await expect(readSaved(json)).rejects.toThrow(/^\/.*x\.(json|npz): (saved array: )?expected .*, got /);
    }
    writeFileSync(file, whole);
  }
});

test("a file cut off, or one that numpy compressed, is reported by its path, also where the digest has been removed", async () => {
  const {json, npz} = saved(arrays);
  writeFileSync(json, readFileSync(json, "utf8").replace(/,"sha256":.*/, "}"));
  const whole = readFileSync(npz);
  for (const length of [0, 10, 1000, whole.length - 1]) {
    writeFileSync(npz, whole.subarray(0, length));
    await expect(readSaved(json)).rejects.toThrow(/x\.npz: expected a whole \.npz file, got one that ends early/);
  }
  writeFileSync(npz, writeNpz(new Map([["f32", {values: arrays.f32, shape: [4]}]])));
  await expect(readSaved(json)).rejects.toThrow(`${npz}: expected an array f64, got f32`);
});

test("files of their own are read from where a run has them alone, and by their digests", async () => {
  const run = temporaryFolder();
  for (const folder of ["data", "predictions", "artifacts/confusion"]) mkdirSync(join(run, folder), {recursive: true});
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(run, name), bytes);
    return createHash("sha256").update(bytes).digest("hex");
  };
  const path = join(run, "artifacts/confusion/matrix-epoch-001.json");
  const read = (value: object) => {
    writeFileSync(path, JSON.stringify(value));
    return readSaved(path);
  };
  const lines = ["a/b.png", "back\\slash", "line\nend", "", "ü"];
  const sha256 = write("data/test-files.txt", writeLines(lines));
  expect(await read({files: {lines: "../../data/test-files.txt", sha256}})).toEqual({files: lines});
  const values = Float32Array.of(1, 2, 3, 4);
  const digest = write("predictions/epoch-001.npy", writeNpy({values, shape: [2, 2]}));
  const npy = "../../predictions/epoch-001.npy";
  expect(await read({a: {npy, sha256: digest}})).toEqual({a: values});
  await expect(read({a: {npy, sha256}})).rejects.toThrow(/predictions\/epoch-001\.npy: expected SHA-256 .*, got /);
  for (const outside of ["../../../x.npy", "/etc/x.npy", "../../run.json", "../../data/../x.npy", "../../data/.npy"]) {
    await expect(read({a: {npy: outside, sha256}})).rejects.toThrow("expected a file of the run's own, got");
  }
});

test("an object that would be taken for an array is refused, rather than read as another thing", () => {
  for (const value of [{array: "x"}, {npy: "x", sha256: "y"}, {columns: {}, records: []}]) {
    expect(() => encodeBeside({a: [value]})).toThrow(
      /saved value: expected no object that stands for an array itself, got/,
    );
  }
  expect(() => encodeBeside({a: new BigInt64Array(1)})).toThrow("got BigInt64Array");
});

test("a .npy header is the one that the format asks for, its end at a multiple of 64 bytes", () => {
  const file = writeNpy({values: Uint16Array.of(1, 2, 3), shape: [3]});
  const text = Buffer.from(file).toString("latin1");
  expect(text.slice(0, 10)).toBe("\x93NUMPY\x01\x00v\x00");
  expect(text.slice(10)).toMatch(/^\{'descr': '<u2', 'fortran_order': False, 'shape': \(3,\), \} +\n/);
  expect(text.indexOf("\n") + 1).toBe(128);
  expect([...file.subarray(128)]).toEqual([1, 0, 2, 0, 3, 0]);
  expect(parseNpy(file, "x")).toEqual({values: Uint16Array.of(1, 2, 3), shape: [3]});
  for (const [bytes, words] of [
    [file.subarray(0, 5), "expected a .npy file of version 1.0, got other bytes"],
    [file.subarray(0, 130), "expected 6 bytes for its shape, got 2"],
    [Buffer.from(text.replace("<u2", "<i8"), "latin1"), "in C order, got"],
    [Buffer.from(text.replace("False", "True "), "latin1"), "in C order, got"],
  ] as const) {
    expect(() => parseNpy(bytes, "x")).toThrow(words);
  }
});
