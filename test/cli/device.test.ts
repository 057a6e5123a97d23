/** @file `--device gpu` if there is no GPU, or no use for one; its numbers are in test/full. */
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {command} from "../support/command";

const folder = mkdtempSync(join(tmpdir(), "device-"));
const NET = "test/fixtures/attributions/net.onnx";
const IMAGE = "test/fixtures/images/rgb.png";
const NONE = {VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json"};
const isLinux = process.platform === "linux" && process.arch === "x64";
afterAll(() => rmSync(folder, {recursive: true}));

test.runIf(isLinux).each(["gradient", "occlusion"])(
  "without a GPU %s is refused in one line",
  async (method) => {
    const {code, stderr, stdout} = await command(
      ["explain", IMAGE, "--model", NET, "--method", method, "--device", "gpu"],
      [],
      NONE,
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "error: --device gpu: expected a GPU that WebGPU finds (a Vulkan, Metal or Direct3D driver), got no adapter\n",
    );
  },
  60_000,
);

test("a model of TensorFlow.js does not compute there", async () => {
  const model = join(folder, "model.json");
  writeFileSync(model, JSON.stringify({modelTopology: {}, weightsManifest: [{paths: [], weights: []}]}));
  const {code, stderr} = await command(["explain", IMAGE, "--model", model, "--device", "gpu"]);
  expect([code, stderr]).toEqual([2, `error: --device gpu: expected an ONNX model, got ${model}\n`]);
}, 60_000);
