import {readdirSync, readFileSync, rmSync, statSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {afterAll, describe, expect, test} from "vitest";

import {tableOf} from "../../../src/cli/sweep-outcome";
import {seedsOf, sweepGrid} from "../../../src/pipeline/sweep";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";

describe("the runs of a sweep", () => {
  test("are every combination of the values, with every seed", () => {
    expect(sweepGrid("s", ["learning-rate=0.1,0.2", "model=cnn"], [0, 4])).toEqual([
      {name: "s-learning-rate-0.1-model-cnn-seed-0", seed: 0, values: {"learning-rate": "0.1", model: "cnn"}},
      {name: "s-learning-rate-0.1-model-cnn-seed-4", seed: 4, values: {"learning-rate": "0.1", model: "cnn"}},
      {name: "s-learning-rate-0.2-model-cnn-seed-0", seed: 0, values: {"learning-rate": "0.2", model: "cnn"}},
      {name: "s-learning-rate-0.2-model-cnn-seed-4", seed: 4, values: {"learning-rate": "0.2", model: "cnn"}},
    ]);
    expect(sweepGrid("s", [], [7])).toEqual([{name: "s-seed-7", seed: 7, values: {}}]);
  });

  test("have a name each, whatever the values", () => {
    const values = fc.uniqueArray(fc.integer({min: 1, max: 1000}), {minLength: 1, maxLength: 4});
    fc.assert(
      fc.property(values, values, (a, b) => {
        const runs = sweepGrid("s", [`batch-size=${a}`, `epochs=${b}`], [0, 1]);
        expect(new Set(runs.map(({name}) => name)).size).toBe(2 * a.length * b.length);
      }),
    );
  });

  test("take a count of seeds, or the seeds themselves", () => {
    expect(seedsOf("3")).toEqual([0, 1, 2]);
    expect(seedsOf("5,0")).toEqual([5, 0]);
  });

  test.each(["", "0", "-1", "1.5", "a", "1,1", "1,", "1001"])("cannot have the seeds %j", (text) => {
    expect(() => seedsOf(text)).toThrow(`--seeds: expected how many (5) or which (0,3,7), got "${text}"`);
  });

  test.each([
    [["learning-rate"], "expected a flag and its values"],
    [["learning-rate=0.1,"], "expected a flag and its values"],
    [["epochs=1,1"], "expected each value once"],
    [["epochs=1", "epochs=2"], "expected it once, got it twice"],
    [["seed=1"], "--seeds gives seeds"],
    [[`epochs=${Array.from({length: 600}, (_, i) => i)}`], "expected at most 1000 runs, got 1200"],
  ])("cannot go over %j", (over, message) => {
    expect(() => sweepGrid("s", over, [0, 1])).toThrow(message);
  });
});

test("a setting's gain is reported with what chance alone would do", () => {
  const setting = (rate: string, accuracies: number[], more = {}) => ({
    values: {"learning-rate": rate},
    runs: accuracies.map((_, i) => `${i}`),
    accuracies,
    mean: accuracies.reduce((a, b) => a + b) / accuracies.length,
    deviation: 0.01,
    ...more,
  });
  const lines = tableOf({
    settings: [
      setting("1", [0.5, 0.6]),
      setting("2", [0.7, 0.8], {difference: 0.2, interval95: [0.1, 0.3]}),
      setting("3", [0.6], {difference: 0.05, interval95: null}),
      setting("4", [0.3, 0.4], {difference: -0.2, interval95: [-0.3, -0.1]}),
      setting("5", [0.5, 0.7], {difference: 0.05, interval95: [-0.1, 0.2]}),
    ],
  });
  expect(lines.trim().split("\n")).toEqual([
    "learning-rate 1: test accuracy 55.00 % ± 1.00 over 2 seeds",
    "learning-rate 2: test accuracy 75.00 % ± 1.00 over 2 seeds  +20.00 points, beyond seed noise (95 %: +10.00 to +30.00)",
    "learning-rate 3: test accuracy 60.00 % ± 1.00 over 1 seed  +5.00 points, too few seeds to tell gain from chance",
    "learning-rate 4: test accuracy 35.00 % ± 1.00 over 2 seeds  −20.00 points, beyond seed noise (95 %: −30.00 to −10.00)",
    "learning-rate 5: test accuracy 60.00 % ± 1.00 over 2 seeds  +5.00 points, within seed noise (95 %: −10.00 to +20.00)",
  ]);
});

describe("the command", () => {
  const save = join(temporaryFolder(), "save");
  afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
  const small = ["--train-limit", "240", "--test-limit", "60", "--projector", "0", "--save", save];
  const sweep = (...flags: string[]) => command(["sweep", ...small, ...flags]);

  test("trains what is not there, skips what is, and refuses another sweep's runs", async () => {
    const flags = ["--epochs", "1", "--seeds", "2", "--over", "batch-size=16,32", "--json"];
    const {code, stdout} = await sweep(...flags);
    expect(code).toBe(0);
    const told = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: short
    const events = told(stdout);
    expect(events[0].schema).toBe("epochscope/events/1");
    expect(events.filter(({type}) => type === "start").map(({run}) => run)).toHaveLength(4);
    const {type, settings} = events.at(-1);
    expect(type).toBe("outcome");
    expect(settings.map(({values}: {values: object}) => values)).toEqual([{"batch-size": "16"}, {"batch-size": "32"}]);
    const runs = readdirSync(save).filter((name) => name.startsWith("sweep-"));
    expect(runs.sort()).toEqual(settings.flatMap((setting: {runs: string[]}) => setting.runs).sort());
    const facts = runs.map((name) => JSON.parse(readFileSync(join(save, name, "run.json"), "utf8")).options);
    expect(facts.map(({batchSize, seed}) => [batchSize, seed])).toEqual([
      [16, 0],
      [16, 1],
      [32, 0],
      [32, 1],
    ]);
    const written = () => runs.map((name) => statSync(join(save, name, "metrics.jsonl")).mtimeMs);
    const before = written();
    const again = await sweep(...flags);
    expect(again.code).toBe(0);
    expect(told(again.stdout)).toEqual([expect.objectContaining({type: "outcome", settings})]); // nothing was run
    expect(written()).toEqual(before);
    const other = await sweep("--epochs", "1", "--seeds", "1", "--over", "batch-size=16", "--optimizer", "sgd");
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(
      "expected a run with --optimizer sgd, got one with adam; give the sweep another --name",
    );
  });

  test("continues after a run in which a probe failed, says at its end which, and does so again when nothing is missing", async () => {
    const flags = ["--epochs", "1", "--seeds", "2", "--name", "fails", "--probes", "confusion,projection"];
    const over = ["--over", "projection.layer=nowhere"];
    const names = [0, 1].map((seed) => `fails-projection.layer-nowhere-seed-${seed}`).join(", ");
    const told = `error: sweep: expected runs without failures, got failures in ${names}; their accuracies count\n`;
    const first = await sweep(...flags, ...over);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/projection\.layer nowhere: test accuracy .* over 2 seeds/);
    expect(first.stderr.slice(-told.length)).toBe(told);
    const again = await sweep(...flags, ...over);
    expect([again.code, again.stderr.match(/is there already/g)?.length]).toEqual([1, 2]);
    expect(again.stderr.slice(-told.length)).toBe(told);
  });

  test.each([
    [["--over", "nothing=1"], '--over: expected a flag of `run`, got "nothing"'],
    [["--over", "epochs=a"], '--over epochs: expected a number, got "a"'],
    [["--over", "epochs=-1"], "--epochs: expected a whole number, 0 or more, got -1"],
  ])("refuses %j before anything is trained", async (flags, message) => {
    const {code, stderr} = await sweep("--seeds", "1", ...flags);
    expect([code, stderr.trim()]).toEqual([2, `error: ${message}`]);
  });
});
