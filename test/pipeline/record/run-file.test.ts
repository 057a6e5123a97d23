/** @file The form of run.json, of lines of metrics, of digests and of locks, and the errors about other forms. */
import {cpus, hostname, totalmem} from "node:os";
import {expect, test, vi} from "vitest";

import {environment, programVersions} from "../../../src/pipeline/record/environment";
import {parseMetrics} from "../../../src/pipeline/record/metrics-file";
import {isLiving, isRunning, ownIdentity} from "../../../src/pipeline/record/process-identity";
import {checkRunFile, RUN_FORMAT, runFileText} from "../../../src/pipeline/record/run-file";
import {lockRun, SILENT_FOR} from "../../../src/pipeline/record/run-lock";
import {isDigest, sealed, unsealed} from "../../../src/pipeline/record/seal";
import {temporaryFolder} from "../../support/idx-files";

const data = {name: "photos", classNames: ["a"], imageShape: [8, 8, 1], train: 9, validation: 0, test: 2};
const facts = {
  ...{format: RUN_FORMAT, name: "r", startedAt: "2025-01-01T00:00:00Z", options: {testSeed: 1}, probes: {}},
  ...{engine: {name: "fused"}, model: {name: "cnn"}, versions: {}, data},
};

test("a run's file that has all it must have is taken as it is", () => {
  expect(checkRunFile(runFileText(facts), "run.json")).toEqual(facts);
  expect(checkRunFile(runFileText({...facts, format: "epochscope-run/1"}), "run.json").format).toBe("epochscope-run/1");
  expect(checkRunFile(runFileText({...facts, options: {}}), "run.json").options).toEqual({});
});

test.each([
  [{format: "epochscope-run/3"}, 'expected format epochscope-run/1 or epochscope-run/2, got "epochscope-run/3"'],
  [{name: 3}, "expected name to be a text, got 3"],
  [{startedAt: undefined}, "expected startedAt to be a text, got nothing"],
  [{options: null}, "expected options to be an object, got null"],
  [{options: []}, "expected options to be an object, got []"],
  [{probes: "x"}, 'expected probes to be an object, got "x"'],
  [{engine: {}}, "expected engine.name to be a text, got nothing"],
  [{data: {...data, classNames: "ab"}}, 'expected data.classNames to be a list of texts, got "ab"'],
  [{data: {...data, classNames: ["a", 1]}}, 'expected data.classNames to be a list of texts, got ["a",1]'],
  [{data: {...data, imageShape: [8, 8]}}, "expected data.imageShape to be three whole numbers, got [8,8]"],
  [{data: {...data, imageShape: [8, 8, -1]}}, "expected data.imageShape to be three whole numbers, got [8,8,-1]"],
  [{data: {...data, imageShape: 192}}, "expected data.imageShape to be three whole numbers, got 192"],
  [{data: {...data, train: -1}}, "expected data.train to be a whole number, got -1"],
  [{data: {...data, test: 0.5}}, "expected data.test to be a whole number, got 0.5"],
  [{data: {...data, validation: "1"}}, 'expected data.validation to be a whole number, got "1"'],
])("a run's file with %j is refused", (more, words) => {
  expect(() => checkRunFile(runFileText({...facts, ...more}), "run.json")).toThrow(`run.json: ${words}`);
});

test.each([
  [null, "expected a JSON object, got null"],
  [7, "expected a JSON object, got 7"],
  [[1], "expected a JSON object, got a list"],
  [{a: 1, sha255: "0".repeat(64)}, 'expected a SHA-256 under "sha256", got one under "sha255"'],
  [{a: 1, sha256: "0".repeat(64)}, "expected the content that was written"],
])("a sealed value that says %j is refused", (value, words) => {
  expect(() => unsealed(value, "x.json")).toThrow(`x.json: ${words}`);
});

test("a digest is of all members but those that may change, and is 64 digits", () => {
  const {sha256} = sealed({a: 1, time: 2}, ["time"]);
  expect(unsealed({a: 1, time: 3, sha256}, "x", ["time"])).toEqual({a: 1, time: 3});
  expect(() => unsealed({a: 2, time: 2, sha256}, "x", ["time"])).toThrow("expected the content that was written");
  expect(unsealed({a: 1}, "x")).toEqual({a: 1});
  expect(unsealed({}, "x")).toEqual({});
  expect([sha256, sha256.slice(1), `${sha256}0`, 7, sha256.replace(/^./, "g")].map(isDigest)).toEqual([
    ...[true, false, false, false, false],
  ]);
});

test.each([
  [{epoch: -1}, "expected epoch to be a whole number, got -1"],
  [{epoch: 0.5}, "expected epoch to be a whole number, got 0.5"],
  [{epoch: "1"}, 'expected epoch to be a whole number, got "1"'],
  [{trainLoss: "low"}, 'expected trainLoss to be a number, got "low"'],
  [{testAccuracy: [1]}, "expected testAccuracy to be a number, got [1]"],
  [{steps: {}}, "expected steps to be a list, got object"],
  [{seconds: null}, "expected seconds to be numbers, got null"],
  [{seconds: 3}, "expected seconds to be numbers, got 3"],
  [{seconds: {train: "1"}}, 'expected seconds to be numbers, got {"train":"1"}'],
])("a line of metrics with %j is refused by its number", (more, words) => {
  const text = [{epoch: 0}, {epoch: 1, ...more}].map((line) => `${JSON.stringify(line)}\n`).join("");
  expect(() => parseMetrics(text, "m.jsonl")).toThrow(`m.jsonl, line 2: ${words}`);
});

test("lines of metrics are in the order of their epochs, and the last whole one of each counts", () => {
  const line = (epoch: number, more: object = {}) => `${JSON.stringify({epoch, ...more})}\n`;
  const text = `${line(2, {trainLoss: null})}\n${line(0, {seconds: {}, steps: []})}${line(2, {testLoss: 1})}${line(1)}{"epoch": 3`;
  expect(parseMetrics(text, "m.jsonl")).toEqual([
    {epoch: 0, seconds: {}, steps: []},
    {epoch: 1},
    {epoch: 2, testLoss: 1},
  ]);
});

test("the environment names this machine and these versions", () => {
  const {processor, versions} = environment();
  expect(processor).toEqual({
    ...{name: cpus()[0]?.model.trim() ?? "unknown", cores: cpus().length},
    ...{memoryGiB: Math.round(totalmem() / 2 ** 30), platform: `${process.platform} ${process.arch}`},
  });
  expect(versions).toEqual({epochscope: programVersions().program, node: process.versions.node});
});

test.each([
  ["this one", {}, true],
  ["one whose start is not known", {start: ""}, true],
  ["one that began at another time", {start: "1"}, false],
  ["one of before the machine started", {boot: "before"}, false],
  ["one of another machine", {host: `not-${hostname()}`}, "elsewhere"],
  ["one of another machine, started at another time", {host: `not-${hostname()}`, boot: "before"}, "elsewhere"],
  ["one of another numbering of processes", {numbers: "pid:[1]"}, "elsewhere"],
])("whether a process lives: %s", (_, more, expected) => {
  expect(isLiving({...ownIdentity(), ...more})).toBe(expected);
});

test("a process that runs is told from one that never did", () => {
  expect([isRunning(process.pid), isRunning(2 ** 22 + 1)]).toEqual([true, false]); // the most of Linux is 2 ** 22
  expect(ownIdentity()).toMatchObject({pid: process.pid, host: hostname()});
});

test("a lock gives ten signs of life in the time after which it would count as silent", async () => {
  const signs = vi.spyOn(globalThis, "setInterval");
  const locks = [await lockRun(temporaryFolder(), {silent: 60_000}), await lockRun(temporaryFolder())];
  expect(signs.mock.calls.map(([, every]) => every)).toEqual([6000, SILENT_FOR / 10]);
  for (const lock of locks) await lock.release();
  signs.mockRestore();
});
