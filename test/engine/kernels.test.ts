import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";

import {compile, generated, kernels} from "../../scripts/kernels";
import {FIRST} from "../../src/engine/compiler/control";
import {kernelModule} from "../../src/engine/runtime/modules";

test.each(kernels)("$output is what $source compiles to", (kernel) => {
  const folder = mkdtempSync(join(tmpdir(), "kernels-"));
  try {
    expect(readFileSync(compile(kernel, folder)).equals(readFileSync(kernel.output))).toBe(true);
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test.each(Object.entries(generated))("%s is what its generator writes", (path, text) => {
  expect(readFileSync(path, "utf8")).toBe(text());
});

test("the kernels' own tables end before the engine's arrays begin", async () => {
  const memory = new WebAssembly.Memory({initial: 1, maximum: 1, shared: true});
  const abort = () => {
    throw new Error("aborted");
  };
  const {exports} = await WebAssembly.instantiate(await kernelModule("plain"), {env: {memory, abort}});
  expect((exports.heapBase as () => number)()).toBeLessThanOrEqual(FIRST);
});
