/** @file A map as a task of a queue: its files have the bytes that this machine leaves by itself. */
import type {ChildProcess} from "node:child_process";
import {mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {Redis} from "ioredis";
import {afterAll, beforeAll, expect, test} from "vitest";

import {command, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {noRedis, type OwnRedis, ownRedis} from "../support/redis";
import {faultsOf} from "../support/schemas";
import {cloud} from "../support/tsne-data";

const root = temporaryFolder();
const save = join(root, "save");
const table = join(save, "clouds.csv");
const children: ChildProcess[] = [];
let redis: OwnRedis | undefined;
let here: readonly Buffer[] = [];

const MAP = ["map", table, "--save", save, "--json"];
const filesIn = (out: string) => ["csv", "png", "json"].map((end) => readFileSync(join(out, `clouds-map.${end}`)));

/** The facts of a map's JSON, without the folder that it was written to. */
const factsIn = (bytes: Buffer) => {
  const facts = JSON.parse(`${bytes}`);
  return {...facts, options: {...facts.options, out: ""}};
};

beforeAll(async () => {
  if (noRedis !== undefined) return;
  mkdirSync(save);
  const [rows, columns] = [3000, 30];
  const {values} = cloud(rows, columns, 3);
  const lines = Array.from({length: rows}, (_, i) => `k${i % 5},${values.subarray(i * columns, (i + 1) * columns)}`);
  writeFileSync(table, `${["kind", ...Array.from({length: columns}, (_, c) => `c${c}`)]}\n${lines.join("\n")}\n`);
  const out = join(root, "here");
  expect((await command([...MAP, "--out", out])).code).toBe(0);
  here = filesIn(out);
  redis = await ownRedis();
}, 120_000);
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await redis?.end();
  rmSync(root, {recursive: true, force: true});
});

function worker(...more: string[]): ChildProcess {
  const child = start(["worker", `${redis?.url}`, "--save", save, "--workers", "1", "--lock", "4", ...more]);
  children.push(child);
  return child;
}

/** Waits until one of the queue's tasks is worked on. */
async function atWork(): Promise<void> {
  const client = new Redis(`${redis?.url}`);
  while ((await client.keys("bull:epochscope-train-*:active")).length === 0) await wait(5);
  client.disconnect();
}

test.skipIf(noRedis !== undefined)(
  `a worker that is killed over a map has it made by another, with the bytes of one machine ${noRedis ?? ""}`,
  async () => {
    const first = worker();
    const out = join(root, "there");
    const whole = command([...MAP, "--out", out, "--workers", `${redis?.url}`]);
    await atWork();
    first.kill("SIGKILL");
    worker();
    const {code, stdout} = await whole;
    expect(code).toBe(0);
    expect(faultsOf(JSON.parse(stdout))).toEqual([]);
    const [csv, png, json] = filesIn(out);
    expect(csv).toEqual(here[0]);
    expect(png).toEqual(here[1]);
    expect(factsIn(json)).toEqual(factsIn(here[2]));

    const again = join(root, "again"); // the result is kept: no worker is needed
    for (const child of children.splice(0)) child.kill("SIGKILL");
    expect((await command([...MAP, "--out", again, "--workers", `${redis?.url}`])).code).toBe(0);
    expect(filesIn(again)[0]).toEqual(here[0]);
  },
  200_000,
);

test.skipIf(noRedis !== undefined)(
  `a worker reads no table outside of its folders ${noRedis ?? ""}`,
  async () => {
    const elsewhere = join(root, "elsewhere.csv");
    writeFileSync(elsewhere, readFileSync(table));
    worker();
    const ask = ["map", elsewhere, "--save", save, "--out", join(root, "refused"), "--workers", `${redis?.url}`];
    const {code, stderr} = await command([...ask, "--quiet"]);
    expect(stderr.trim()).toBe(
      `error: ${elsewhere}: expected a table in a folder that this worker may read (${save}), got another; start the worker with --reads FOLDER`,
    );
    expect(code).toBe(1);
    for (const child of children.splice(0)) child.kill("SIGKILL");
    worker("--reads", root);
    expect((await command([...ask, "--quiet"])).code).toBe(0);
  },
  200_000,
);
