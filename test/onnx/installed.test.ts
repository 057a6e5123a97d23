/** @file Which package runs ONNX models, and what is said if there is none. */
import {expect, test} from "vitest";

import {installedRuntime, MissingRuntime} from "../../src/onnx/runtime/installed";

const only =
  (...names: readonly string[]) =>
  (name: string) => {
    if (names.includes(name)) return require.resolve("onnxruntime-node"); // any module with a version
    throw new Error(`Cannot find module '${name}'`);
  };
const loads = () => undefined;
const fails = () => {
  throw new Error("libonnxruntime.so.1: cannot open shared object file\nmore");
};

test("native code is taken where it is installed and loads, WebAssembly else", () => {
  expect(installedRuntime(only("onnxruntime-node", "onnxruntime-web"), loads).name).toBe("onnxruntime-node");
  expect(installedRuntime(only("onnxruntime-web"), loads).name).toBe("onnxruntime-web");
  expect(installedRuntime(only("onnxruntime-node", "onnxruntime-web"), fails).name).toBe("onnxruntime-web");
});

test("the one that is here has a version", () => {
  expect(installedRuntime().version).toMatch(/^\d+\.\d+\.\d+/);
});

test("one that lies in no package's folder has no version", () => {
  expect(installedRuntime(() => "/elsewhere/runtime.js", loads)).toEqual({
    ...{name: "onnxruntime-node", path: "/elsewhere/runtime.js", version: "unknown"},
  });
});

test("if there is none, that is one line with the command that installs one", () => {
  expect(() => installedRuntime(only(), loads)).toThrow(MissingRuntime);
  expect(() => installedRuntime(only(), loads)).toThrow(
    /^an ONNX model: expected the package onnxruntime-node or onnxruntime-web, got none; npm install onnxruntime-node$/,
  );
  expect(() => installedRuntime(only("onnxruntime-node"), fails)).toThrow(
    /got onnxruntime-node, which does not load \(libonnxruntime\.so\.1: [^\n]*\); npm install onnxruntime-web$/,
  );
});
