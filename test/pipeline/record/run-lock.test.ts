import {spawn, spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {guarded} from "../../../src/pipeline/record/guarded-directory";
import {isLiving, ownIdentity} from "../../../src/pipeline/record/process-identity";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {lockRun, SILENT_FOR} from "../../../src/pipeline/record/run-lock";
import {temporaryFolder} from "../../support/idx-files";

/** The number of a process that has ended. */
const DEAD = spawnSync(process.execPath, ["-e", "process.stdout.write(String(process.pid))"]).stdout.toString();

function otherLock(folder: string, holder: object, name = "running-1.lock"): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({...ownIdentity(), since: "2026-01-01T00:00:00.000Z", ...holder}));
  return file;
}

test("of many who ask for a run at once one gets it, the others are told who has it, and then the next can", async () => {
  const folder = temporaryFolder();
  const asked = await Promise.allSettled(Array.from({length: 12}, () => lockRun(folder)));
  const held = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = asked.flatMap((one) => (one.status === "rejected" ? [`${one.reason.message}`] : []));
  expect(held).toHaveLength(1);
  const words = `expected a run that no other process works on, got one on which process ${process.pid} has worked since`;
  for (const message of refused) expect(message).toContain(words);
  expect(readdirSync(folder)).toHaveLength(1);
  await held[0].release();
  expect(readdirSync(folder)).toEqual([]);
  await (await lockRun(folder)).release();
});

test("the lock of a process that has ended is taken over, also where its number is given again", async () => {
  for (const holder of [
    {pid: Number(DEAD)},
    {pid: process.pid, start: "1"},
    {boot: "an earlier start of the machine"},
  ]) {
    const folder = temporaryFolder();
    otherLock(folder, holder);
    const lock = await lockRun(folder);
    expect(readdirSync(folder)).toHaveLength(1); // its own
    await lock.release();
  }
});

test("the lock of a living process is respected", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    const folder = temporaryFolder();
    const stat = `/proc/${child.pid}/stat`;
    const start = existsSync(stat) ? readFileSync(stat, "utf8").split(" ")[21] : ""; // "node" has no space
    const file = otherLock(folder, {pid: child.pid, start});
    expect(isLiving({...ownIdentity(), pid: child.pid!, start})).toBe(true);
    await expect(lockRun(folder)).rejects.toThrow(`process ${child.pid} has worked since 2026-01-01`);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([file]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("the lock of another machine is respected while it shows signs of life, and a damaged one too", async () => {
  for (const holder of [{host: "elsewhere"}, undefined]) {
    const folder = temporaryFolder();
    const file = holder ? otherLock(folder, holder) : join(folder, "running-1.lock");
    if (!holder) writeFileSync(file, "{");
    await expect(lockRun(folder)).rejects.toThrow(`${file}`);
    const long = new Date(Date.now() - SILENT_FOR - 60_000);
    utimesSync(file, long, long);
    await (await lockRun(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("a run whose process promised signs of life is taken over when they stop, and the late one writes no more", async () => {
  const folder = temporaryFolder();
  const frozen = await lockRun(folder, {silent: 60_000});
  const directory = guarded(openRunDirectory(folder), frozen);
  await directory.writeFile("a.txt", "old");
  await expect(lockRun(folder)).rejects.toThrow("on which process");
  const long = new Date(Date.now() - 61_000);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".lock")))
    utimesSync(join(folder, name), long, long);
  const taken = await lockRun(folder);
  const words = `${folder}: expected to work on this run alone, got another that has taken it over`;
  await expect(directory.writeFile("a.txt", "older")).rejects.toThrow(words);
  await expect(directory.writeMetrics([])).rejects.toThrow(words);
  await frozen.release();
  expect(readdirSync(folder)).toHaveLength(2); // the file, and the lock of the one that has it now
  taken.check();
  await taken.release();
});
