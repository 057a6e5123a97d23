import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {each} from "../../src/engine/compiler/program";

test("a step is what its kernel takes, in its order", () => {
  expect(each("parts", "momentum", 64, 128, 192, 10, 0.9)).toEqual({
    over: "parts",
    kernel: "momentum",
    args: [64, 128, 192, 10, 0.9],
  });
});

test("a call with a wrong name, count or kind of arguments does not compile", () => {
  // tsc fails where one of these lines holds no error (npm run check)
  // @ts-expect-error: there is no such kernel
  each("parts", "momentums", 64, 128, 192, 10, 0.9);
  // @ts-expect-error: one argument is missing, which WebAssembly would take for 0
  each("parts", "momentum", 64, 128, 192, 10);
  // @ts-expect-error: a count stands in no workspace
  each("parts", "momentum", 64, 128, 192, {local: 10}, 0.9);
  // an address may
  expect(each("parts", "momentum", {local: 64}, 128, 192, 10, 0.9).args[0]).toEqual({local: 64});
});

test("the table has every kernel that the binaries export", async () => {
  const {exports} = await WebAssembly.instantiate(
    await WebAssembly.compile(readFileSync("src/engine/kernels/plain.wasm")),
    {env: {memory: new WebAssembly.Memory({initial: 2, maximum: 65536, shared: true}), abort() {}}},
  ).then((instance) => ({exports: instance.exports}));
  const heads = readFileSync("src/engine/compiler/kernel-heads.ts", "utf8");
  const named = [...heads.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
  const kernels = Object.keys(exports).filter((name) => typeof exports[name] === "function");
  expect(kernels.length).toBeGreaterThan(30);
  for (const name of kernels) if (!["heapBase", "_initialize", "_start"].includes(name)) expect(named).toContain(name);
});
