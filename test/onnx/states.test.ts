import {existsSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";

import {OnnxError, openOnnx, readState, type State, safetensors, torchState, withState} from "../../src/onnx/index";
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
