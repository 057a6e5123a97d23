/** @file Conditions on runs, and the rows that the index has of them, without an index. */
import {mkdirSync, statSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {bytesIn, cellOf, changedAt, factsOf} from "../../../src/pipeline/record/registry/facts";
import {listRuns} from "../../../src/pipeline/record/registry/list-runs";
import {readerFacts, readersIn} from "../../../src/pipeline/record/registry/reader-facts";
import {columnOf, parseWhere} from "../../../src/pipeline/record/registry/where";
import {runFileText} from "../../../src/pipeline/record/run-file";
import {writeNotes} from "../../../src/pipeline/record/run-notes";
import {temporaryFolder} from "../../support/idx-files";

describe("a condition's values", () => {
  test.each([
    ["seed = 1", [1]],
    ["seed = '1'", ["1"]],
    ["seed = -1e3", [-1000]],
    ["seed = Infinity", ["Infinity"]],
    ["name = ''", [""]],
    ['name = "a""b"', ['a"b']],
    ["name = ')'", [")"]],
    ["name = and", ["and"]],
    ["name = 'it''s' or name = x", ["it's", "x"]],
    ["seed = 1 ", [1]],
  ])("%s are numbers only where they are no text", (text, values) => {
    expect(parseWhere(text).values).toEqual(values);
  });
});

test.each([
  ["seed = 1 AND NOT seed <> 2", "(runs.seed = ? AND NOT runs.seed <> ?)"],
  ["(seed = 1)", "(runs.seed = ?)"],
  ["tag like 'a%'", "EXISTS (SELECT 1 FROM tags WHERE tags.run = runs.name AND tags.tag LIKE ?)"],
  ["note IS NULL", "runs.note IS NULL"],
  ["note is not null", "runs.note IS NOT NULL"],
  ["SEED == 1", "runs.seed = ?"],
])("%s is this condition in SQL", (text, sql) => {
  expect(parseWhere(text).sql).toBe(sql);
});

test.each([
  ["", "a column, got its end"],
  ["( = 1", "a column, got ="],
  ["seed '=' 1", "one of = == != <> < <= > >= like is, got ="],
  ["seed = )", "a value, got )"],
  ["(seed = 1", "a closing bracket, got its end"],
  ["(seed = 1 seed", "a closing bracket, got seed"],
  ["seed is 1", "null after is, got 1"],
  ["seed = 1 'and' seed = 2", "and, or, or its end, got and"],
  ["seed = 1 )", "and, or, or its end, got )"],
  ["seed = 'x", "columns, operators and values, got 'x"],
  ["'(' = 1", "a column of runs"],
])("%s is no condition", (text, words) => {
  expect(() => parseWhere(text)).toThrow(words);
});

test("a column is named in any case; one that is like none is answered with them all", () => {
  expect(columnOf("Test_Accuracy", "--sort")).toBe("test_accuracy");
  expect(() => columnOf("xxxxxxxxxx", "--sort")).toThrow(
    /^--sort: expected a column of runs, got "xxxxxxxxxx"; there are name, kind, format, /,
  );
});

/** Writes a run's files. */
function writeRun(path: string, {more = {}, data = {}, lines = [] as readonly object[]} = {}): string {
  mkdirSync(path, {recursive: true});
  const facts = {
    ...{format: "epochscope-run/2", name: "r", startedAt: "2026-01-02T00:00:00.000Z", seed: 4, versions: {}},
    ...{
      options: {epochs: 2, testSeed: 4},
      probes: {lime: {samples: 500}},
      engine: {name: "fused"},
      model: {name: "cnn"},
    },
    data: {name: "mnist", classNames: ["0"], imageShape: [1, 1, 1], train: 9, validation: 1, test: 200, ...data},
    ...more,
  };
  writeFileSync(join(path, "run.json"), runFileText(facts));
  const epochs = lines.map((line, epoch) => ({
    ...{epoch, trainLoss: null, trainAccuracy: null, validationLoss: null, validationAccuracy: null},
    ...{testLoss: 2 - epoch, testAccuracy: epoch / 4, seconds: {train: 4, evaluate: 2, probes: 1}, steps: [], ...line},
  }));
  writeFileSync(join(path, "metrics.jsonl"), epochs.map((line) => `${JSON.stringify(line)}\n`).join(""));
  writeFileSync(join(path, "status.json"), '{"status": "done", "endedAt": "2026-01-03"}');
  return path;
}

describe("a run's row in the index", () => {
  test("has the figures of its best epoch", async () => {
    const lines = [{}, {validationLoss: 0.25, validationAccuracy: 0.5}, {validationLoss: 0.5}];
    const more = {model: {name: "cnn", parameters: 7}, kind: "watch", sweep: "s", options: {from: "before", epochs: 2}};
    const path = writeRun(join(temporaryFolder(), "r"), {more, data: {digest: "d"}, lines});
    await writeNotes(path, {tags: ["b", "a"], note: "n"});
    const {row, tags, options, efficacy, metrics} = await factsOf(path);
    expect(row).toEqual({
      ...{name: "r", kind: "watch", format: "epochscope-run/2", status: "done", started_at: "2026-01-02T00:00:00.000Z"},
      ...{ended_at: "2026-01-03", data: "mnist", data_digest: "d", model: "cnn", parameters: 7, engine: "fused"},
      ...{seed: 4, epochs: 2, best_epoch: 1, validation_loss: 0.25, validation_accuracy: 0.5, test_loss: 1},
      ...{test_accuracy: 0.25, seconds: 21, bytes: await bytesIn(path), parent: "before", sweep: "s", note: "n"},
    });
    expect(tags).toEqual(["a", "b"]);
    expect(options).toEqual([...Object.entries(more.options), ["lime.samples", 500]]);
    expect(efficacy.map(({state, correct, asked, ids}) => [state, correct, asked, ids])).toEqual([
      ["cnn-mnist-0", 0, 200, "0-199"],
      ["cnn-mnist-1", 50, 200, "0-199"],
      ["cnn-mnist-2", 100, 200, "0-199"],
    ]);
    expect(metrics.filter(({name}) => name === "validation_loss")).toEqual([
      {epoch: 1, name: "validation_loss", value: 0.25},
      {epoch: 2, name: "validation_loss", value: 0.5},
    ]);
  });

  test("has null for what is not known, and no efficacy without test images", async () => {
    const path = writeRun(join(temporaryFolder(), "r"), {data: {test: 0}, more: {options: {from: "", epochs: 2}}});
    writeFileSync(join(path, "status.json"), '{"status": "failed"}');
    const {row, efficacy} = await factsOf(path);
    const unknown = ["ended_at", "data_digest", "parameters", "epochs", "best_epoch", "validation_loss"];
    for (const name of [...unknown, "validation_accuracy", "test_loss", "test_accuracy", "parent", "sweep"])
      expect([name, row[name]]).toEqual([name, null]);
    expect(row).toMatchObject({kind: "train", status: "failed", seconds: 0});
    expect(efficacy).toEqual([]);
    const one = writeRun(join(temporaryFolder(), "r"), {data: {test: 0}, lines: [{}]});
    expect((await factsOf(one)).efficacy).toEqual([]);
  });

  test("writes each option as SQL can hold it", () => {
    expect([1.5, "a", "", null, true, false, [1], {a: 1}, undefined].map(cellOf)).toEqual([
      ...[1.5, "a", "", null, "true", "false", "[1]", '{"a":1}', "null"],
    ]);
  });

  test("knows when a file of the run changed last, but not while it may change again", async () => {
    const path = writeRun(join(temporaryFolder(), "r"));
    const newest = Math.max(...["run", "status"].map((name) => statSync(join(path, `${name}.json`)).ctimeMs));
    const metrics = statSync(join(path, "metrics.jsonl")).ctimeMs;
    const last = Math.max(newest, metrics);
    expect(await changedAt(path, last + 100)).toBe(0);
    expect(await changedAt(path, last + 101)).toBe(Math.floor(last));
    const later = new Date(1000 * Math.ceil(last / 1000) + 5000);
    utimesSync(join(path, "run.json"), later, later);
    expect(await changedAt(path, later.getTime() + 101)).toBe(later.getTime());
    expect(await changedAt(join(path, "none"), 101)).toBe(0);
  });

  test("weighs all files in all folders", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a/b"), "12345");
    writeFileSync(join(folder, "c"), "123");
    expect(await bytesIn(folder)).toBe(8);
  });
});

describe("a list of runs", () => {
  test("has the interval of the best epoch's accuracy, and none where nothing was tested", async () => {
    const save = temporaryFolder();
    writeRun(join(save, "a"), {lines: [{}, {}, {}]});
    writeRun(join(save, "b"), {lines: [], more: {startedAt: "2026-01-01"}});
    await writeNotes(join(save, "a"), {tags: ["y", "x"], note: ""});
    const {result} = await listRuns(save, {where: " ", sort: "", limit: 9});
    expect(result.map(({name, tags}) => [name, tags])).toEqual([
      ["a", ["x", "y"]],
      ["b", []],
    ]);
    const [low, high] = result[0].test_interval95 ?? [];
    // Wilson's interval of 100 of 200: the middle is the share itself
    expect(low).toBeCloseTo(0.43136, 4);
    expect(high).toBeCloseTo(0.56864, 4);
    expect(result[1].test_interval95).toBeNull();
  });

  test.each([
    ["seed", ["b", "a", "c"]],
    ["seed:desc", ["c", "a", "b"]],
    ["parameters", ["a", "b", "c"]],
    ["parameters:asc", ["b", "a", "c"]],
  ])("is sorted by %s, runs without it last", async (sort, names) => {
    const save = temporaryFolder();
    const write = (name: string, seed: number, parameters?: number) =>
      writeRun(join(save, name), {more: {seed, model: {name: "cnn", ...(parameters ? {parameters} : {})}}});
    write("a", 2, 9);
    write("b", 1, 7);
    write("c", 3);
    const {result} = await listRuns(save, {where: "", sort, limit: 9});
    expect(result.map(({name}) => name)).toEqual(names);
  });
});

describe("a reader's row in the index", () => {
  const reader = (options: object, looks: readonly object[] = []) => {
    const save = temporaryFolder();
    const path = join(save, "qa", "r");
    mkdirSync(path, {recursive: true});
    writeFileSync(join(path, "qa.json"), JSON.stringify({format: "f", startedAt: "2026-01-01", options}));
    if (looks.length > 0)
      writeFileSync(join(path, "looks.jsonl"), looks.map((look) => `${JSON.stringify(look)}\n`).join("\n"));
    return {save, path};
  };
  const look = {step: 10, epoch: 2 - 1e-10, trainLoss: null, loss: 0.5, exactMatch: 0.25, f1: 0.75};

  test("has its last look", async () => {
    const {path, save} = reader({seed: 3, data: "/data/questions.json", from: "before"}, [{...look, step: 5}, look]);
    const {row, metrics} = await readerFacts(path);
    expect(row).toMatchObject({
      ...{name: "qa/r", kind: "qa", status: "interrupted", data: "questions.json", seed: 3, parent: "before"},
      ...{epochs: 2, test_loss: 0.5, test_accuracy: 0.25},
    });
    expect(metrics.filter(({epoch}) => epoch === 10).map(({name}) => name)).toEqual([
      "test_loss",
      "test_accuracy",
      "test_f1",
    ]);
    expect((await readersIn(save)).map(({name}) => name)).toEqual(["qa/r"]);
  });

  test("has null for what it has not looked at yet", async () => {
    const {path} = reader({seed: 3});
    expect((await readerFacts(path)).row).toMatchObject({
      ...{data: "made", parent: null, epochs: null, test_loss: null, test_accuracy: null},
    });
    writeFileSync(join(path, "looks.jsonl"), `${JSON.stringify(look)}\n{`);
    await expect(readerFacts(path)).rejects.toThrow(/looks\.jsonl: line 2: expected JSON/);
  });
});
