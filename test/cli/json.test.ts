/** @file Every command's JSON, as the program prints it, against the schemas that others rely on. */

import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {basename, join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {ajv, faultsOf, jsonLines as lines} from "../support/schemas";
import {stateFolder, testImages} from "../support/watched";

const work = temporaryFolder();
const save = join(work, "save");
const data = idxFolder();
const SMALL = ["--data", data, "--epochs", "1", "--projector", "0", "--probes", "confusion", "--save", save];

describe("--json", () => {
  let events: {readonly type: string; readonly schema?: string; readonly run?: string; readonly status?: string}[] = [];
  beforeAll(async () => {
    const swept = await command(["sweep", ...SMALL, "--seeds", "2", "--json"]);
    expect(swept.code).toBe(0);
    events = lines(swept.stdout);
  }, 120_000);

  test("of a sweep is a line an event, the first of which names the schema", () => {
    for (const event of events) expect(faultsOf(event, "epochscope/events/1"), JSON.stringify(event)).toEqual([]);
    expect(events.map(({schema}) => schema).filter(Boolean)).toEqual(["epochscope/events/1"]);
    const kinds = new Set(events.map(({type}) => type));
    for (const kind of ["start", "train", "epoch", "kept", "end", "outcome"]) expect(kinds).toContain(kind);
    const ends = events.filter(({type}) => type === "end");
    expect(ends.map(({run, status}) => [run, status])).toEqual([
      ["sweep-seed-0", "done"],
      ["sweep-seed-1", "done"],
    ]);
  });

  test.each([
    [["compare", "sweep-seed-0", "latest"], "compare"],
    [["labels", "suspects"], "suspects"],
    [["labels", "leaks", "--top", "3"], "leaks"],
    [["report"], "report"],
    [["explain", "test:3", "--lime.samples", "60", "--engine", "cpu"], "explain"],
    [["explain", "test:3", "train:5", "--training", "--top", "3"], "influence"],
    [["explain", "test:3", "--method", "occlusion", "--engine", "cpu"], "explain"],
    [["runs", "list"], "runs"],
    [["runs", "show", "sweep-seed-0"], "run"],
    [["runs", "verify", "sweep-seed-0"], "checks"],
    [["runs", "export", "sweep-seed-0", "--to", "csv", "--out", join(work, "answers.csv")], "export"],
    [["runs", "tag", "sweep-seed-0", "good"], "runs-change"],
    [["predict", "test:0,1", "--engine", "cpu", "--out", work], "predict"],
    [["doctor"], "checks"],
  ])("of %j is one document", async (argv, schema) => {
    const {code, stdout} = await command([...argv, "--save", save, "--json"]);
    const document = JSON.parse(stdout);
    expect(document.schema).toBe(`epochscope/${schema}/1`);
    expect(faultsOf(document)).toEqual([]);
    expect(code).toBe(0);
  });

  test("of a page that learns is one document", async () => {
    const {code, stdout} = await command(["demo", "--out", join(work, "demo.html"), "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({schema: "epochscope/demo/1", train: 5000, test: 1000});
    expect(faultsOf(JSON.parse(stdout))).toEqual([]);
    expect(code).toBe(0);
  }, 60_000);

  test.each([
    ["run", ["run", ...SMALL, "--name", "second"]],
    ["resume", ["resume", "sweep-seed-0", "--save", save]],
    [
      "watch",
      ["watch", stateFolder([0, 1]), "--data", testImages(), "--once", "--probes", "confusion", "--save", save],
    ],
  ])(
    "of %s is a line an event",
    async (_, argv) => {
      const {code, stdout} = await command([...argv, "--json"]);
      const told = lines(stdout);
      for (const event of told) expect(faultsOf(event, "epochscope/events/1"), JSON.stringify(event)).toEqual([]);
      expect(told[0].schema).toBe("epochscope/events/1");
      expect(told.at(-1)).toMatchObject({type: "end", status: "done"});
      expect(code).toBe(0);
    },
    60_000,
  );

  test.each([
    [["run", ...SMALL, "--name", "silent"]],
    [["sweep", ...SMALL, "--seeds", "2"]],
    [["compare", "sweep-seed-0", "sweep-seed-1"]],
    [["labels", "suspects", "sweep-seed-0"]],
    [["labels", "leaks", "sweep-seed-0"]],
    [["report", "sweep-seed-0"]],
    [["explain", "test:3", "--model", "sweep-seed-0", "--lime.samples", "60", "--engine", "cpu"]],
    [["predict", "test:0,1", "--model", "sweep-seed-0", "--engine", "cpu", "--out", work]],
    [["runs", "verify", "sweep-seed-0"]],
    [["runs", "tag", "sweep-seed-0", "good"]],
    [["doctor"]],
    [["run", ...SMALL, "--dry-run"]],
  ])(
    "of %j is nothing with --quiet in its place",
    async (argv) => {
      const at = argv.includes("--save") ? [] : ["--save", save];
      const {code, stdout, stderr} = await command([...argv, ...at, "--quiet"]);
      expect([stdout, stderr, code]).toEqual(["", "", 0]);
    },
    60_000,
  );

  test("of a training with mended labels is one document", async () => {
    const list = join(work, "list.csv");
    writeFileSync(list, "split,index,source_index,given_label,decision\ntrain,0,7,7,drop\n");
    const flags = ["--edit", list, "--name", "tried", "--seeds", "1", "--save", save, "--json"];
    const {code, stdout} = await command(["labels", "try", "sweep-seed-0", ...flags]);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      schema: "epochscope/try/1",
      dropped: 1,
      seedNoise: {verdict: "unknown", seeds: [2, 1]},
    });
    expect(faultsOf(document)).toEqual([]);
    expect(faultsOf(document.compare)).toEqual([]);
    expect(code).toBe(0);
  });

  test("of a reader is a line an event, and of its answer one document", async () => {
    const few = ["--data", "test/fixtures/bert/questions.json", "--epochs", "3", "--width", "16", "--save", save];
    const trained = await command(["qa", "train", ...few, "--name", "few", "--json"]);
    expect(trained.code).toBe(0);
    for (const event of lines(trained.stdout))
      expect(faultsOf(event, "epochscope/qa-events/1"), event.type).toEqual([]);
    const text = "The dome opens at dusk.";
    const asked = ["qa", "ask", "When?", "--model", "few", "--text", text, "--why", "--samples", "100", "--save", save];
    const {stdout} = await command([...asked, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({schema: "epochscope/qa-answer/1", question: "When?"});
    expect(faultsOf(JSON.parse(stdout))).toEqual([]);
  });

  test("of a map is one document", async () => {
    const table = join(work, "points.csv");
    writeFileSync(table, `a,b\n${Array.from({length: 12}, (_, n) => `${n},${(n * n) % 7}`).join("\n")}\n`);
    const {stdout} = await command(["map", table, "--method", "pca", "--out", work, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({schema: "epochscope/map/1", rows: 12, method: "pca"});
    expect(faultsOf(JSON.parse(stdout))).toEqual([]);
  });

  test.each([
    [["--epochs", "x"], 2, {code: "BAD_OPTION", option: "epochs", expected: "a number", got: '"x"'}],
    [["report", "gone"], 2, {code: "NOT_FOUND", got: '"gone"', hint: expect.stringMatching(/^the newest is /)}],
    [["explain", "package.json"], 1, {code: "BAD_DATA", expected: "a PNG or JPEG image"}],
    [["predict", "test/fixtures/images/rgb.png", "--model", "package.json"], 1, {code: "BAD_MODEL"}],
  ])("of %j is an error in one line on standard error", async (argv, exitCode, fields) => {
    const {code, stdout, stderr} = await command([...argv, "--save", save, "--json"]);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stderr)).toMatchObject({schema: "epochscope/error/1", ...fields});
    expect(faultsOf(JSON.parse(stderr))).toEqual([]);
    expect(code).toBe(exitCode);
  });
});

test("a document that lacks a field, or says another schema, is found out", () => {
  expect(faultsOf({schema: "epochscope/report/1"})).not.toEqual([]);
  expect(faultsOf({schema: "epochscope/weather/1"})).toBe("no schema epochscope/weather/1");
});

/** The texts of the tests with this name, in all folders. */
function own(name: string): string {
  const files = readdirSync("test", {recursive: true, encoding: "utf8"});
  const found = files.filter((file) => basename(file) === `${name}.test.ts`);
  if (found.length === 0) throw new Error(`expected a test called ${name}, got none`);
  return found.map((file) => readFileSync(join("test", file), "utf8")).join();
}

test("every schema has a document of a command's real output here, or in the command's own test", () => {
  const tests = ["json", "dry-run", "qa-again", "error-trials", "explain-many", "explain-plan"].map(own).join();
  for (const file of readdirSync("schemas")) {
    const name = file.replace(/-1\.json$/, "");
    expect(tests, name).toMatch(new RegExp(`"${name}"\\]|"epochscope/${name}/1"`));
  }
});

test("every schema that a command names has its file", () => {
  const files = readdirSync("src/cli").map((file) => readFileSync(join("src/cli", file), "utf8"));
  const named = new Set(
    files.flatMap((text) => text.match(/"epochscope\/[\w-]+\/\d+"/g) ?? []).map((word) => word.slice(1, -1)),
  );
  expect(named.size).toBeGreaterThan(8);
  for (const schema of named) expect(ajv.getSchema(schema), schema).toBeDefined();
});
