import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {type ConfigQuestion, configured} from "../src/cli/config";
import type {Flag} from "../src/cli/declared";
import {command} from "./support/command";
import {temporaryFolder} from "./support/idx-files";

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

test("a run that goes on takes nothing of it, and --no-config reads no file", async () => {
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
