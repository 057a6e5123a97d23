/** @file ONNX files that are damaged, or are none: each is refused in one line, and nothing crashes. */
import {readFileSync} from "node:fs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {decodeModel, encodeModel, type GraphProto} from "../../src/onnx/file/model";
import {OnnxError, openOnnx, runtimeHere} from "../../src/onnx/index";
import type {Runtime} from "../../src/onnx/runtime/runtime";
import {FOLDER} from "../support/onnx-fixtures";
import {node, tinyGraph, value} from "../support/tiny-graph";

const whole = readFileSync(`${FOLDER}/resnet-script-17.onnx`);
let runtime: Runtime;
beforeAll(async () => {
  runtime = runtimeHere(await import("onnxruntime-node"));
});
const opened: {dispose(): Promise<void>}[] = [];
afterAll(() => Promise.all(opened.map((graph) => graph.dispose())));

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    opened.push(await openOnnx(bytes, {runtime}));
  } catch (error) {
    expect(error).toBeInstanceOf(OnnxError);
    return (error as Error).message;
  }
  return "opened";
}

test("a file that was cut off is said to be, with the bytes that are there, wherever it was cut", async () => {
  for (let length = 3; length < whole.length; length += 211) {
    const words = `model: expected an ONNX file, got the first ${length} bytes of one, which goes on`;
    expect([length, await refusal(whole.subarray(0, length))]).toEqual([length, words]);
  }
  expect(await refusal(whole.subarray(0, whole.length - 1))).toContain("which goes on");
});

test.each([
  [
    "a pointer of Git LFS",
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n",
    "a pointer to one (git lfs",
  ],
  ["a page of HTML", "<!DOCTYPE html><html>404</html>", "one that starts with 3c 21 44 4f"],
  ["JSON", '{"format": "layers-model"}', "one that starts with 7b 22 66 6f"],
  ["zeros", "\0".repeat(64), "one that starts with 00 00 00 00"],
])("%s is named", async (_, text, words) => {
  expect(await refusal(Buffer.from(text))).toMatch(`model: expected an ONNX file, got ${words}`);
});

test("whichever byte is changed, the model opens or is refused in one line", {timeout: 60_000}, async () => {
  const bytes = Buffer.from(encodeModel({...decodeModel(readFileSync(`${FOLDER}/lenet-script-17.onnx`))}));
  const structure = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, bytes.length - 2, bytes.length - 1];
  for (const at of structure) {
    for (const bits of [0x01, 0x80, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] ^= bits;
      expect(await refusal(changed)).toMatch(/^(opened|[^\n]*expected [^\n]+, got[ :][^\n]+)$/);
    }
  }
});

describe("a graph that cannot be computed is refused by onnxruntime's own reason", () => {
  const ports = {input: [value("x", ["n", 2])], output: [value("y")]};
  const unsound: readonly (readonly [name: string, graph: GraphProto, reason: RegExp])[] = [
    [
      "runs in a circle",
      {node: [node("Add", ["x", "b"], "a"), node("Relu", ["a"], "b"), node("Neg", ["b"], "y")], ...ports},
      /acyclic|circle|cycle/,
    ],
    ["lacks a weight", {node: [node("Mul", ["x", "w"], "y")], ...ports}, /'w'/],
    ["has an operator that nobody knows", {node: [node("Frobnicate", ["x"], "y")], ...ports}, /Frobnicate/],
    ["makes a tensor twice", {node: [node("Neg", ["x"], "y"), node("Relu", ["x"], "y")], ...ports}, /y/],
    ["makes no output of that name", {node: [node("Neg", ["x"], "z")], ...ports}, /y/],
  ];
  test.each(unsound)("where it %s", async (_, graph, reason) => {
    const words = await refusal(tinyGraph(graph));
    expect(words).toMatch(/^expected a model that onnxruntime runs, got: [^\n]+$/);
    expect(words).toMatch(reason);
    expect(words).not.toContain("onnxruntime_src");
  });
});
