/** @file Ctrl-C, SIGTERM and a closed pipe: what the exit code tells, and that nothing is left half written. */
import type {ChildProcess} from "node:child_process";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {beforeAll, describe, expect, test} from "vitest";

import {command, finished, start} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";

const save = join(temporaryFolder(), "save");
const data = ["--data", idxFolder(), "--save", save];

/** All unfinished files below the folder of runs. */
const halves = () => readdirSync(save, {recursive: true, encoding: "utf8"}).filter((name) => name.includes(".partial"));

/** Runs a command, and sends it a signal once something is so. */
async function stopped(flags: readonly string[], signal: NodeJS.Signals, is: (said: string) => boolean) {
  const child = start([...flags, "--save", save]);
  let said = "";
  child.stdout?.on("data", (text) => (said += text));
  child.stderr?.on("data", (text) => (said += text));
  const end = finished(child);
  while (!is(said) && child.exitCode === null) await wait(20);
  child.kill(signal);
  return {...(await end), halves: halves()};
}

beforeAll(async () => {
  const {code} = await command([...data, "--epochs", "1", "--threads", "1", "--name", "a", "--quiet"]);
  expect(code).toBe(0);
});

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s", (signal, code) => {
  test("ends explain, and takes the folder away that it was filling", async () => {
    const flags = ["explain", "test:0", "test:1", "--model", "a", "--lime.samples", "3000", "--remove", "1"];
    const {halves: left, ...done} = await stopped(flags, signal, () => halves().length > 0);
    expect([done.code, done.stderr, left]).toEqual([code, "", []]);
  });

  test("ends a reader's prompt", async () => {
    const flags = ["qa", "ask", "--model", "test/fixtures/bert", "--text", "The ship was built in Lisbon."];
    const done = await stopped(flags, signal, (said) => said.includes("question>"));
    expect(done.code).toBe(code);
  });

  test("ends a sweep, whose run is kept and can be resumed", async () => {
    const name = `sweep-${signal}`;
    const flags = ["sweep", ...data.slice(0, 2), "--seeds", "2", "--epochs", "300", "--probes", "none", "--name", name];
    const done = await stopped(flags, signal, (said) => said.includes("epoch 2 "));
    const status = JSON.parse(readFileSync(join(save, `${name}-seed-0`, "status.json"), "utf8"));
    expect([done.code, status.status, done.halves]).toEqual([code, "interrupted", []]);
    expect(existsSync(join(save, `${name}-seed-1`))).toBe(false);
  });
});

test("whoever reads no longer ends a command with 141, and nothing is left half written", async () => {
  for (const flags of [
    ["explain", "test:0", "--model", "a", "--save", save],
    ["predict", "test/fixtures/images/rgb.png", "--model", "a", "--save", save, "--out", join(save, "p.csv")],
    ["runs", "list", "--save", save],
  ]) {
    const child: ChildProcess = start(flags);
    child.stdout?.destroy();
    const [code] = await new Promise<[number | null]>((done) => child.on("exit", (one) => done([one])));
    expect([flags[0], code, halves()]).toEqual([flags[0], 141, []]);
  }
});

test("several questions that are piped in are all answered", async () => {
  const child = start([
    "qa",
    "ask",
    "--model",
    "test/fixtures/bert",
    "--text",
    "The ship was built in Lisbon.",
    "--quiet",
  ]);
  child.stdin?.end("Where?\nWhen?\nWho?\n");
  const {code, stdout} = await finished(child);
  expect([code, stdout.match(/^ {2}…/gm)?.length]).toEqual([0, 3]);
});
