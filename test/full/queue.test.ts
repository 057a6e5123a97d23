import type {ChildProcess} from "node:child_process";
import {existsSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {afterAll, expect, test} from "vitest";

import {epochStem} from "../../src/pipeline/record/epoch-stem";
import {command, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {noRedis, type OwnRedis, ownRedis} from "../support/redis";
import {runAll} from "../support/small-run";

const root = temporaryFolder();
const save = join(root, "save");
const run = join(save, "r");
const results = join(save, "results");
const children: ChildProcess[] = [];
let redis: OwnRedis | undefined;
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await redis?.end();
  rmSync(root, {recursive: true, force: true});
});

const EXPLAIN = ["explain", "test:all", "--model", "r", "--save", save, "--lime.samples", "100", "--json"];

const bytesKept = () =>
  [0, 1, 2].flatMap((epoch) =>
    [".json", ".npz"].map((end) => readFileSync(join(run, "artifacts", "explained", epochStem(epoch, "lime") + end))),
  );

test.skipIf(noRedis !== undefined)(
  `two real workers, one of them killed in its work, leave the bytes that one machine leaves ${noRedis ?? ""}`,
  async () => {
    const small = {probes: "confusion", epochs: 2, trainLimit: 600, testLimit: 600, projector: 0};
    await runAll({save, name: "r", ...small}, {});
    expect((await command([...EXPLAIN, "--workers", "1"])).code).toBe(0);
    const expected = bytesKept();
    for (const folder of [results, join(run, "artifacts", "explained")]) rmSync(folder, {recursive: true});

    redis = await ownRedis();
    const flags = ["worker", redis.url, "--save", save, "--workers", "1", "--lock", "5"];
    children.push(start(flags), start(flags));
    const whole = command([...EXPLAIN, "--workers", redis.url]);
    while (!existsSync(results) || readdirSync(results).length < 4) await wait(5);
    children[0].kill("SIGKILL");
    const {code, stdout, stderr} = await whole;
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({images: 600, explanations: 1800, known: 0});
    expect(bytesKept()).toEqual(expected);

    const maps = ["explain", "test:0-99", "--model", "r@2", "--save", save, "--method", "smooth-grad", "--json"];
    const file = join(run, "artifacts", "explained", `${epochStem(2, "smooth-grad")}.npz`);
    expect((await command([...maps, "--workers", "1"])).code).toBe(0);
    const here = readFileSync(file);
    for (const folder of [results, join(run, "artifacts", "explained")]) rmSync(folder, {recursive: true});
    expect(JSON.parse((await command([...maps, "--workers", redis.url])).stdout)).toMatchObject({known: 0});
    expect(readFileSync(file)).toEqual(here); // maps of pixels are tasks of the same queue

    const ended = new Promise((resolve) => children[1].once("exit", resolve));
    children[1].kill("SIGINT"); // finishes what it is at, and ends
    expect(await ended).toBe(0);
  },
  400_000,
);
