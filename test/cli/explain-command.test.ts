import {execFile} from "node:child_process";
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {readArtifactFile} from "../../src/pipeline/record/saved-file";
import type {PlotData} from "../../src/plots/index";
import {floats, ints, node, onnxFile} from "../support/onnx";
import {tinyOnnx} from "../support/tiny-onnx";

const folder = mkdtempSync(join(tmpdir(), "explain-"));
const model = join(folder, "tiny.onnx");
const names = join(folder, "names.txt");
const IMAGE = "test/fixtures/images/rgb.png";

/** Runs the real command line. */
function run(...argv: string[]): Promise<{code: number; out: string; err: string}> {
  return new Promise((done) => {
    const node = ["-r", "ts-node/register", "runner.ts", ...argv];
    execFile(process.execPath, node, (error, out, err) => done({code: Number(error?.code ?? 0), out, err}));
  });
}
const explain = (...argv: string[]) => run("explain", ...argv, "--out", join(folder, "out"));

beforeAll(() => {
  // class "red" for red, class "blue" for blue
  writeFileSync(
    model,
    tinyOnnx({layout: "nchw", input: [16, 24, 3], weights: [9, 0, 0, 0, 0, 9], classes: 2, softmax: true}),
  );
  writeFileSync(names, "red\nblue\n");
});
afterAll(() => rmSync(folder, {recursive: true}));

describe("explain IMAGE --model", () => {
  test("finds the half of the picture that is of the class, and writes pictures and numbers", async () => {
    const flags = [
      "--model",
      model,
      "--classes",
      names,
      "--class",
      "blue",
      "--lime.segmentation",
      "grid",
      "--lime.hiding",
      "zero",
    ];
    const {code, out, err} = await explain(IMAGE, ...flags, "--remove", "4", "--curves");
    expect(err).toMatch(/^model {3}probabilities of 2 classes \(the graph ends in Softmax\)\n/);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    expect(out).toMatch(/^rgb\.png: blue \d+\.\d% {3}R² \d\.\d\d, \d+ segments, 500 masks/m);
    const files = readdirSync(join(folder, "out", "rgb"));
    for (const name of ["segments", "bars", "steps", "curves", "removal"]) {
      expect(files).toContain(`${name}.png`);
      expect(files).toContain(`${name}.json`);
    }
    const {data, numbers} = await readArtifactFile(join(folder, "out", "rgb", "segments.json"));
    expect(numbers).toEqual({file: IMAGE, understood: "probabilities of 2 classes (the graph ends in Softmax)"});
    const [{segments, weights}] = (data as PlotData<"segments">).explanations;
    for (let p = 0; p < segments.length; p++) {
      if (p % 24 < 8 && p > 24 * 8) expect(weights[segments[p]]).toBeLessThan(0); // red
      if (p % 24 >= 16) expect(weights[segments[p]]).toBeGreaterThan(0); // blue
    }
  });

  test("takes its settings from a preset, flags over it", async () => {
    const preset = join(folder, "preset.json");
    writeFileSync(
      preset,
      JSON.stringify({model: "tiny.onnx", classes: "names.txt", scale: 2, mean: [0.1, 0.2, 0.3], std: 1, top: 2}),
    );
    const own = join(folder, "two");
    const twice = ["--preset", preset, "--lime.samples", "50", "--out", own];
    const {out, code} = await run("explain", IMAGE, IMAGE, ...twice);
    expect(code).toBe(0);
    expect(out.match(/^rgb\.png: (red|blue)/gm)?.length).toBe(4);
    expect(readdirSync(own).sort()).toEqual(["rgb", "rgb-2"]); // not one over the other
    const third = await run("explain", IMAGE, ...twice, "--top", "1");
    expect(third.out.match(/^rgb\.png/gm)?.length).toBe(1);
    expect(third.out).toContain(join(own, "rgb-3"));
  });

  test.each([
    [
      [IMAGE, "--save", "nowhere"],
      2,
      'run: expected the name of one in nowhere, or its folder, got "latest"; there is no run yet',
    ],
    [["--model", "MODEL"], 2, "explain: expected images (cat.jpg, a folder, test:8), got none"],
    [["test:8", "--model", "MODEL"], 2, "test:8: expected --model to name the run that has this image, got "],
    [["no.png", "--model", "MODEL"], 2, "no.png: expected a file, got nothing there"],
    [
      ["package.json", "--model", "MODEL"],
      1,
      "package.json: expected a PNG or JPEG image, got a file that starts with 7b 0a 20 20",
    ],
    [[IMAGE, "--model", "no.onnx"], 2, "no.onnx: expected a file, got nothing there"],
    [[IMAGE, "--model", "package.json"], 1, "package.json: expected a tfjs model's topology"],
    [
      [IMAGE, "--model", "MODEL", "--class", "green"],
      2,
      '--target: expected a class\'s name or its index below 2, got "green"',
    ],
    [[IMAGE, "--model", "MODEL", "--mean", "1,x"], 2, '--mean: expected numbers with commas between, got "1,x"'],
    [
      [IMAGE, "--model", "MODEL", "--size", "8x8"],
      2,
      '--size: expected height x width x channels like 224x224x3, got "8x8"',
    ],
    [[IMAGE, "--model", "MODEL", "--lime.recipe", "lemon"], 2, "--lime.recipe: expected one of default, lime"],
  ])("%j: one line and exit code %d", async (argv, exitCode, message) => {
    const {code, err, out} = await explain(...argv.map((word) => (word === "MODEL" ? model : word)));
    expect(err).toContain(message);
    expect(err.trim().split("\n").length).toBe(1);
    expect(out).toBe("");
    expect(code).toBe(exitCode);
  });
});

test("a runtime's own lines reach the screen with --verbose alone", async () => {
  // a size of one is baked into the graph, so that two images at once fail; and one weight is unused
  const baked = join(folder, "baked.onnx");
  const graph = {
    inputs: {x: ["n", 3, 16, 24]},
    outputs: {y: ["n", 2]},
    nodes: [
      node("ReduceMean", ["x", "axes"], ["m"], {keepdims: 0}),
      node("MatMul", ["m", "w"], ["s"]),
      node("Reshape", ["s", "one"], ["r"]),
      node("Softmax", ["r"], ["y"]),
    ],
    weights: [
      ...[ints("axes", [2, 3]), ints("one", [1, 2]), floats("w", [3, 2], [9, 0, 0, 0, 0, 9])],
      floats("unused", [2], [1, 2]),
    ],
  };
  writeFileSync(baked, onnxFile(graph));
  const flags = [IMAGE, "--model", baked, "--lime.samples", "20"];
  const quiet = await explain(...flags);
  expect(quiet.err).toContain("model   takes one image at a time (it fails on two): it is asked so\n");
  expect(quiet.code).toBe(0);
  const verbose = await explain(...flags, "--verbose");
  expect(verbose.code).toBe(0);
  expect(verbose.err).toContain("onnxruntime");
});

test("explain --run explains test images with a saved run's model", async () => {
  const save = join(folder, "save");
  const small = [
    "--train-limit",
    "600",
    "--test-limit",
    "200",
    "--epochs",
    "1",
    "--probes",
    "none",
    "--save",
    save,
    "--quiet",
  ];
  expect((await run(...small)).code).toBe(0);
  const {code, out, err} = await run(
    "explain",
    "--run",
    "latest",
    "--save",
    save,
    "--image-index",
    "8,3",
    "--lime.samples",
    "60",
  );
  expect(err).toBe(
    "note --run RUN is written --model RUN now; the old way works until 1.0\n" +
      "note --image-index 8 is written test:8 now; the old way works until 1.0\n",
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^test-8 · true 5: \d \d/m);
  expect(readdirSync(join(save, "explain")).sort()).toEqual(["test-3", "test-8"]);
  const wrong = await run("explain", "test:200", "--save", save);
  expect([wrong.code, wrong.err]).toEqual([2, "error: test:200: expected a test image below 200, got 200\n"]);
  const training = await run("explain", "train:17", "--target", "label", "--save", save, "--lime.samples", "60");
  expect(training).toMatchObject({code: 0, err: ""});
  expect(training.out).toMatch(/^train-17 · true 8: 8 \d/m); // image 17 of MNIST's training file is an 8
});
