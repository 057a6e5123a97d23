/** @file Training runs as tasks: what many hands train is what one trains, whatever befalls them. */
import type {ChildProcess} from "node:child_process";
import {once} from "node:events";
import {existsSync, readFileSync, readlinkSync, rmSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {afterEach, beforeAll, expect, test} from "vitest";
import {resolveOptions} from "../../src/nouns/options";
import {trainedBytes} from "../../src/pipeline/handed/trained-run";
import {type RunOptions, runOptions} from "../../src/pipeline/run/options";
import {command, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {noRedis, type OwnRedis, ownRedis} from "../support/redis";

const SMALL = ["--epochs", "4", "--train-limit", "3000", "--test-limit", "200", "--probes", "confusion"];
const GRID = ["--seeds", "2", "--over", "learning-rate=0.001,0.004"];
const NAMES = [0.001, 0.004].flatMap((rate) => [0, 1].map((seed) => `sweep-learning-rate-${rate}-seed-${seed}`));

const inTurn = temporaryFolder();
const children: ChildProcess[] = [];
let redis: OwnRedis | undefined;
beforeAll(async () => {
  expect((await command(["sweep", ...GRID, ...SMALL, "--save", inTurn])).code).toBe(0);
}, 300_000);
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await redis?.end();
});

/** The result of each run: its weights, and its metrics without seconds. */
async function cameTo(save: string, names = NAMES) {
  const results: object[] = [];
  for (const name of names) {
    const {options} = JSON.parse(readFileSync(join(save, name, "run.json"), "utf8"));
    const asked = resolveOptions(runOptions, {...options, save, name} as Partial<RunOptions>, "--");
    const bytes = await trainedBytes(join(save, name), asked);
    results.push(JSON.parse(`${bytes && Buffer.from(bytes)}`));
  }
  return results;
}

function worker(url: string, save: string, ...more: string[]): ChildProcess {
  const child = start(["worker", url, "--save", save, "--workers", "1", "--lock", "6", ...more]);
  children.push(child);
  return child;
}

const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0);

/** Waits until a run that this worker is at has its second epoch, and is not at its end. */
async function inSecondEpoch(child: ChildProcess, save: string): Promise<string> {
  for (;;) {
    for (const name of NAMES) {
      const file = join(save, name, "status.json");
      if (!existsSync(file) || linesOf(join(save, name, "metrics.jsonl")) < 3) continue;
      const {status, process: own} = JSON.parse(readFileSync(file, "utf8"));
      if (status === "running" && own.pid === child.pid) return name;
    }
    await wait(5);
  }
}

test("a sweep whose runs train at a time leaves what it leaves in turn", async () => {
  const save = temporaryFolder();
  const {code, stdout} = await command(["sweep", ...GRID, ...SMALL, "--save", save, "--workers", "3"]);
  expect(code).toBe(0);
  expect(await cameTo(save)).toEqual(await cameTo(inTurn));
  expect(stdout).toMatch(/learning-rate 0.004: test accuracy/);
  expect(readlinkSync(join(save, "latest"))).toBe(NAMES[3]); // as in turn
}, 300_000);

test.skipIf(noRedis !== undefined).each(["SIGKILL", "SIGSTOP", "SIGTERM"] as const)(
  `a worker that gets %s after epoch 2 has its run finished by another, which goes on from its checkpoint ${noRedis ?? ""}`,
  async (signal) => {
    redis = await ownRedis();
    const save = temporaryFolder();
    const one = worker(redis.url, save);
    worker(redis.url, save);
    const whole = command(["sweep", ...GRID, ...SMALL, "--save", save, "--workers", redis.url]);
    const hurt = await inSecondEpoch(one, save);
    one.kill(signal);
    const {code, stderr} = await whole;
    expect([code, stderr.includes("error")]).toEqual([0, false]);
    expect(await cameTo(save)).toEqual(await cameTo(inTurn));
    expect(
      readFileSync(join(save, hurt, "metrics.jsonl"), "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(5);
    if (signal !== "SIGSTOP") return;
    one.kill("SIGCONT"); // it finds that its run is another's, and changes nothing
    await wait(3000);
    expect(await cameTo(save)).toEqual(await cameTo(inTurn));
    const ended = once(one, "exit");
    one.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  },
  300_000,
);

test.skipIf(noRedis !== undefined)(
  `a run is handed to a worker, its progress is shown, and the same command shows it again ${noRedis ?? ""}`,
  async () => {
    redis = await ownRedis();
    const save = temporaryFolder();
    worker(redis.url, save);
    const asked = ["run", ...SMALL, "--name", NAMES[0], "--learning-rate", "0.001", "--save", save];
    const {code, stdout} = await command([...asked, "--workers", redis.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/data {4}mnist[\s\S]+epoch 4[\s\S]+best by validation loss[\s\S]+the page/);
    expect(await cameTo(save, [NAMES[0]])).toEqual(await cameTo(inTurn, [NAMES[0]]));
    expect(readlinkSync(join(save, "latest"))).toBe(NAMES[0]);
    const again = await command([...asked, "--workers", redis.url]);
    expect(again.stdout).toMatch(/epoch 4/);
    rmSync(save, {recursive: true});
  },
  300_000,
);
