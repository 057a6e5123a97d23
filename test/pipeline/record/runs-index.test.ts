import {type ChildProcess, spawn} from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import {join} from "node:path";
import {beforeEach, describe, expect, test} from "vitest";

import {inverseInterval} from "../../../src/numbers/intervals";
import {askIndex} from "../../../src/pipeline/record/registry/index-file";
import {listRuns} from "../../../src/pipeline/record/registry/list-runs";
import {parseWhere} from "../../../src/pipeline/record/registry/where";
import {runFileText} from "../../../src/pipeline/record/run-file";
import {writeNotes} from "../../../src/pipeline/record/run-notes";
import {sealed} from "../../../src/pipeline/record/seal";
import {temporaryFolder} from "../../support/idx-files";

const ALL = {where: "", sort: "", limit: 100};
let save: string;

/** Writes a run's folder as far as the index looks at it; its files are old. */
function writeRun(name: string, accuracies: readonly number[], {seed = 0, model = "cnn", rate = 0.004} = {}): string {
  const path = join(save, name);
  mkdirSync(path, {recursive: true});
  const facts = {
    ...{format: "epochscope-run/2", name, startedAt: `2026-11-${10 + seed}T00:00:00.000Z`, seed},
    options: {epochs: accuracies.length, learningRate: rate, pageModel: false, from: ""},
    ...{probes: {lime: {samples: 500}}, engine: {name: "fused"}, model: {name: model, parameters: 12}, versions: {}},
    data: {name: "mnist", digest: "d", classNames: ["0"], imageShape: [1, 1, 1], train: 9, validation: 1, test: 1000},
  };
  writeFileSync(join(path, "run.json"), runFileText(facts));
  const lines = accuracies.map((testAccuracy, epoch) => ({
    ...{
      epoch,
      trainLoss: null,
      trainAccuracy: null,
      validationLoss: 1 - testAccuracy,
      validationAccuracy: testAccuracy,
    },
    ...{testLoss: 1 - testAccuracy, testAccuracy, seconds: {train: 1, evaluate: 0.5, probes: 0.25}, steps: []},
  }));
  const text = lines.map((line) => `${JSON.stringify(sealed(line, ["seconds"]))}\n`).join("");
  writeFileSync(join(path, "metrics.jsonl"), text);
  const status = {status: "done", epoch: accuracies.length - 1, updatedAt: facts.startedAt, endedAt: facts.startedAt};
  writeFileSync(join(path, "status.json"), JSON.stringify(status));
  aged(path);
  return path;
}

function aged(path: string): void {
  for (const file of readdirSync(path)) utimesSync(join(path, file), new Date(2026, 1), new Date(2026, 1));
}

const names = async (choices: object = {}) => (await listRuns(save, {...ALL, ...choices})).result.map(({name}) => name);

beforeEach(() => {
  save = join(temporaryFolder(), "save");
  writeRun("good", [0.1, 0.95, 0.99], {seed: 1});
  writeRun("bad", [0.1, 0.6, 0.5], {seed: 2, model: "mlp", rate: 0.1});
  writeRun("it's", [0.1, 0.97], {seed: 3});
});

describe("the index of runs", () => {
  test("has each run's best epoch, its options, metrics by epoch, and the newest run first", async () => {
    const {result, notes} = await listRuns(save, ALL);
    expect(notes).toEqual([]);
    expect(result.map(({name}) => name)).toEqual(["it's", "bad", "good"]);
    expect(result[1]).toMatchObject({
      ...{status: "done", model: "mlp", seed: 2, epochs: 2, best_epoch: 1, test_accuracy: 0.6, validation_loss: 0.4},
      ...{seconds: 3 * 1.75, parameters: 12, data: "mnist", tags: [], parent: null},
    });
    const {result: rows} = await askIndex(save, (database) => ({
      options: database.all("SELECT name, value FROM options WHERE run = 'bad' ORDER BY name"),
      metrics: database.all("SELECT epoch, value FROM metrics WHERE run = 'good' AND name = 'test_accuracy'"),
      efficacy: database.get("SELECT * FROM model_efficacy WHERE run = 'good' ORDER BY id DESC LIMIT 1"),
      indices: database.get("SELECT seq_num, seq_ids FROM sample_indices LIMIT 1"),
    }));
    expect(rows.options).toEqual([
      {name: "epochs", value: 3},
      {name: "from", value: ""},
      {name: "learningRate", value: 0.1},
      {name: "lime.samples", value: 500},
      {name: "pageModel", value: "false"},
    ]);
    expect(rows.metrics).toEqual([
      {epoch: 0, value: 0.1},
      {epoch: 1, value: 0.95},
      {epoch: 2, value: 0.99},
    ]);
    expect(rows.efficacy).toMatchObject({
      model_type_state: "cnn-mnist-2",
      correct_num: 990,
      sample_num: 1000,
      sample_seq: 1,
    });
    expect(rows.indices).toEqual({seq_num: 1, seq_ids: "0-999"});
  });

  test("follows the folders: a run more, one gone, one changed, one renamed; and is not written where nothing changed", async () => {
    await names();
    const file = join(save, "runs.db");
    await new Promise((done) => setTimeout(done, 150)); // files this young may change again and keep their time
    await names();
    const before = readFileSync(file);
    utimesSync(file, new Date(2026, 2), new Date(2026, 2));
    await names();
    expect(readFileSync(file).equals(before)).toBe(true);
    writeRun("new", [0.2], {seed: 9});
    rmSync(join(save, "bad"), {recursive: true});
    cpSync(join(save, "good"), join(save, "copy"), {recursive: true});
    await writeNotes(join(save, "it's"), {tags: ["b", "a"], note: "kept"});
    const {result} = await listRuns(save, ALL);
    expect(result.map(({name}) => name)).toEqual(["new", "it's", "copy", "good"]);
    expect(result[1]).toMatchObject({tags: ["a", "b"], note: "kept"});
    expect(readdirSync(save).filter((name) => name.startsWith("runs.db"))).toEqual(["runs.db"]);
  });

  test.each([
    ["deleted", (file: string) => rmSync(file)],
    ["empty", (file: string) => truncateSync(file, 0)],
    ["cut off", (file: string) => truncateSync(file, 9000)],
    ["no database", (file: string) => writeFileSync(file, "x".repeat(10_000))],
    ["damaged in the middle", (file: string) => writeFileSync(file, readFileSync(file).fill(7, 5000, 30_000))],
  ])("is made anew where it is %s", async (_, damage) => {
    const before = await listRuns(save, ALL);
    damage(join(save, "runs.db"));
    expect(await listRuns(save, ALL)).toEqual(before);
    expect(existsSync(join(save, "runs.db"))).toBe(true);
  });

  test("leaves out a run that cannot be read, and says so; the others are there", async () => {
    writeFileSync(join(save, "bad", "metrics.jsonl"), '{"epoch": "x"}\n');
    const {result, notes} = await listRuns(save, ALL);
    expect(result.map(({name}) => name)).toEqual(["it's", "good"]);
    expect(notes).toEqual([
      expect.stringMatching(/^left out: .*bad\/metrics\.jsonl, line 1: expected epoch to be a whole number/),
    ]);
  });

  test("a folder that is not there is refused; an empty one has no runs", async () => {
    await expect(listRuns(join(save, "none"), ALL)).rejects.toThrow(
      /^--save: expected a folder of runs, got nothing at/,
    );
    mkdirSync(join(save, "empty"));
    expect((await listRuns(join(save, "empty"), ALL)).result).toEqual([]);
  });
});

const PROGRAM = `
require("ts-node/register/transpile-only");
const {listRuns} = require("./src/pipeline/record/registry/list-runs.ts");
(async () => {
  for (let i = 0; i < Number(process.argv[2]); i++) {
    const {result} = await listRuns(process.argv[1], {where: "", sort: "", limit: 100});
    if (i === 0) console.log("begun");
    if (result.length !== 3) throw new Error("got " + result.length);
  }
})();
`;

function listing(times: number): ChildProcess {
  return spawn(process.execPath, ["-e", PROGRAM, save, `${times}`], {
    cwd: join(__dirname, "../../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.on("close", done));

describe("several processes", () => {
  test("at once all see all runs, while the index is taken away again and again", async () => {
    const children = [listing(20), listing(20)];
    let isOver = false;
    const codes = Promise.all(children.map(ended)).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      rmSync(join(save, "runs.db"), {force: true});
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(await codes).toEqual([0, 0]);
    expect(await names()).toHaveLength(3);
  }, 60_000);

  test("killed in the middle, one leaves the index as it was, nothing locked, and what it leaves is swept", async () => {
    const before = (await listRuns(save, ALL)).result;
    for (let n = 0; n < 3; n++) {
      const child = listing(1e9);
      const over = ended(child);
      await new Promise((done) => child.stdout?.once("data", done));
      await new Promise((done) => setTimeout(done, 7 * n));
      child.kill("SIGKILL");
      await over;
      expect((await listRuns(save, ALL)).result).toEqual(before);
    }
    // the folder of a killed process may be young, and another machine's: it goes when it is old
    for (const name of readdirSync(save).filter((one) => one.endsWith(".partial"))) {
      utimesSync(join(save, name), new Date(2026, 1), new Date(2026, 1));
    }
    await names();
    expect(readdirSync(save).sort()).toEqual(["bad", "good", "it's", "runs.db"]);
  }, 60_000);
});

describe("--where", () => {
  test.each([
    ["test_accuracy > 0.96", ["it's", "good"]],
    ["test_accuracy>=0.99", ["good"]],
    ["model = mlp", ["bad"]],
    ["model != mlp and seed < 3", ["good"]],
    ["model = 'mlp' or seed = 1", ["bad", "good"]],
    ["not (model = mlp or seed = 1)", ["it's"]],
    ["seed = 1 or seed = 2 and model = cnn", ["good"]], // and binds closer
    ["name = 'it''s'", ["it's"]],
    ['name = "it\'s"', ["it's"]],
    ["name like 'g%'", ["good"]],
    ["options.learning-rate > 0.01", ["bad"]],
    ["option.learningRate = 0.004", ["it's", "good"]],
    ["options.lime.samples = 500", ["it's", "bad", "good"]],
    ["options.pageModel = true", []],
    ["parent is null and note is not null", ["it's", "bad", "good"]],
    ["tag = kept", ["good"]],
    ["not tag = kept", ["it's", "bad"]],
  ])("%s", async (where, expected) => {
    await writeNotes(join(save, "good"), {tags: ["kept"], note: ""});
    expect(await names({where})).toEqual(expected);
  });

  test.each([
    "name = 'x'; DROP TABLE runs",
    "name = 'x' --",
    "1 = 1",
    "name = (SELECT name FROM runs)",
    "options.x') OR 1=1 = 'y'",
    'name = "x" UNION SELECT * FROM runs',
  ])("what is no condition is refused, and nothing of it comes to the database: %s", async (where) => {
    await expect(names({where})).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringMatching(/^--where: expected /),
    });
    expect(await names()).toHaveLength(3);
  });

  test("values are bound, whatever stands in them: no text that was typed comes into SQL", async () => {
    const typed = "x' OR '1'='1";
    expect(parseWhere(`name = "${typed}" or options.learning-rate = 1`)).toEqual({
      sql: "(runs.name = ? OR (SELECT value FROM options WHERE options.run = runs.name AND options.name = ?) = ?)",
      values: [typed, "learningRate", 1],
    });
    expect(await names({where: `name = "${typed}"`})).toEqual([]);
    expect(await names({where: "options.x;DROP = 1"})).toEqual([]);
    expect(await names()).toHaveLength(3);
  });

  test("names the column that was meant", async () => {
    await expect(names({where: "test_acuracy > 1"})).rejects.toThrow('got "test_acuracy"; did you mean test_accuracy?');
    await expect(names({sort: "nme"})).rejects.toThrow(
      '--sort: expected a column of runs, got "nme"; did you mean name?',
    );
    await expect(names({where: "seed >"})).rejects.toThrow('--where: expected a value, got its end in "seed >"');
    await expect(names({where: "seed ~ 1"})).rejects.toThrow(
      "--where: expected one of = == != <> < <= > >= like is, got ~",
    );
  });
});

test("--sort gives the best first, or the way that is said; --limit so many", async () => {
  expect(await names({sort: "test_accuracy"})).toEqual(["good", "it's", "bad"]);
  expect(await names({sort: "test_accuracy:asc"})).toEqual(["bad", "it's", "good"]);
  expect(await names({sort: "validation_loss"})).toEqual(["good", "it's", "bad"]);
  expect(await names({sort: "name:desc", limit: 2})).toEqual(["it's", "good"]);
});

test("the exact interval of a share by inverse sampling is that of the negative binomial", () => {
  // 19 of 501: 2.3 to 5.6 %; scipy.stats.beta.ppf(0.025, 19, 483), ppf(0.975, 19, 482)
  const [low, high] = inverseInterval(19, 501);
  expect(low).toBeCloseTo(0.022984493402593672, 12);
  expect(high).toBeCloseTo(0.05630017620179107, 12);
  expect(inverseInterval(0, 9)).toEqual([0, 1]);
  expect(inverseInterval(5, 5)[1]).toBe(1);
});
