/** @file `--dry-run`: what a command says that it would do, against what it then does. */
import {existsSync, readdirSync, statSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {linesOf, sizeWords} from "../../src/cli/dry-run";
import type {Plan} from "../../src/pipeline/plan/plan";
import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {faultsOf} from "../support/schemas";
import {stateFolder, testImages} from "../support/watched";

const data = idxFolder({train: 600, test: 200});
const FAST = [
  "--data",
  data,
  "--epochs",
  "2",
  "--batch-size",
  "32",
  "--probes",
  "confusion,lime",
  "--lime.samples",
  "60",
];

function bytesIn(folder: string): number {
  const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
  return files.reduce((sum, {parentPath, name}) => sum + statSync(join(parentPath, name)).size, 0);
}

async function planOf(argv: readonly string[], cwd?: string): Promise<Plan & {readonly command: string}> {
  const {code, stdout, stderr} = await command([...argv, "--dry-run", "--json"], [], {}, cwd);
  expect(stderr).toBe("");
  const plan = JSON.parse(stdout);
  expect(faultsOf(plan)).toEqual([]);
  expect(plan.schema).toBe("epochscope/plan/1");
  expect(code).toBe(0);
  return plan;
}

test("a run's plan has the run's own figures, and writes nothing", async () => {
  const here = temporaryFolder();
  const plan = await planOf([...FAST, "--name", "small"], here);
  expect(readdirSync(here)).toEqual([]);
  expect(plan).toMatchObject({
    command: "run",
    data: {train: 550, validation: 50, test: 200, imageShape: [12, 12, 1]},
    ...{epochs: 2, batchSize: 32, batches: 18, looks: 3}, // ⌈550 / 32⌉ steps; the untrained network, and two epochs
    options: {epochs: 2, batchSize: 32, learningRate: 0.004, schedule: "one-cycle"},
    probes: {lime: {samples: "60"}},
    runs: [{name: "small", path: join(here, "save", "small"), state: "new"}],
  });
  expect(plan.seconds.low).toBeGreaterThan(0);
  expect(plan.seconds.high).toBeGreaterThan(plan.seconds.low);
  expect(plan.measured.batches).toBeGreaterThan(3);

  const {code, stdout} = await command([...FAST, "--name", "small", "--json"], [], {}, here);
  expect(code).toBe(0);
  const start = JSON.parse(stdout.split("\n")[0]);
  expect(start.model.parameters).toBe(plan.model.parameters);
  expect(start.data.digest).toBe(plan.data.digest);
  expect(start.engine).toMatchObject(plan.engine);
  const left = bytesIn(join(here, "save"));
  expect(plan.bytes / left).toBeGreaterThan(0.6);
  expect(plan.bytes / left).toBeLessThan(1.6);
}, 120_000);

test("a sweep's plan says which runs are done, and counts the others alone", async () => {
  const save = join(temporaryFolder(), "runs");
  const sweep = ["sweep", "--data", data, "--epochs", "1", "--save", save, "--over", "batch-size=32,64"];
  const whole = await planOf([...sweep, "--seeds", "1"]);
  expect(existsSync(save)).toBe(false);
  expect((await command([...sweep, "--seeds", "1", "--quiet"])).code).toBe(0);
  const names = readdirSync(save).sort();
  const more = await planOf([...sweep, "--seeds", "2"]);
  expect(readdirSync(save).sort()).toEqual(names);
  const states = {done: ["-32-seed-0", "-64-seed-0"], new: ["-32-seed-1", "-64-seed-1"]};
  for (const [state, ends] of Object.entries(states)) {
    expect(more.runs.filter((run) => run.state === state).map(({name}) => name)).toEqual(
      ends.map((end) => `sweep-batch-size${end}`),
    );
  }
  expect(whole.runs.map(({state}) => state)).toEqual(["new", "new"]);
  expect(more.measured.looks).toBe(2);
  expect(more.bytes).toBeCloseTo(whole.bytes, -6); // two runs, of the same two settings
  const done = await planOf([...sweep, "--seeds", "1"]);
  expect([done.bytes, done.seconds.high]).toEqual([0, 0]);
}, 180_000);

test("a watcher's plan says how many checkpoints it would look at", async () => {
  const here = temporaryFolder();
  const watch = ["watch", stateFolder(), "--data", testImages(), "--mean", "0.25", "--std", "0.5"];
  const fast = ["--probes", "confusion", "--projector", "0"];
  const plan = await planOf([...watch, ...fast], here);
  expect(readdirSync(here)).toEqual([]);
  expect(plan).toMatchObject({command: "watch", epochs: 3, looks: 3, batches: 0, data: {train: 0, test: 96}});
  expect(await planOf([...watch, ...fast, "--until", "1"], here)).toMatchObject({epochs: 2, looks: 2});
}, 120_000);

describe("what the command would refuse, its plan refuses", () => {
  test.each([
    [["run", "--data", "nowhere-there"], 2, "nowhere-there: expected "],
    [["run", "--data", data, "--epochs", "0.5"], 2, "--epochs: expected "],
    [["run", "--data", data, "--save", "package.json"], 1, "package.json"],
    [["run", "--data", data, "--engine", "fused", "--freeze", "conv1"], 1, "--engine fused: expected a model"],
    [["sweep", "--data", data, "--over", "epoch=1"], 2, "--over: expected a flag of `run`"],
    [["watch", "test/fixtures/images", "--data", data], 1, "expected checkpoints"],
  ])("%j", async (argv, code, words) => {
    const ended = await command([...argv, "--dry-run"]);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([ended.code, ended.stdout]).toEqual([code, ""]);
  });
});

test("a plan is reported in whole lines", () => {
  const plan: Plan = {
    ...{options: {}, probes: {confusion: {}, lime: {}}, epochs: 1, batches: 860, batchSize: 64, looks: 2},
    data: {
      name: "mnist",
      digest: "",
      imageShape: [28, 28, 1],
      classNames: [],
      train: 55000,
      validation: 5000,
      test: 10000,
    },
    model: {name: "cnn", parameters: 12810, why: "the pictures are grey"},
    engine: {name: "fused", version: "2 threads", why: "it knows every layer of this model"},
    ...{seconds: {low: 130, high: 480}, bytes: 9.9e7, measured: {batches: 41, looks: 1}},
    ...{runs: [{name: "a", path: join(process.cwd(), "save", "a"), state: "new"}], notes: []},
  };
  expect(linesOf(plan).map((line) => line.join(": "))).toEqual([
    "data: mnist: 55,000 images to train on, 5,000 to validate, 10,000 to test",
    "model: cnn: 12,810 weights (the pictures are grey)",
    "engine: fused (2 threads): it knows every layer of this model",
    "train: 1 epoch of 860 batches of 64",
    "look: 2 times: confusion, lime",
    `run: ${join("save", "a")}`,
    "takes: 2.2 to 8 minutes, measured here by 41 batches and 1 look",
    "writes: about 99 MB",
  ]);
  expect([0, 999, 1000, 9.94e6, 1e7, 2.5e9, 3e16].map(sizeWords)).toEqual([
    ...["0 bytes", "999 bytes", "1 kB", "9.9 MB", "10 MB", "2.5 GB", "30000 TB"],
  ]);
});
