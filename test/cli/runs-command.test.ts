import {spawnSync} from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {join, relative} from "node:path";
import {beforeAll, beforeEach, describe, expect, test} from "vitest";

import {parseNpz} from "../../src/pipeline/record/npz";
import {lockRun} from "../../src/pipeline/record/run-lock";
import {readStatusFile} from "../../src/pipeline/record/run-status";
import {readSaved} from "../../src/pipeline/record/saved-file";
import {answersAt, openSavedRun} from "../../src/pipeline/record/saved-run";
import {upgradeRun} from "../../src/pipeline/record/upgrade-run";
import {gather} from "../../src/report/gather/index";
import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {filesOf, runAll} from "../support/small-run";

const FIRST = join(__dirname, "../fixtures/first-format");
const made = temporaryFolder();
let save: string;

beforeAll(async () => {
  const asked = {
    data: idxFolder(),
    save: made,
    name: "r",
    model: "exigo" as const,
    epochs: 2,
    batchSize: 16,
    projector: 4,
  };
  await runAll({...asked, probes: "confusion,projection"}, {});
}, 60_000);

beforeEach(() => {
  save = join(temporaryFolder(), "save");
  cpSync(made, save, {recursive: true, verbatimSymlinks: true});
});

const runs = (...words: string[]) => command(["runs", ...words, "--save", save]);

describe("runs list and show", () => {
  test("say in a line or as JSON what there is", async () => {
    const {code, stdout, stderr} = await runs("list");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^run +status +epochs +test +95 % +model +seed +size\nr +done +2 +\d+\.\d\d% +\d+\.\d–\d+\.\d +exigo +0 +\d\.\d MB\n$/,
    );
    const listed = JSON.parse((await runs("list", "--json", "--where", "epochs = 2")).stdout);
    expect(listed).toMatchObject({
      schema: "epochscope/runs/1",
      runs: [{name: "r", status: "done", bestEpoch: expect.any(Number), tags: []}],
    });
    const shown = JSON.parse((await runs("show", "--json")).stdout);
    expect(shown).toMatchObject({
      schema: "epochscope/run/1",
      status: "done",
      run: {name: "r"},
      best: {epoch: expect.any(Number)},
    });
    expect(shown.files.map((file: {path: string}) => file.path)).toEqual(filesOf(join(save, "r")));
    const counts = `${shown.run.data.train} to train on, ${shown.run.data.validation} to validate, ${shown.run.data.test} to test`;
    const {best} = shown;
    const pct = (share: number) => `${(100 * share).toFixed(2)}%`;
    // Wilson 1927, by hand: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
    const [n, z] = [shown.run.data.test, 1.959964];
    const [middle, half] = [
      best.testAccuracy + z ** 2 / (2 * n),
      z * Math.sqrt((best.testAccuracy * (1 - best.testAccuracy)) / n + z ** 2 / (4 * n * n)),
    ];
    const interval = [middle - half, middle + half].map((end) => end / (1 + z ** 2 / n));
    expect(shown.testInterval95).toBeAllClose(interval, {rtol: 1e-6});
    expect(listed.runs[0].testInterval95).toEqual(shown.testInterval95);
    const bytes = shown.files.reduce((sum: number, file: {bytes: number}) => sum + file.bytes, 0);
    expect((await runs("show", "r")).stdout.trimEnd().split("\n")).toEqual([
      "run      r",
      "status   done, 2 of 2 epochs",
      `started  ${shown.run.startedAt}`,
      `data     ${shown.run.data.name}: ${counts}`,
      `model    exigo: ${shown.run.model.parameters.toLocaleString("en")} weights`,
      `engine   ${shown.run.engine.name}`,
      `learning rate ${shown.run.training.learningRate}, ${shown.run.training.schedule}; seed 0`,
      `best     epoch ${best.epoch}: test ${pct(best.testAccuracy)} (95 %: ${interval.map(pct).join(" to ")}), validation ${pct(best.validationAccuracy)}`,
      `files    ${shown.files.length}, ${(bytes / 1e6).toFixed(1)} MB, in ${relative("", join(save, "r"))}`,
      `format   ${shown.run.format}`,
    ]);
  });

  test("a condition that is none, a verb that is none and a run that is none are wrong command lines", async () => {
    for (const words of [
      ["list", "--where", "x ="],
      ["lst"],
      ["show", "none"],
      ["list", "r"],
      ["export", "r"],
      ["export", "r", "--to", "pdf"],
    ]) {
      const {code, stdout, stderr} = await runs(...words);
      expect([code, stdout, stderr.trimEnd().split("\n").length], words.join(" ")).toEqual([2, "", 1]);
    }
  });
});

describe("runs verify", () => {
  test("reads everything and finds it right", async () => {
    const {code, stdout} = await runs("verify", "--json");
    const {schema, ok, checks} = JSON.parse(stdout);
    expect([code, schema, ok]).toEqual([0, "epochscope/checks/1", true]);
    const names = checks.map((check: {name: string}) => check.name);
    expect(names).toEqual(
      expect.arrayContaining(["run.json", "test images", "model", "checkpoint", "numbers of epoch 2"]),
    );
  });

  test.each([
    ["predictions/epoch-001.npy", /artifacts\/confusion\/matrix-epoch-001\.json: expected SHA-256 /],
    ["artifacts/projection/map-epoch-002.npz", /map-epoch-002\.json: expected SHA-256 /],
    ["data/test-images.npy", /test images: expected SHA-256 /],
    ["model/weights.bin", /model: expected \d+, got \d+/],
  ])("finds a changed %s: exit code 3, and its name", async (name, words) => {
    const bytes = readFileSync(join(save, "r", name));
    bytes[bytes.length - 200] ^= 1;
    writeFileSync(join(save, "r", name), name.startsWith("model") ? bytes.subarray(4) : bytes);
    const {code, stdout} = await runs("verify", "r");
    expect(code).toBe(3);
    expect(stdout).toMatch(words);
  });

  test("finds metrics that its answers do not come to, though no digest says so", async () => {
    const file = join(save, "r", "metrics.jsonl");
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const changed = lines.map(({sha256: _, ...line}) =>
      JSON.stringify({...line, testAccuracy: line.testAccuracy / 2 + 0.01}),
    );
    writeFileSync(file, `${changed.join("\n")}\n`);
    const {code, stdout} = await runs("verify", "r");
    expect([code, /numbers of epoch 2: expected [\d.]+, got [\d.]+/.test(stdout)]).toEqual([3, true]);
  });

  test("a Python that has no scikit-learn is reported in one line", async () => {
    const {code, stderr} = await runs("verify", "r", "--python", join(save, "no-python"));
    expect([code, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toMatch(/--python: expected a Python with numpy and scikit-learn, got /);
  });
});

describe("runs remove", () => {
  test("asks, and where nobody can be asked wants --yes; then removes the run and its logs, and latest leads to another", async () => {
    cpSync(join(save, "r"), join(save, "older"), {recursive: true});
    mkdirSync(join(save, "mine"));
    expect((await runs("remove", "r")).code).toBe(2);
    expect(existsSync(join(save, "r"))).toBe(true);
    expect(await runs("remove", "r", "--yes")).toMatchObject({code: 0, stderr: ""});
    expect(readdirSync(save).sort()).toEqual(["latest", "logs", "mine", "older"]);
    expect(readlinkSync(join(save, "latest"))).toBe("older");
    expect(readdirSync(join(save, "logs"))).toEqual([]);
    await runs("remove", "latest", "--yes"); // the run, not the link
    expect(readdirSync(save).sort()).toEqual(["logs", "mine"]);
  });

  test("nothing outside of --save, nothing that is no run, and no run on which a process works", async () => {
    const outside = temporaryFolder();
    cpSync(join(save, "r"), join(outside, "r"), {recursive: true});
    mkdirSync(join(save, "mine"));
    writeFileSync(join(save, "mine", "thesis.txt"), "x");
    symlinkSync(join(outside, "r"), join(save, "link"));
    for (const name of [
      join(outside, "r"),
      join(save, "mine"),
      "mine",
      "..",
      "link",
      join(save, "link", "artifacts"),
    ]) {
      const {code, stderr} = await runs("remove", name, "--yes");
      expect(code, `${name}: ${stderr}`).not.toBe(0);
    }
    expect([existsSync(join(outside, "r/run.json")), existsSync(join(save, "mine/thesis.txt"))]).toEqual([true, true]);
    expect(lstatSync(join(save, "link")).isSymbolicLink()).toBe(true);
    const lock = await lockRun(join(save, "r"));
    expect((await runs("remove", "r", "--yes")).stderr).toMatch(/expected a run that no other process works on/);
    await lock.release();
    expect(existsSync(join(save, "r/run.json"))).toBe(true);
  });
});

test("runs tag and runs note keep what people say of a run", async () => {
  expect((await runs("tag", "r", "good", "first", "good")).stdout).toBe("first good\n");
  expect((await runs("tag", "r", "first", "--delete")).stdout).toBe("good\n");
  expect((await runs("note", "r", "a long run,", "not yet plain")).stdout).toBe("a long run, not yet plain\n");
  expect((await runs("note", "r")).stdout).toBe("a long run, not yet plain\n");
  expect(JSON.parse(readFileSync(join(save, "r/notes.json"), "utf8"))).toEqual({
    tags: ["good"],
    note: "a long run, not yet plain",
  });
  expect((await runs("list", "--where", "tag = good")).stdout).toMatch(/^run .*\nr .* good\n$/);
  expect((await runs("tag", "r", "two words")).code).toBe(2);
  expect((await runs("tag", "latest", "by-link")).stdout).toBe("by-link good\n");
  expect(lstatSync(join(save, "latest")).isSymbolicLink()).toBe(true);
});

describe("runs upgrade", () => {
  test("makes of a run of format /1 one of /2 with the same numbers and the same page", async () => {
    const path = join(save, "first");
    cpSync(FIRST, path, {recursive: true});
    for (const name of ["arrays.json", "make_arrays.py"]) rmSync(join(path, name));
    const [before, answers] = [await gather(path), await answersAt(await openSavedRun(path), 1)];
    expect(await upgradeRun(path)).toBe(true);
    expect(await upgradeRun(path)).toBe(false);
    const after = await gather(path);
    expect(after).toEqual(before);
    expect(await answersAt(await openSavedRun(path), 1)).toEqual(answers);
    expect(JSON.parse(readFileSync(join(path, "run.json"), "utf8")).format).toBe("epochscope-run/2");
    expect(await readStatusFile(path)).toMatchObject({status: "done", epoch: 1});
    expect(filesOf(path).filter((name) => /\.bin$|test-images\.json|\.lock$/.test(name))).toEqual([]);
    expect(filesOf(path)).toEqual(
      expect.arrayContaining(["data/test-files.txt", "predictions/epoch-001.npy", "samples.csv"]),
    );
    expect(readdirSync(save).sort()).toEqual(["first", "latest", "logs", "r"]);
    expect((await runs("verify", "first")).code).toBe(0);
  });

  test("leaves a damaged run as it is", async () => {
    const path = join(save, "first");
    cpSync(FIRST, path, {recursive: true});
    writeFileSync(join(path, "artifacts/lime/segments-epoch-001.json"), "{}");
    writeFileSync(
      join(path, "artifacts/network/epoch-001.json"),
      readFileSync(join(path, "artifacts/network/epoch-001.json"), "utf8").replace("1", "2"),
    );
    const before = filesOf(path);
    await expect(upgradeRun(path)).rejects.toThrow(/epoch-001\.json: expected SHA-256/);
    expect(filesOf(path)).toEqual(before);
    expect(readdirSync(save).sort()).toEqual(["first", "latest", "logs", "r"]);
  });
});

describe("runs export", () => {
  test("writes metrics as CSV, arrays as npz, the page, and the whole run as zip", async () => {
    const out = temporaryFolder();
    const to = (kind: string) => runs("export", "r", "--to", kind, "--out", join(out, `r.${kind}`));
    for (const kind of ["csv", "npz", "html", "zip"]) expect((await to(kind)).code, kind).toBe(0);
    const {metrics} = await openSavedRun(join(save, "r"));
    const lines = readFileSync(join(out, "r.csv"), "utf8").trimEnd().split("\n");
    expect(lines[0]).toMatch(/^epoch,train_loss,train_accuracy,validation_loss/);
    expect(lines.slice(1).map((line) => Number(line.split(",")[6]))).toEqual(
      metrics.map(({testAccuracy}) => testAccuracy),
    );
    const arrays = parseNpz(readFileSync(join(out, "r.npz")), "r.npz");
    const {probabilities, labels} = await answersAt(await openSavedRun(join(save, "r")), 2);
    expect(arrays.get("probabilities_2")).toEqual({
      values: probabilities,
      shape: [labels.length, probabilities.length / labels.length],
    });
    const {data} = (await readSaved(join(save, "r/artifacts/projection/map-epoch-002.json"))) as {
      data: {points: Float32Array};
    };
    expect(arrays.get("map_2")?.values).toEqual(data.points);
    expect(readFileSync(join(out, "r.html"), "utf8")).toContain("<!doctype html>");
    const unpacked = spawnSync("python3", ["-m", "zipfile", "-e", join(out, "r.zip"), join(out, "unpacked")]);
    expect(unpacked.status, `${unpacked.stderr}`).toBe(0);
    const files = filesOf(join(save, "r"));
    expect(filesOf(join(out, "unpacked/r"))).toEqual(files);
    for (const name of files)
      expect(readFileSync(join(out, "unpacked/r", name)).equals(readFileSync(join(save, "r", name))), name).toBe(true);
    expect(readdirSync(out).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});
