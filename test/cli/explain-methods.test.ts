/** @file `explain --method` on the command line; the methods' numbers are in attribution-methods.test.ts. */
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {readArtifactFile} from "../../src/pipeline/record/saved-file";
import type {PlotData} from "../../src/plots/index";
import {command} from "../support/command";
import {floats, ints, node, onnxFile} from "../support/onnx";

const folder = mkdtempSync(join(tmpdir(), "methods-"));
const [smooth, without] = [join(folder, "smooth.onnx"), join(folder, "without.onnx")];
const explain = (...argv: string[]) => command(["explain", ...argv, "--out", join(folder, "out")]);
const IMAGE = "test/fixtures/images/rgb.png";

/** Each pixel from where it is. */
const GRID = Array.from({length: 16 * 24 * 2}, (_, i) => {
  const [x, y] = [Math.floor(i / 2) % 24, Math.floor(i / 48)];
  return i % 2 ? (2 * y + 1) / 16 - 1 : (2 * x + 1) / 24 - 1;
});

/** Means of the channels, then two scores; `first` stands before the means. */
function model(first: ReturnType<typeof node>[], more: ReturnType<typeof floats>[] = []): Uint8Array {
  return onnxFile({
    inputs: {x: ["n", 3, 16, 24]},
    outputs: {y: ["n", 2]},
    nodes: [
      ...first,
      node("ReduceMean", ["h", "axes"], ["m"], {keepdims: 0}),
      node("MatMul", ["m", "w"], ["s"]),
      node("Softmax", ["s"], ["y"]),
    ],
    weights: [ints("axes", [2, 3]), floats("w", [3, 2], [9, 0, 0, 0, 0, 9]), ...more],
  });
}

beforeAll(() => {
  writeFileSync(smooth, model([node("Identity", ["x"], ["h"])]));
  writeFileSync(without, model([node("GridSample", ["x", "grid"], ["h"])], [floats("grid", [1, 16, 24, 2], GRID)]));
  mkdirSync(join(folder, "pictures"));
  for (const name of ["a.png", "b.png"]) copyFileSync(IMAGE, join(folder, "pictures", name));
  writeFileSync(join(folder, "pictures", "notes.txt"), "no picture");
});
afterAll(() => rmSync(folder, {recursive: true}));

test("a folder of images is explained pixel by pixel, a picture each, for the most probable classes", async () => {
  const {stdout, stderr, code} = await explain(
    join(folder, "pictures"),
    "--model",
    smooth,
    "--method",
    "integrated-gradients",
    "--top",
    "2",
  );
  expect(stderr).toMatch(/^(model {3}[^\n]*\n)+$/); // what its numbers were taken for
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(
    lines.filter((line) =>
      /^[ab]\.png: integrated-gradients: [01] \d+\.\d% {3}faithfulness 1\.00, completeness gap -?0\.00 %$/.test(line),
    ).length,
  ).toBe(4);
  expect(readdirSync(join(folder, "out")).sort()).toEqual(["a", "b"]);
  const {data, numbers} = await readArtifactFile(join(folder, "out", "a", "integrated-gradients.json"));
  const {maps} = data as PlotData<"attribution">;
  expect(maps.map(({values}) => values.length)).toEqual([16 * 24, 16 * 24]);
  expect(numbers).toMatchObject({
    file: join(folder, "pictures", "a.png"),
    method: "integrated-gradients",
    score: "logit",
    options: {steps: 50, baseline: "black"},
  });
});

test("an operator without a gradient is named with what works all the same, and that works", async () => {
  const refused = await explain(IMAGE, "--model", without, "--method", "saliency");
  expect(refused.stdout).toBe("");
  expect(refused.stderr).toBe(
    `error: ${without}: expected gradients for --method saliency, got none: there is no rule for the operator GridSample; --method lime and occlusion work with it\n`,
  );
  expect(refused.code).toBe(1);
  const own = join(folder, "occluded");
  const outside = await command([
    "explain",
    IMAGE,
    "--model",
    without,
    "--method",
    "occlusion",
    "--occlusion.window",
    "4",
    "--out",
    own,
  ]);
  expect(outside.stderr).toMatch(/^(model {3}[^\n]*\n)+$/);
  expect(outside.stdout).toMatch(/^rgb\.png: occlusion: [01] \d+\.\d% {3}faithfulness \d\.\d\d$/m);
  const {data} = await readArtifactFile(join(own, "rgb", "occlusion.json"));
  const [{values, className}] = (data as PlotData<"attribution">).maps;
  // red is on the left, and blue on the right, in the test picture
  const sides = [0, 0];
  values.forEach((v, p) => {
    if (p > 24 * 8 && p % 24 < 8) sides[0] += v;
    if (p % 24 >= 16) sides[1] += v;
  });
  expect(sides[Number(className)]).toBeGreaterThan(sides[1 - Number(className)]);
});

test.each([
  [
    ["--method", "grad-cam"],
    "smooth.onnx: expected a convolution with rows and columns for --method grad-cam, got none",
  ],
  [["--method", "saliency", "--lime.samples", "9"], "--lime.samples: expected --method lime, got --method saliency"],
  [["--method", "saliency", "--curves"], "--curves: expected --method lime, got --method saliency"],
  [["--occlusion.window", "9"], "--occlusion.window: expected --method occlusion, got --method lime"],
  [
    ["--method", "occlusion", "--occlusion.window", "17"],
    "--occlusion.window: expected at most 16, the image's side, got 17",
  ],
  [["--method", "shap"], "--method: expected one of lime, saliency, gradient"],
])("%j is refused in one line, and nothing is written", async (flags, message) => {
  const own = join(folder, "refused");
  const {code, stderr, stdout} = await command(["explain", IMAGE, "--model", smooth, ...flags, "--out", own]);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n").length).toBe(1);
  expect(stdout).toBe("");
  expect(code).toBe(message.includes("convolution") ? 1 : 2); // the model's fault, not the command line's
  expect(existsSync(own) ? readdirSync(own) : []).toEqual([]);
});

test("a model of save/data/models is asked for by its name, as its preset says; one that is not there by how to fetch it", async () => {
  const save = join(folder, "own");
  const own = join(save, "data", "models", "red-or-blue");
  mkdirSync(own, {recursive: true});
  copyFileSync(smooth, join(own, "model.onnx"));
  writeFileSync(join(own, "classes.txt"), "red\nblue\n");
  writeFileSync(join(own, "preset.json"), JSON.stringify({model: "model.onnx", classes: "classes.txt", top: 2}));
  const flags = ["--save", save, "--method", "saliency", "--out", join(save, "out")];
  const {stdout, code} = await command(["explain", IMAGE, "--model", "red-or-blue", ...flags]);
  expect(code).toBe(0);
  expect(stdout.match(/^rgb\.png: saliency: (red|blue)/gm)?.length).toBe(2);
  const missing = await command(["explain", IMAGE, "--model", "efficientnet-lite0", ...flags]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toMatch(
    /^error: --model efficientnet-lite0: expected its files in \S+, got none; npm run setup:photos downloads them$/m,
  );
});
