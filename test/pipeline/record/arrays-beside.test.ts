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

test("objects that only resemble those that stand for arrays are values like others", async () => {
  const alike = [
    ...[
      {array: 1},
      {array: "x", more: 1},
      {npy: "x"},
      {npy: 3, sha256: "y"},
      {npy: "x", sha256: 4},
      {lines: "x", name: "y"},
    ],
    ...[
      {lines: "x", sha256: "y", more: 1},
      {columns: {}, records: 1},
      {columns: {}},
      {columns: {}, records: [], more: 1},
    ],
    ...[{sha256: "y"}, {sha256: "y", records: []}, {name: "x", array: "y"}, {other: "x", sha256: "y"}],
  ];
  expect(await readSaved(saved({alike}).json)).toEqual({alike});
});

test.each([[{lines: "x", sha256: "y"}], [{sha256: "y", npy: "x"}], [{records: [], columns: {}}]])(
  "%j would be taken for an array in whatever order its members stand",
  (value) => {
    expect(() => encodeBeside({a: {b: value}})).toThrow(
      /expected no object that stands for an array itself, got .* at a\.b$/,
    );
  },
);

test("figures that no column can hold stay with their records, and so do lists of odd lengths", async () => {
  const one = (more: object) => ({
    ...{segments: new Uint16Array(6), weights: Float64Array.of(1, 2), errors: Float64Array.of(3, 4), index: 0, r2: 0.5},
    ...more,
  });
  const read = async (list: readonly object[], height = 2) => {
    const value = {name: "s", plot: "segments", data: {height, width: 3, explanations: list}};
    const {json, npz} = saved(value);
    expect(await readSaved(json)).toEqual(value);
    return parseNpz(readFileSync(npz), "x");
  };
  const names = async (more: object) =>
    [...(await read([one({}), one(more)])).keys()].map((name) => name.slice("data.explanations.".length));
  const all = ["segments", "weights", "errors", "starts", "index", "r2"];
  expect(await names({})).toEqual(all);
  expect(await names({r2: null})).toEqual(all);
  for (const index of [-1, 0.5, 2 ** 32, null, "1"]) expect(await names({index})).toEqual([...all.slice(0, 4), "r2"]);
  for (const r2 of ["1", undefined]) expect(await names({r2})).toEqual(all.slice(0, 5));
  expect(await names({index: 2 ** 32 - 1})).toEqual(all);
  const odd = [
    {errors: Float64Array.of(1)},
    {weights: [1, 2]},
    {weights: Float64Array.of(1)},
    {segments: [1]},
    {segments: new Uint16Array(5)},
  ];
  for (const more of odd) expect(await names(more)).not.toContain("starts");
  expect((await read([one({}), one({})])).get("data.explanations.segments")?.shape).toEqual([2, 2, 3]);
  expect((await read([one({}), one({})], 3)).get("data.explanations.segments")?.shape).toEqual([2, 6]);
});

describe("shapes on the disk", () => {
  const floats = (length: number) => new Float32Array(length);
  const shapes = (value: unknown) => {
    const {npz} = encodeBeside(value);
    return Object.fromEntries(Array.from(parseNpz(npz!, "x"), ([name, {shape}]) => [name, shape]));
  };

  test.each([
    [
      "confusionMatrix",
      {classNames: ["a", "b"], counts: floats(4)},
      {probabilities: floats(6)},
      {"data.counts": [2, 2], "numbers.probabilities": [3, 2]},
    ],
    [
      "confusionMatrix",
      {classNames: ["a", "b"], counts: floats(5)},
      {probabilities: floats(5)},
      {"data.counts": [5], "numbers.probabilities": [5]},
    ],
    ["confusionMatrix", {classNames: "ab", counts: floats(4)}, {}, {"data.counts": [4]}],
    [
      "scatter",
      {labels: new Uint16Array(2), points: floats(6)},
      {nearest: floats(4)},
      {"data.labels": [2], "data.points": [2, 3], "numbers.nearest": [2, 2]},
    ],
    ["segments", {explanations: [{}, {}], height: 1, width: 2, images: floats(12)}, {}, {"data.images": [2, 1, 2, 3]}],
    ["segments", {explanations: [{}, {}], images: floats(12)}, {}, {"data.images": [12]}],
    ["other", {classNames: ["a", "b"], counts: floats(4)}, null, {"data.counts": [4]}],
  ])("of a plot %s %#", (plot, data, numbers, expected) => {
    expect(shapes({name: "n", plot, data, numbers})).toEqual(expected);
  });

  test("of a grid of images have the names of their rows, one for each", () => {
    const row = (label: string, length = 8) => ({label, values: floats(length)});
    const value = {
      plot: "imageGrid",
      data: {height: 1, width: 2, columns: ["x", "y"], rows: [row("of it (1)"), row("of it 1"), row("of it 1", 3)]},
      numbers: {
        ...{indices: new Uint32Array(3), maps: [row("m", 6)], probabilities: floats(6)},
        trust: {untrained: {gradient: floats(12)}},
      },
    };
    expect(shapes(value)).toEqual({
      ...{"data.of_it_1": [2, 1, 2, 2], "data.of_it_1_2": [2, 1, 2, 2], "data.of_it_1_3": [3]},
      ...{"numbers.indices": [3], "numbers.m": [3, 1, 2, 1], "numbers.probabilities": [3, 2]},
      "numbers.trust.untrained.gradient": [3, 1, 2, 2],
    });
  });

  test("of other values are those that they tell", () => {
    expect(shapes({indices: new Uint32Array(2), activations: [{shape: [1, 2, 3], values: floats(12)}]})).toEqual({
      ...{indices: [2], "activations.0.values": [2, 1, 2, 3]},
    });
    expect(shapes({weights: [{buckets: floats(9)}], layers: [{shape: [2, 2], kernel: floats(4)}]})).toEqual({
      ...{"weights.0.buckets": [3, 3], "layers.0.kernel": [2, 2]},
    });
    const index = new Uint32Array(2);
    expect(shapes({index, height: 1, width: 3, segments: floats(6)})).toEqual({index: [2], segments: [2, 1, 3]});
    expect(shapes({index, height: 1, width: 3, strongest: floats(2), values: floats(6)})).toEqual({
      ...{index: [2], strongest: [2], values: [2, 1, 3]},
    });
    expect(shapes({shape: [2, 3], pixels: floats(6)})).toEqual({pixels: [2, 3]});
    expect(shapes({shape: [2, "x"], pixels: floats(6)})).toEqual({pixels: [6]});
    expect(shapes({places: index, probabilities: floats(6)})).toEqual({places: [2], probabilities: [2, 3]});
  });

  test("an array that has its name already is no second one of another", () => {
    const values = floats(4);
    const value = {
      plot: "imageGrid",
      data: {columns: ["x"], rows: [{label: "a", values}]},
      numbers: {indices: new Uint32Array(1), again: values},
    };
    expect(Object.keys(shapes(value))).toEqual(["data.a", "numbers.indices"]);
  });
});

test("a .npz file whose members have more fields and comments is read, a compressed one refused", () => {
  const npy = writeNpy({values: Uint8Array.of(1, 2), shape: [2]});
  /** A zip as other programs write it: more fields (4 bytes there, 5 here) and a comment of 3 bytes. */
  const zip = (method: number) => {
    const parts: Buffer[] = [];
    const list: Buffer[] = [];
    for (const name of ["a.npy", "b"]) {
      const start = Buffer.concat(parts).length;
      const local = Buffer.alloc(30 + name.length + 5);
      local.writeUInt32LE(0x04034b50, 0);
      local.writeUInt16LE(name.length, 26);
      local.writeUInt16LE(5, 28);
      local.write(name, 30);
      parts.push(local, Buffer.from(npy));
      const central = Buffer.alloc(46 + name.length + 4 + 3);
      central.writeUInt32LE(0x02014b50, 0);
      central.writeUInt16LE(method, 10);
      for (const [value, at] of [
        [npy.length, 20],
        [start, 42],
      ] as const)
        central.writeUInt32LE(value, at);
      for (const [value, at] of [
        [name.length, 28],
        [4, 30],
        [3, 32],
      ] as const)
        central.writeUInt16LE(value, at);
      central.write(name, 46);
      list.push(central);
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(2, 10);
    end.writeUInt32LE(Buffer.concat(parts).length, 16);
    return Buffer.concat([...parts, ...list, end]);
  };
  const read = parseNpz(zip(0), "x.npz");
  expect([...read]).toEqual(["a", "b"].map((name) => [name, {values: Uint8Array.of(1, 2), shape: [2]}]));
  expect(() => parseNpz(zip(8), "x.npz")).toThrow(
    "x.npz: expected arrays that are not compressed (numpy.savez), got a compressed a.npy",
  );
  const whole = zip(0);
  const entry = whole.readUInt32LE(whole.length - 6);
  for (const [at, value] of [
    [whole.length - 6, whole.length - 22 - 45], // a list that begins too late
    [entry + 42, whole.length - 22 - 29], // a member that does
    [entry + 20, whole.length - 22], // one that is too long
  ]) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE(value, at);
    expect(() => parseNpz(damaged, "x.npz")).toThrow("x.npz: expected a whole .npz file, got one that ends early");
  }
  expect(parseNpz(writeNpz(new Map()), "x").size).toBe(0);
});

test("a .npy file that begins anywhere in its bytes is read, whatever its shape", () => {
  for (const [values, shape] of [
    [Float64Array.of(1.5), []],
    [Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]],
    [new Float64Array(0), [0, 3]],
    [Int16Array.of(-2), [1]],
  ] as const) {
    const file = writeNpy({values, shape});
    expect(file.length % 64).toBe(values.byteLength % 64);
    for (const start of [0, 1, 8]) {
      const moved = new Uint8Array(file.length + start);
      moved.set(file, start);
      expect(parseNpy(moved.subarray(start), "x")).toEqual({values, shape});
    }
  }
});
