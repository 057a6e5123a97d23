import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {nearest} from "../../src/nouns/nearest";
import {command, finished, start} from "../support/command";
import {idxFile, idxFolder, temporaryFolder} from "../support/idx-files";

/** The lines that a run prints in addition if there is no terminal. */
const QUARTERS = /^((epoch \d+|reading images) .*\d+%.*| {2}note .*)\n/gm;

/** Errors are one line, exit code 2 if the command line is wrong and 1 if a file is, and leave nothing behind. */
async function expectError(flags: readonly string[], message: string | RegExp, exitCode: 1 | 2): Promise<void> {
  const save = join(temporaryFolder(), "save");
  const {code, stdout, stderr} = await command(["--save", save, ...flags]);
  if (typeof message === "string") expect(stderr).toContain(message);
  else expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toContain("    at ");
  expect(code).toBe(exitCode);
  expect(stdout).toBe("");
  expect(existsSync(save) ? readdirSync(save) : []).toEqual([]);
}

describe("a mistake on the command line", () => {
  test.concurrent.each([
    [["--epoch", "3"], "error: --epoch: expected a known flag, got this one; did you mean --epochs?"],
    [["--saliency.mod", "x"], "did you mean --saliency.mode?"],
    [["--epochs", "abc"], 'error: --epochs: expected a number, got "abc"'],
    [["--epochs", "-1"], "error: --epochs: expected a whole number, 0 or more, got -1"],
    [["--epochs"], "error: --epochs: expected a value, got none"],
    [
      ["--model", "cnnn"],
      'error: --model: expected auto, cnn, deep, exigo, mlp, vit or a file net.ts or net.js, got "cnnn"',
    ],
    [["--probes", "confusion,foo"], /error: --probes: expected all, none, or some of .*, got "confusion,foo"/],
    [["--lime.samples", "-5"], /error: --lime\.samples: expected .*, got "?-5/],
    [["--projection.perplexity", "1"], "error: --projection.perplexity: expected a number from 2 to 1000, got 1"],
    [["--seed", "1", "--seed", "2"], "error: --seed: expected a number, got 1,2"],
    ...["../x", "latest", "logs"].map((name): [string[], string] => [
      ["--name", name],
      `error: --name: expected letters, digits, ".", "_" and "-" (not latest, data, logs, explain, qa, results, sweeps), got "${name}"`,
    ]),
    [["--name", "x.1-aaaaaaaaaaaa.partial"], /error: --name: expected one that does not end in \.partial, got "x/],
    [["resum"], 'error: "resum": expected a known command, got this one; did you mean resume?'],
    [["explan", "cat.jpg"], 'error: "explan": expected a known command, got this one; did you mean explain?'],
    [["-x"], "error: -x: expected a known flag, got this one; `run --help all` lists them"],
    [["--serve", "--port", "70000"], 'error: --port: expected a whole number from 0 to 65535, got "70000"'],
    [["resume", "nothing"], /error: run: expected the name of one in .*, or its folder, got "nothing"/],
    [["--data", ""], 'error: --data: expected mnist or a folder, got ""'],
    [["explain", "test:-1"], 'error: test:-1: expected test:8 or test:8,17 (places count from 0), got "test:-1"'],
    [["predict", "train:"], 'error: train:: expected train:8 or train:8,17 (places count from 0), got "train:"'],
    [["--data", "nowhere"], /error: .*nowhere: expected a folder, got nothing there/],
  ])("%j is reported in one line", async (flags, message) => {
    await expectError(flags, message, 2);
  });

  test("of spelling is met with the nearest word, and of nonsense with none", () => {
    expect(nearest("epoch", ["epochs", "every", "engine"])).toBe("epochs");
    expect(nearest("xyzzy", ["epochs", "every", "engine"])).toBeUndefined();
  });
});

describe("bad data", () => {
  test.concurrent.each([
    [
      "truncated",
      {"train-images-idx3-ubyte": idxFile([240, 12, 12], new Uint8Array(5))},
      "expected 34560 values for shape [240,12,12], got 5",
    ],
    [
      "of another magic",
      {"train-labels-idx1-ubyte": Uint8Array.of(31, 139, 8, 0)},
      "expected an idx file (first bytes 00 00), got 1f 8b 08 00",
    ],
    [
      "of another count",
      {"train-labels-idx1-ubyte": idxFile([3], [0, 1, 2])},
      "expected as many labels as images (240), got 3",
    ],
    [
      "with a label too many",
      {"train-labels-idx1-ubyte": idxFile([240], new Uint8Array(240).fill(11))},
      "expected labels below 10, got 11 at image 0",
    ],
  ])("%s is reported in one line", async (_, files, message) => {
    await expectError(["--data", idxFolder({}, files)], message, 1);
  });
});

describe("a disk that fails", () => {
  const quick = (save: string) => [
    "--data",
    idxFolder(),
    "--epochs",
    "1",
    "--probes",
    "confusion",
    "--save",
    save,
    "--name",
    "r",
  ];
  const failing = (at: string, code: string) =>
    [["-r", join(__dirname, "../support", "failing-disk.cjs")], {FAIL_AT: at, FAIL_CODE: code}] as const;

  test.each([
    ["ENOSPC", "matrix-epoch-001", "no space left on the disk"],
    ["ENOSPC", "weights.bin", "no space left on the disk"],
    ["EROFS", "run.json", "a read-only file system"],
    ["EACCES", "metrics.jsonl", "no permission to write"],
  ])("with %s at %s ends with one line and no half-written file", async (code, at, words) => {
    const save = temporaryFolder();
    const {stderr, code: exitCode} = await command(quick(save), ...failing(at, code));
    expect(exitCode).toBe(1);
    expect(stderr.replaceAll(QUARTERS, "").trim()).toMatch(
      new RegExp(`^error: .*${at}.*: expected to write it, got ${words} \\(${code}\\)$`),
    );
    const files = readdirSync(save, {recursive: true, encoding: "utf8"});
    expect(files.filter((file) => /\.partial$|\.lock$/.test(file) || file.includes(at))).toEqual([]);
    for (const file of files.filter((name) => name.endsWith(".json")))
      JSON.parse(readFileSync(join(save, file), "utf8"));
  });

  test("at the report keeps the run and says so in its exit code", async () => {
    const save = temporaryFolder();
    const {stderr, code} = await command(quick(save), ...failing("report.html", "ENOSPC"));
    expect(stderr).toMatch(
      /error probe report: .*report.html: expected to write it, got no space left on the disk \(ENOSPC\)/,
    );
    expect(code).toBe(1);
    expect(existsSync(join(save, "r", "plots", "confusion", "matrix-epoch-001.png"))).toBe(true);
    expect(existsSync(join(save, "r", "report.html"))).toBe(false);
  });

  test("a file where the save folder should be is told", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const {code, stderr} = await command(["--data", idxFolder(), "--save", file]);
    expect(stderr).toMatch(
      /^error: .*: expected to write it, got a file where a folder must be \((EEXIST|ENOTDIR)\)\n$/,
    );
    expect(code).toBe(1);
  });

  test("an existing name is not written over", async () => {
    const save = temporaryFolder();
    mkdirSync(join(save, "mine"));
    const {code, stderr} = await command(["--data", idxFolder(), "--save", save, "--name", "mine"]);
    expect(stderr).toBe('error: --name: expected the name of a new run, got "mine", which is there already\n');
    expect(code).toBe(2);
  });
});

test("a killed process leaves whole files only", async () => {
  const save = temporaryFolder();
  const child = start([
    "--data",
    idxFolder(),
    "--epochs",
    "60",
    "--save",
    save,
    "--name",
    "r",
    "--projection.points",
    "50",
  ]);
  const end = finished(child);
  child.stdout!.on("data", (text) => String(text).includes("epoch 2 ") && child.kill("SIGKILL"));
  await end;
  const files = readdirSync(join(save, "r"), {recursive: true, encoding: "utf8"}).map((file) => join(save, "r", file));
  expect(files.some((file) => file.endsWith(".png"))).toBe(true);
  for (const file of files.filter((name) => name.endsWith(".json"))) JSON.parse(readFileSync(file, "utf8"));
  for (const line of readFileSync(join(save, "r", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n"))
    JSON.parse(line);
  for (const file of files.filter((name) => name.endsWith(".png"))) {
    expect(readFileSync(file).subarray(-8, -4).toString(), file).toBe("IEND");
  }
});

test("Ctrl-C stops with exit code 130 and the way to continue, which continues to the end", async () => {
  const save = join(temporaryFolder(), "my runs");
  const child = start(["--data", idxFolder(), "--epochs", "40", "--probes", "none", "--save", save, "--name", "r"]);
  const end = finished(child);
  let asked = false; // once: a second Ctrl-C ends at once
  child.stdout!.on("data", (text) => {
    if (!asked && String(text).includes("epoch 3 ")) asked = child.kill("SIGINT");
  });
  const {code, stdout, stderr} = await end;
  expect(stderr.replaceAll(QUARTERS, "")).toBe("");
  expect(code).toBe(130);
  const [, hint] = /stopped; go on with: (.*)\n$/.exec(stdout)!;
  expect(hint).toBe(`npx ts-node runner.ts resume '${join(save, "r")}'`);
  const lines = () =>
    readFileSync(join(save, "r", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n").length;
  expect(lines()).toBeLessThan(41);
  const pasted = spawnSync("bash", ["-c", hint.replace("npx ", "node_modules/.bin/")], {encoding: "utf8"});
  expect(pasted).toMatchObject({status: 0});
  expect(lines()).toBe(41);
});

test("--version is the package's, and -h is --help", async () => {
  const {version} = JSON.parse(readFileSync(join(__dirname, "../..", "package.json"), "utf8"));
  expect(await command(["--version"])).toMatchObject({code: 0, stdout: `${version}\n`, stderr: ""});
  expect((await command(["explain", "-h", "all"])).stdout).toContain("--lime.samples");
});

test("run --serve serves the page while it trains and after, until Ctrl-C; --open that fails costs nothing", async () => {
  const save = join(temporaryFolder(), "s");
  const flags = [
    "run",
    "--serve",
    "--open",
    "--data",
    idxFolder(),
    "--epochs",
    "1",
    "--probes",
    "none",
    "--save",
    save,
  ];
  const child = start(flags, [], {PATH: temporaryFolder()}); // no program that opens pages
  const ended = finished(child);
  let seen = "";
  const page = await new Promise<string>((done) => {
    child.stdout!.on("data", (text) => {
      seen += text;
      const url = /the page {2}(http:\S+)/.exec(seen)?.[1];
      if (url && seen.includes("best by validation loss")) done(url);
    });
  });
  const {run} = (await (await fetch(`${page}run.json`)).json()) as {run: {options: {epochs: number}}};
  expect(run.options.epochs).toBe(1);
  child.kill("SIGINT");
  const {code, stderr} = await ended;
  expect(code).toBe(0);
  expect(stderr).toContain("error: --open: expected a program xdg-open, got none here\n");
});
