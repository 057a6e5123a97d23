/**
 * @file The command lines of the README and the docs of version 0.1, each as it stood there, with small data. The figures are
 * 0.1's own, as it printed them for the same images (commit 484cb16: `--data bars --kernels plain --threads 1`).
 */
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {command, type Finished} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {writeShapes} from "../support/image-folder";
import {tinyOnnx} from "../support/tiny-onnx";

const save = join(temporaryFolder(), "save");
const bars = idxFolder({train: 480, test: 120});
const SMALL = ["--data", bars, "--threads", "1", "--kernels", "plain"];
const words = (line: string) => line.split(" ").filter((word) => word !== "");

/** Runs a line that worked in 0.1. */
async function ran(flags: readonly string[], cwd?: string): Promise<Finished> {
  const done = await command(flags, [], {}, cwd);
  expect(done.stderr).not.toMatch(/^ *error/m);
  expect(done.code).toBe(0);
  return done;
}

/** Runs a line of the README with the folder of runs given. */
const inSave = (line: string, ...more: string[]) => ran([...words(line), "--save", save, ...more]);

/** A table of `rows`, three columns of numbers and one of digits. */
function table(rows: number, gap = -1): string {
  const path = join(temporaryFolder(), "t.csv");
  const line = (n: number) =>
    `${n === gap ? "" : (n % 3) * 5 + Math.sin(n)},${(n % 3) * 4 + Math.cos(3 * n)},${Math.sin(7 * n)},${n % 3}`;
  writeFileSync(path, `a,b,c,digit\n${Array.from({length: rows}, (_, n) => line(n)).join("\n")}\n`);
  return path;
}

beforeAll(async () => {
  await ran([...SMALL, "--epochs", "1", "--save", save, "--name", "a"]);
  await ran(["run", ...SMALL, "--epochs", "2", "--seed", "1", "--save", save, "--name", "b"]);
});

describe("a run's command line of version 0.1", () => {
  const plain = "train 2.1366  27.05%  validation 1.9703  42.50%  test 1.9743  42.50%";
  test.each([
    ["--epochs 1 --probes none --verbose --no-color", plain],
    ["run --epochs 2 --seed 1 --probes none", "train 1.6050  52.50%  validation 1.5373  55.00%  test 1.5478  56.67%"],
    [
      "--epochs 1 --optimizer rmsprop --checkpoint-every 0 --samples 0,8,35 --projector 10 --keep-epochs 0 --logs exigo",
      "train 2.1278  23.64%  validation 1.9653  32.50%  test 1.9682  32.50%",
    ],
    [
      "--epochs 1 --optimizer sgd --learning-rate 0.01 --schedule constant --batch-size 32 --train-limit 300 --test-limit 60 --patience 1 --probes none",
      "train 2.2524  14.91%  validation 2.0718  36.00%  test 2.0675  33.33%",
    ],
    [
      "--epochs 1 --augment digits --augment-shift 0.1 --augment-turn 5 --augment-zoom 0.1 --augment-flip horizontal --augment-brightness 0.1 --augment-contrast 0.1 --probes none",
      "train 2.2509  22.27%  validation 2.0787  37.50%  test 2.0829  36.67%",
    ],
    [
      "--model exigo --saliency.mode exigo --epochs 1 --learning-rate 0.00001 --batch-size 32",
      "train 2.3137  10.00%  validation 2.3133  10.00%  test 2.3137  10.00%",
    ],
  ])("%s gives 0.1's figures", async (line, figures) => {
    const {stdout, stderr} = await inSave(line, ...SMALL);
    expect(stdout).toContain(figures);
    expect(stderr).not.toContain("the old way");
  });

  test.each([
    ["--saliency.target true --probes saliency", ["--saliency.target true is written --saliency.target label now"]],
    ["--image-size 0 --probes none", ["--image-size 0 is written --image-size auto now"]],
    ["--lime.explain label --lime.features 5 --probes lime", ["--lime.explain is written --lime.target now"]],
  ])("%s works, with a note on stderr of how it is written now", async (line, notes) => {
    const {stdout, stderr} = await inSave(line, ...SMALL, "--epochs", "1");
    for (const note of notes) expect(stderr).toContain(`note ${note}; the old way works until 1.0\n`);
    expect(stdout).not.toContain("the old way");
  });

  test.each([
    "--probes projection --projection.method pca --projection.dimensions 3 --projection.scaling none --projection.components 5",
    "--probes projection --projection.method umap --projection.points 50 --projection.metric cosine",
    "--probes projection --projection.method tsne-js --projection.points 40 --projection.perplexity 5 --projection.iterations 50",
    "--probes lime --lime.recipe visualime",
    "--probes lime --lime.samples auto --lime.segmentation grid --lime.segments 9 --lime.keep 0.5 --lime.sampling antithetic --lime.hiding noise --lime.distance cosine --lime.kernel-width 0.3 --lime.selection none --lime.model ridge --lime.batch-size 32",
    "--probes mistakes --mistakes.count 4 --mistakes.pairs 2 --mistakes.recipe lime --mistakes.mode exigo",
    "--max-pixels 1000000 --max-data 1 --every 1 --kernels auto --probes confusion,saliency",
  ])("%s makes what it asks for", async (line) => {
    const {stderr} = await inSave(
      line,
      "--epochs",
      "1",
      "--train-limit",
      "240",
      "--test-limit",
      "60",
      ...SMALL.slice(0, 4),
    );
    expect(stderr).not.toContain("the old way");
  });

  test("--data photos --folds 2 asks about every picture", async () => {
    const photos = writeShapes(join(temporaryFolder(), "photos"), {perClass: 30, size: [16, 16]});
    await inSave("--folds 2 --epochs 1 --probes none --image-size 16 --name folds", "--data", photos);
    const [header, ...lines] = readFileSync(join(save, "folds", "suspects.csv"), "utf8")
      .trim()
      .split("\n");
    expect(header).toContain("file,given_label,predicted_label,label_score,is_label_issue");
    expect(lines).toHaveLength(90);
  });
});

describe("a command line of version 0.1 about a run", () => {
  test("resume and report take its name", async () => {
    expect((await inSave("resume b")).stdout).toContain("best by validation loss: epoch 2, test accuracy 56.67%");
    expect((await inSave("report a")).stdout).toContain("report.html");
  });

  test("explain --run latest --image-index takes test images apart, and says how that is written now", async () => {
    const {stdout, stderr} = await inSave(
      "explain --run a --image-index 8,9 --remove 2 --curves --top 2 --lime.hiding fill --class 3 --coverage 0.2",
    );
    expect(stdout.match(/^test-8 · true 8: 3 .*%/gm)).toHaveLength(1);
    expect(stdout.match(/^test-9 · true 9: 3 .*%/gm)).toHaveLength(1);
    for (const now of [
      "--run RUN is written --model RUN",
      "--image-index 8 is written test:8",
      "--class is written --target",
    ])
      expect(stderr).toContain(`note ${now} now; the old way works until 1.0\n`);
  });

  test("explain IMAGE --model net.onnx takes --output, --fit and the flags of the input", async () => {
    const folder = temporaryFolder();
    const model = join(folder, "net.onnx");
    writeFileSync(
      model,
      tinyOnnx({layout: "nchw", input: [16, 24, 3], weights: [9, 0, 0, 0, 0, 9], classes: 2, softmax: true}),
    );
    writeFileSync(join(folder, "names.txt"), "red\nblue\n");
    const {stdout, stderr} = await inSave(
      "explain test/fixtures/images/rgb.png",
      ...["--classes", join(folder, "names.txt"), "--model", model],
      ...words(
        "--scale 255 --mean 127 --std 128 --output probabilities --fit stretch --min-weight 0.02 --max-memory 1",
      ),
    );
    expect(stdout).toMatch(/^rgb\.png: (red|blue) \d/m);
    expect(stderr).toContain("note --output is written --scores now; the old way works until 1.0\n");
  });

  test("compare takes names, latest~1, RUN@EPOCH, --out, --json and --fail-under", async () => {
    const page = join(temporaryFolder(), "page.html");
    await inSave("compare a b", "--out", page);
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/i);
    const {schema, base, runs} = JSON.parse((await inSave("compare a@1 b@1 --json")).stdout);
    expect([schema, base.epoch, runs.map(({epoch}: {epoch: number}) => epoch)]).toEqual([
      "epochscope/compare/1",
      1,
      [1],
    ]);
    const worse = await command([...words("compare b a --fail-under 0.002 --save"), save]);
    expect(worse.code).toBe(3); // a answers 42.50 % right, b 56.67 %
  });

  test("sweep --seeds 2 --over trains them all, and again only what is missing", async () => {
    const line = "sweep --seeds 2 --over learning-rate=0.001,0.004 --name rate --epochs 1 --probes none";
    await inSave(line, ...SMALL);
    const runs = ["0.001", "0.004"].flatMap((rate) => [0, 1].map((seed) => `rate-learning-rate-${rate}-seed-${seed}`));
    expect(readdirSync(save)).toEqual(expect.arrayContaining(runs));
    expect((await inSave(line, ...SMALL)).stdout).not.toContain("epoch 1");
  });

  test("labels suspects, then --from RUN --edit with the decisions, trains again without what was dropped", async () => {
    await inSave("labels suspects a");
    const path = join(save, "a", "suspects-train.csv");
    expect(existsSync(path.replace(/csv$/, "html"))).toBe(true);
    const [header, first, ...rest] = readFileSync(path, "utf8").trim().split("\n");
    const at = header.split(",").indexOf("decision");
    const cells = first.split(","); // no cell of this table holds a comma
    cells[at] = "drop";
    const edit = join(temporaryFolder(), "suspects.csv");
    writeFileSync(edit, `${[header, cells.join(","), ...rest].join("\n")}\n`);
    await inSave("--from a --name mended", "--edit", edit);
    const {data} = JSON.parse(readFileSync(join(save, "mended", "run.json"), "utf8"));
    expect(data).toMatchObject({train: 439, edits: {dropped: 1, relabelled: 0}});
  });
});

test("project FILE makes a map with 0.1's flags, and says that it is called map now", async () => {
  const folder = temporaryFolder();
  const [whole, gap] = [table(60), table(60, 7)];
  const notes = [];
  for (const [line, path, rows] of [
    ["--label digit", whole, 60],
    ["--label -1 --missing mean --points 50", gap, 50],
    ["--separator comma --decimal point --encoding utf-8 --header --scaling feature --method pca", gap, 59],
  ] as const) {
    const out = join(folder, `${notes.length}`);
    const {stderr} = await ran(["project", path, ...words(line), "--out", out]);
    notes.push(stderr.includes('note "project" is written "map" now; the old way works until 1.0'));
    expect(readFileSync(join(out, "t-map.csv"), "utf8").trim().split("\n")).toHaveLength(rows + 1);
  }
  expect(notes).toEqual([true, true, true]);
});

test("watch FOLDER --data --once looks at the ONNX files of another program", async () => {
  const folder = temporaryFolder();
  for (const epoch of [1, 2]) {
    const weights = Array.from({length: 10}, (_, k) => Math.sin(k + epoch));
    writeFileSync(
      join(folder, `epoch-${epoch}.onnx`),
      tinyOnnx({layout: "nchw", input: [12, 12, 1], weights, classes: 10, softmax: true}),
    );
  }
  const line = "--once --mean 0.1307 --std 0.3081 --scale 1 --layout nchw --probes confusion,lime --name watched";
  await inSave("watch", folder, "--data", bars, ...words(line));
  const metrics = readFileSync(join(save, "watched", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(metrics.map((text) => JSON.parse(text).epoch)).toEqual([1, 2]);
});
