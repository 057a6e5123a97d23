/** @file The least and the greatest value that each flag takes: one beyond is refused before anything is read. */
import {readdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test, vi} from "vitest";

import type {Command} from "../../src/cli/command";
import {compareCommand} from "../../src/cli/compare";
import {demoCommand} from "../../src/cli/demo";
import {labelsCommand} from "../../src/cli/labels";
import {mapCommand} from "../../src/cli/map";
import {pageFlagsOf} from "../../src/cli/page-flags";
import {checkWorkers, queueOf} from "../../src/cli/queue-of";
import {handsOf} from "../../src/cli/run";
import {runsCommand} from "../../src/cli/runs";
import {STORE, storeOf} from "../../src/cli/store-of";
import {temporaryFolder} from "../support/idx-files";

const save = temporaryFolder();
const labels = {run: "gone", verb: "leaks", save};
const compare = {runs: ["gone", "gone"], save};
const demo = {data: join(save, "gone")};
const map = {file: join(save, "gone.csv"), save};

describe.each<[string, Command, object, string, readonly unknown[], readonly unknown[]]>([
  ["labels", labelsCommand, labels, "distance", [-1, 0, 10], [-2, 11, 0.5]],
  ["labels", labelsCommand, labels, "alike", [-1, 0, 1], [-1.1, 1.1]],
  ["labels", labelsCommand, labels, "embedding", [0, 0.5, "auto", "none"], [-0.1, 1]],
  ["labels", labelsCommand, labels, "evidence", [0, 3, "none"], [-1, 0.5]],
  ["labels", labelsCommand, labels, "drop", [0, 3, "none"], [-1, 0.5]],
  ["labels", labelsCommand, labels, "relabel", [0, 3, "none"], [-1, 0.5]],
  ["labels", labelsCommand, labels, "fail-over", [0, 3, "none"], [-1, 0.5]],
  ["labels", labelsCommand, labels, "fail-under", [0, 0.002, "none"], [-0.1]],
  ["labels", labelsCommand, labels, "split", ["train", "all"], ["half"]],
  ["compare", compareCommand, compare, "fail-under", [0, 0.002, "none"], [-0.1]],
  ["compare", compareCommand, {...compare, report: true}, "explain", [0, 3, "none"], [-1, 0.5]],
  ["compare", compareCommand, compare, "top", [1, "all"], [0, 1.5]],
  ["demo", demoCommand, demo, "image-size", [0, 10, 64], [1, 9, 65, -1, 10.5]],
  ["demo", demoCommand, {}, "data", [], [""]],
  ["map", mapCommand, map, "workers", ["auto"], ["4", "redis"]],
])("%s", (_, command, more, flag, taken, refused) => {
  const tried = (value: unknown) => command.handler({...more, [flag]: value});
  test.each(taken)(`takes --${flag} %s`, async (value) => {
    await expect(tried(value)).rejects.toThrow(/^(?!--).*gone/); // what it would then work on is not there
  });
  test.each(refused)(`refuses --${flag} %s`, async (value) => {
    await expect(tried(value)).rejects.toThrow(new RegExp(`^--${flag}: expected .*, got`));
  });
});

test.each([
  [{verb: "list", names: ["a"]}, "runs list: expected no run, got 1"],
  [{verb: "show", names: ["a", "b"]}, "runs show: expected one run, got 2"],
  [{verb: "export", names: ["a", "b"], to: "csv"}, "runs export: expected one run, got 2"],
  [{verb: "export", names: ["a"]}, /^--to: expected one of .*, got nothing$/],
  [{verb: "export", names: ["a"], to: "pdf"}, /^--to: expected one of .*, got "pdf"$/],
  [{verb: "export", names: ["gone"], to: "csv"}, /got "gone"/],
  [{verb: "remove", names: []}, "runs remove: expected a run, got none"],
  [{verb: "tag", names: []}, "runs: expected a run, then what to write, got nothing"],
  [{verb: "tag", names: ["gone", ""]}, 'runs tag: expected tags without spaces, got ""'],
  [{verb: "tag", names: ["gone", "a b"]}, 'runs tag: expected tags without spaces, got "a b"'],
  [{verb: "tag", names: ["gone", "ab"]}, /got "gone"/],
])("runs refuses %j", async (given, words) => {
  await expect(runsCommand.handler({save, ...given})).rejects.toThrow(words);
});

test.each([
  [{runs: ["one"]}, "compare: expected two runs or more, got 1"],
  [{runs: ["gone", "gone"], out: "a.txt"}, '--out: expected a file that ends in .html or .json, got "a.txt"'],
  [{runs: ["gone", "gone"], out: "a.json"}, /got "gone"/],
  [{runs: ["gone", "gone"], explain: 3}, /^--explain: expected --report too, .*, got none$/],
])("compare refuses %j", async (given, words) => {
  await expect(compareCommand.handler({save, ...given})).rejects.toThrow(words);
});

test("a port is a whole number of 16 bits, and without one any is free", () => {
  const port = (value?: unknown) => pageFlagsOf({port: value}).port;
  expect([port(), port(0), port("8080"), port(65535)]).toEqual([0, 0, 8080, 65535]);
  for (const value of [-1, 65536, 1.5, "x"]) expect(() => port(value)).toThrow(`got "${value}"`);
  expect(pageFlagsOf({})).toEqual({serve: false, port: 0, open: false, pageModel: false});
  const all = {serve: true, open: true, "page-model": true};
  expect(pageFlagsOf(all)).toEqual({serve: true, port: 0, open: true, pageModel: true});
});

test("workers are auto, a number of threads or a queue", () => {
  const taken = ["auto", "1", "999", "redis://h:6379", "rediss://h", "postgres://h", "postgresql://h/d"];
  expect(taken.map(checkWorkers)).toEqual(taken.map(() => undefined));
  const refused = ["", "0", "1000", "-1", "1.5", "many", "http://h", "redis:h"];
  for (const word of refused) expect(checkWorkers(word), word).toMatch(/^auto, a number from 1 to 999, or a queue/);
  const {check} = handsOf("").workers;
  expect([check?.(""), check?.("4")]).toEqual([undefined, undefined]); // by default this process trains
  expect(check?.("0")).toMatch(/^auto/);
});

test("a queue's password comes from the variable of its own kind, and each kind of task has its own queue", () => {
  vi.stubEnv("EPOCHSCOPE_REDIS", "of redis");
  vi.stubEnv("EPOCHSCOPE_POSTGRES", undefined);
  try {
    expect(queueOf("rediss://h", "train").password).toBe("of redis");
    expect(queueOf("postgres://h/d", "train").password).toBe("");
    vi.stubEnv("EPOCHSCOPE_POSTGRES", "of postgres");
    expect(queueOf("postgresql://h/d", "train").password).toBe("of postgres");
  } finally {
    vi.unstubAllEnvs();
  }
  const names = (["train", "explain"] as const).map((kind) => queueOf("redis://h", kind).name);
  expect(names[0]).toMatch(/^epochscope-train-[0-9a-f]{12}$/);
  expect(names[1]).toBe(names[0].replace("train", "explain"));
});

test("results are kept in a folder, or in a bucket", async () => {
  expect([STORE.check?.(""), STORE.check?.("s3://bucket/prefix")]).toEqual([undefined, undefined]);
  expect(STORE.check?.("bucket")).toBe("s3://bucket/prefix");
  const store = await storeOf("", join(save, "results"));
  const id = "4f".repeat(32);
  await store.keep(id, Uint8Array.of(7));
  expect(readdirSync(join(save, "results", "4f"))).toEqual([id]);
  expect(await store.read(id)).toEqual(Buffer.of(7));
});
