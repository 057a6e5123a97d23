import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {type ConfigQuestion, configured, ownSettings} from "../../src/cli/config";
import type {Flag} from "../../src/cli/declared";
import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";

const flag = (name: string): Flag => ({name, help: "", initial: "", group: "", choices: [], isBoolean: false});
const flags = ["save", "threads", "epochs", "lime.samples", "probes"].map(flag);
const folder = temporaryFolder();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function ask(config: string, {given = {}, ...more}: Partial<ConfigQuestion> = {}) {
  const commands = ["run", "report", "resume"];
  return configured({name: "run", words: [], flags, commands, env: {}, ...more, given: {config, ...given}});
}

const OWN = file(
  "own.ts",
  `const own: object = {save: "runs", run: {epochs: 3, probes: ["lime", "confusion"], lime: {samples: "50"}}}; export default own;`,
);

test("a file sets flags for all commands, and for one by its name", async () => {
  const set = {save: "runs", epochs: 3, "lime.samples": "50", probes: "lime,confusion"};
  expect(await ask(OWN)).toEqual({config: OWN, ...set});
  expect(await ask(OWN, {name: "report"})).toEqual({config: OWN, save: "runs"});
});

test("what is typed stands over the environment, and that over the file", async () => {
  const env = {EPOCHSCOPE_SAVE: "elsewhere", EPOCHSCOPE_THREADS: "2"};
  expect(await ask(OWN, {env})).toMatchObject({save: "elsewhere", threads: 2, epochs: 3});
  const typed = {given: {save: "here", epochs: 9}, words: ["--save", "here", "--epochs=9"]};
  expect(await ask(OWN, {env, ...typed})).toMatchObject({save: "here", epochs: 9, threads: 2});
});

test("of the environment only the threads are a number, and what is empty does not count", async () => {
  const set = async (env: NodeJS.ProcessEnv) => {
    const {save, threads} = await ask(OWN, {env});
    return [save, threads];
  };
  expect(await set({EPOCHSCOPE_SAVE: "2026", EPOCHSCOPE_THREADS: "4"})).toEqual(["2026", 4]);
  expect(await set({EPOCHSCOPE_SAVE: "", EPOCHSCOPE_THREADS: "many"})).toEqual(["runs", "many"]);
});

test("a file may set what is shared, and a command without a part of its own takes just that", async () => {
  const shared = file("shared.json", '{"save": "runs", "quiet": true, "models": {}, "report": {"save": "other"}}');
  expect(await ask(shared, {flags: [...flags, flag("quiet")]})).toEqual({config: shared, save: "runs", quiet: true});
  expect(await ask(shared, {name: "report"})).toEqual({config: shared, save: "other"});
  const typed = {flags: [...flags, flag("quiet")], given: {quiet: false}, words: ["-q"]};
  expect(await ask(shared, typed)).toMatchObject({quiet: false}); // its short name is typed, too
});

test("one's own networks and probes are read from the file that is named, in either way to name it", async () => {
  const own = file("nets.js", "module.exports = {models: {a: 1}, probes: [2]};");
  const expected = {file: own, models: {a: 1}, probes: [2]};
  expect(await ownSettings(["--config", own, "run"])).toEqual(expected);
  expect(await ownSettings(["run", `--config=${own}`])).toEqual(expected);
  expect(await ownSettings(["run", "--config", own, "--no-config"])).toBeUndefined();
  await expect(ownSettings(["--config=gone.ts"])).rejects.toThrow("--config: expected a file, got nothing at gone.ts");
});

test("a run that continues takes nothing of it, and --no-config reads no file", async () => {
  const env = {EPOCHSCOPE_SAVE: "elsewhere"};
  expect(await ask(OWN, {name: "resume", env})).toEqual({config: OWN});
  expect(await ask(OWN, {given: {"no-config": true}})).toEqual({config: OWN, "no-config": true});
});

test.each([
  ["mjs", "export default {run: {epochs: 2}}"],
  ["js", "module.exports = {run: {epochs: 2}}"],
  ["json", '{"run": {"epochs": 2}}'],
])("it may end in .%s", async (ending, text) => {
  expect(await ask(file(`c.${ending}`, text))).toMatchObject({epochs: 2});
});

test.each([
  ["a.json", '{"run": {"epoch": 2}}', 'a.json: expected a flag of run, got "run.epoch"'],
  ["b.json", '{"batchSize": 2}', "b.json: expected one of save, data, threads,"],
  ["c.json", "[1]", "c.json: expected an object of settings, got [1]"],
  ["d.json", "null", "d.json: expected an object of settings, got null"],
  ["e.json", "3", "e.json: expected an object of settings, got 3"],
  ["f.json", '{"run": [1]}', 'f.json: expected flags by name under "run", got [1]'],
  ["g.json", '{"run": 3}', 'g.json: expected flags by name under "run", got 3'],
  ["h.js", "module.exports = () => {}", "h.js: expected an object of settings, got nothing"],
])("a mistake in it is told with its name: %s", async (name, text, words) => {
  await expect(ask(file(name, text))).rejects.toThrow(words);
});

test("the command line reads the one in the working folder, never one above", async () => {
  const work = temporaryFolder();
  writeFileSync(join(work, "epochscope.config.json"), '{"save": "nowhere-there"}');
  expect((await command(["report"], [], {}, work)).stderr).toContain("expected the name of one in nowhere-there");
  expect((await command(["report", "--no-config"], [], {}, work)).stderr).toContain("expected the name of one in save");
  expect((await command(["report", "--config", "gone.ts"], [], {}, work)).stderr).toBe(
    "error: --config: expected a file, got nothing at gone.ts\n",
  );
});

/** A config file with a network and a probe of one's own. */
const WITH_OWN = `
const tiny = ([height, width, channels], classes, seed, tf) => tf.sequential({layers: [
  tf.layers.flatten({inputShape: [height, width, channels]}),
  tf.layers.dense({units: classes, name: "logits", kernelInitializer: tf.initializers.glorotUniform({seed})}),
  tf.layers.softmax({name: "probabilities"}),
]});
const rows = {name: "rows", help: "how many test images there are", options: {least: {default: 3, help: "at least"}},
  async *run({test, say}, {least}) { say(test.count + " images, at least " + least); }};
module.exports = {models: {tiny}, probes: [rows]};
`;

test("networks and probes of one's own are known by their names: to run, to resume and to --help", async () => {
  const work = temporaryFolder();
  writeFileSync(join(work, "epochscope.config.js"), WITH_OWN);
  const data = ["--data", idxFolder(), "--projector", "0"];
  const run = ["--model", "tiny", "--probes", "rows", "--rows.least", "4", "--epochs", "1", "--name", "own"];
  const {code, stdout, stderr} = await command(["run", ...data, ...run], [], {}, work);
  expect(stderr).toContain("rows: 60 images, at least 4");
  expect(stdout).toContain("model   tiny: 1,450 weights"); // 144 pixels and 1, by 10
  expect(code).toBe(0);
  const {model, options, probes} = JSON.parse(readFileSync(join(work, "save/own/run.json"), "utf8"));
  expect([model.name, options.model, probes]).toEqual(["tiny", "tiny", {rows: {least: 4}}]);
  expect((await command(["resume", "own"], [], {}, work)).code).toBe(0);
  expect((await command(["resume", "own", "--no-config"], [], {}, work)).stderr).toMatch(
    /^error: .*run\.json: --(model|probes): expected .*, got "(tiny|rows)"\n$/,
  );
  expect((await command(["run", "--help", "rows"], [], {}, work)).stdout).toContain("--rows.least");
}, 90_000);

test.each([
  ["{models: [1]}", "models: expected functions by their names, got [1]"],
  ["{models: {tiny: 3}}", "models.tiny: expected a function (imageShape, classes, seed) => tf.LayersModel, got 3"],
  ["{models: {cnn() {}}}", 'models: expected a name that is not taken, got "cnn"'],
  ["{models: {'a b'() {}}}", 'models: expected a name of small letters, digits and "-", got "a b"'],
  ["{probes: {}}", "probes: expected a list of probes, got {}"],
  ["{probes: [{name: 'mine'}]}", 'probes[0]: expected a probe with "help" (a string), got nothing'],
  ["{probes: [null]}", 'probes[0]: expected a probe with "name" (a string), got nothing'],
  [
    "{probes: [{name: 'lime', help: '', options: {}, run() {}}]}",
    'probes[0]: expected a name that is not taken, got "lime"',
  ],
])("a wrong network or probe is reported in one line: %s", async (config, words) => {
  const work = temporaryFolder();
  writeFileSync(join(work, "epochscope.config.js"), `module.exports = ${config};`);
  const {code, stderr} = await command(["run", "--epochs", "1"], [], {}, work);
  expect([code, stderr]).toEqual([1, `error: epochscope.config.js: ${words}\n`]);
});
