import {existsSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";

import {
  OnnxError,
  openOnnx,
  readState,
  type State,
  safetensors,
  torchState,
  unstored,
  withState,
} from "../../src/onnx/index";
import {distance, FOLDER, referenceOf, shareWithin} from "../support/onnx-fixtures";

const read = (name: string) => readFileSync(`${FOLDER}/states/${name}`);
const plain = (state: State) => [...state].map(([name, {type, dims, bytes}]) => [name, type, [...dims], [...bytes]]);
const floats = (bytes: Uint8Array) => [...new Float32Array(new Uint8Array(bytes).buffer)];

describe("weights of one epoch, in the graph that was exported once", () => {
  const {inputs, seed, y, gradient} = referenceOf("states/epoch");

  test.each(["graph.onnx", "script.onnx"])("%s answers as PyTorch does with them", async (graphFile) => {
    for (const file of ["epoch.pt", "epoch.safetensors", "whole.pt"]) {
      const graph = await openOnnx(withState(read(graphFile), readState(read(file))));
      try {
        const {values, gradients} = await graph.runWithGradient(inputs, {output: "y", weights: seed});
        expect(distance(values.y, y)).toBeLessThan(2e-6);
        expect(shareWithin(gradients.x, gradient, 1e-5)).toBeGreaterThanOrEqual(0.99);
      } finally {
        await graph.dispose();
      }
    }
  });

  test("torch.save and safetensors tell the same numbers", () => {
    const sorted = (state: State) => plain(state).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    expect(sorted(torchState(read("epoch.pt")))).toEqual(sorted(safetensors(read("epoch.safetensors"))));
  });

  test("a file of more than 4 GB has its sizes and places in zip64's fields, here a small one too", () => {
    expect(plain(torchState(read("zip64.pt")))).toEqual(plain(torchState(read("epoch.pt"))));
  });

  test("parameters that a state lacks are named; what the exporter made, and counts of batches, are not", () => {
    const state = readState(read("epoch.pt"));
    for (const file of ["graph.onnx", "script.onnx"]) expect(unstored(read(file), state)).toEqual([]);
    const names = [...state.keys()].filter((name) => /\.(weight|bias)$/.test(name));
    const part = new Map([...state].filter(([name]) => name !== names[0] && name !== names[3]));
    expect(unstored(read("graph.onnx"), part).sort()).toEqual([names[0], names[3]].sort());
  });

  test("an export that folded its batch norms away is refused: their numbers have no place", () => {
    expect(() => withState(read("folded.onnx"), readState(read("epoch.pt")))).toThrow(
      /^weights: expected a place for each in the graph, got none for \S.* and \d+ more \(export it with optimize=False/,
    );
  });

  test("another shape is refused with both", () => {
    const state = new Map(readState(read("epoch.pt")));
    const names = [...state.keys()].filter((name) => name.endsWith("weight"));
    const last = names[names.length - 1];
    state.set(last, {...state.get(last)!, dims: [1, 2, 3]});
    expect(() => withState(read("graph.onnx"), state)).toThrow(
      /^weights ".*": expected \[[\d,]+\] as in the graph, got \[/,
    );
  });
});

describe("what else torch.save leaves", () => {
  test.each([
    ["odd.pt", "since PyTorch 1.6"],
    ["legacy.pt", "before that: pickles and numbers one after another"],
  ])("transposed and shared storages, scalars and all types: %s, as files are %s", (file) => {
    const odd = torchState(read(file));
    const facts = Object.fromEntries([...odd].map(([name, {type, dims}]) => [name, `${type} [${dims}]`]));
    expect(facts).toEqual({
      t: "float32 [3,2]",
      half: "float16 [2]",
      brain: "bfloat16 [2]",
      long: "int64 [1]",
      shared: "float32 [2]",
      parameter: "float32 [1]",
      scalar: "float32 []",
      flag: "bool [2]",
    });
    expect(floats(odd.get("t")!.bytes)).toEqual([0, 3, 1, 4, 2, 5]);
    expect(floats(odd.get("shared")!.bytes)).toEqual([1, 2]);
    expect(floats(odd.get("scalar")!.bytes)).toEqual([2.5]);
    expect([...odd.get("half")!.bytes]).toEqual([0x00, 0x3e, 0x00, 0xc0]); // 1.5 and −2
    expect([...odd.get("brain")!.bytes]).toEqual([0xc0, 0x3f, 0x00, 0xc0]);
    expect([...odd.get("flag")!.bytes]).toEqual([1, 0]);
  });

  test("a pickle that would run a command runs none", () => {
    const state = torchState(read("evil.pt"));
    expect([...state.keys()]).toEqual(["weight"]);
    expect(existsSync("/tmp/epochscope-was-here")).toBe(false);
  });

  test.each([
    [
      "module.pt",
      /^checkpoint: expected a state_dict \(torch.save\(net.state_dict\(\), …\)\), got a pickled torch\.nn\./,
    ],
    ["epoch.safetensors", /^checkpoint: expected a file of torch\.save, got other bytes$/],
  ])("%s is refused", (file, message) => {
    expect(() => torchState(read(file))).toThrow(message);
  });

  test("a file is known by its first bytes, whatever its name", () => {
    for (const file of ["odd.pt", "legacy.pt"])
      expect(plain(readState(read(file)))).toEqual(plain(torchState(read(file))));
  });

  test("files that were cut off are refused, wherever", () => {
    for (const [file, reader] of [
      ["epoch.pt", torchState],
      ["legacy.pt", torchState],
      ["epoch.safetensors", safetensors],
    ] as const) {
      const whole = read(file);
      for (let length = 0; length < whole.length; length += file === "legacy.pt" ? 7 : 97) {
        expect(() => reader(whole.subarray(0, length)), `${file} ${length}`).toThrow(OnnxError);
      }
    }
  });
});

describe("a safetensors file is refused in one line", () => {
  const made = (header: unknown, bytes = 16) => {
    const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, Buffer.alloc(bytes)]);
  };
  const one = (from: number, to: number, shape: unknown = [2], dtype: unknown = "F32") => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  const entry = 'safetensors "w": expected dtype, shape and data_offsets [from, to], got ';
  const within = (from: number, to: number) =>
    `safetensors "w": expected 8 bytes within the file, got ${from} to ${to} of 16`;

  test.each([
    [
      "two arrays share bytes",
      {v: one(0, 8), w: one(4, 12)},
      'safetensors "w": expected its own bytes, got those from 4 on, which "v" has too: 0 to 8',
    ],
    [
      "one lies in another",
      {v: one(0, 16, [4]), w: one(4, 12)},
      'safetensors "w": expected its own bytes, got those from 4 on',
    ],
    ["an array ends after the file", {w: one(12, 20)}, within(12, 20)],
    ["its offsets are far beyond", {w: one(1e15, 1e15 + 8)}, within(1e15, 1e15 + 8)],
    ["its offsets go backwards", {w: one(8, 0)}, within(8, 0)],
    ["its size and its offsets disagree", {w: one(0, 12)}, within(0, 12)],
    ["an offset is negative", {w: one(-8, 0)}, `${entry}{"dtype":"F32"`],
    ["an offset is no whole number", {w: one(0.5, 8.5)}, entry],
    ["a size is negative", {w: one(0, 8, [-1, -2])}, entry],
    ["a size is no number", {w: one(0, 8, ["2"])}, entry],
    ["there is no shape", {w: {dtype: "F32", data_offsets: [0, 8]}}, entry],
    ["an array is nothing", {w: null}, `${entry}null`],
    ["an array is a list", {w: [1, 2]}, `${entry}[1,2]`],
    ["the type is unknown", {w: one(0, 8, [2], "F4")}, 'safetensors "w": expected a type of F64, F32'],
    ["the header is a list", [1, 2], "safetensors: expected a header in JSON, got other bytes"],
    ["the header is null", "null", "safetensors: expected a header in JSON, got other bytes"],
    ["the header is cut off", '{"w": {', "safetensors: expected a header in JSON, got other bytes"],
  ])("where %s", (_, header, message) => {
    expect(() => safetensors(made(header))).toThrow(OnnxError);
    expect(() => safetensors(made(header))).toThrow(message);
  });

  test("where Git LFS left a pointer in its place", () => {
    const pointer = Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    expect(() => readState(pointer)).toThrow("expected a file of weights, got a pointer to one (git lfs pull fetches");
  });

  test("and arrays without numbers share no bytes", () => {
    const state = safetensors(made({v: one(0, 8), none: one(4, 4, [0]), w: one(8, 16)}));
    expect([...state.keys()]).toEqual(["v", "none", "w"]);
  });
});
