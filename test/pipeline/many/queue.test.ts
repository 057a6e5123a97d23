import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {type AddressInfo, createServer} from "node:net";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {Redis} from "ioredis";
import {afterEach, describe, expect, test} from "vitest";

import {flow, type Shard} from "../../../src/pipeline/jobs/flow";
import type {Question} from "../../../src/pipeline/jobs/jobs";
import {postgresAddress, redisAddress, shownAddress} from "../../../src/pipeline/jobs/queue-url";
import {queueWorkers} from "../../../src/pipeline/jobs/queue-workers";
import {serveQueue} from "../../../src/pipeline/jobs/serve-queue";
import {resultStore} from "../../../src/pipeline/record/result-store";
import {sha256} from "../../../src/pipeline/record/seal";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {noRedis, type OwnRedis, ownRedis} from "../../support/redis";

test.each([
  ["redis://localhost", {host: "localhost", port: 6379}],
  ["redis://:se%40cret@10.0.0.7:7000/2", {host: "10.0.0.7", port: 7000, password: "se@cret", db: 2}],
  ["rediss://me:pw@[::1]:6380", {host: "::1", port: 6380, username: "me", password: "pw", tls: {}}],
  ["rediss://queue.example", {host: "queue.example", port: 6379, tls: {servername: "queue.example"}}],
])("the address %s says how the server is reached", (url, address) => {
  expect(redisAddress(url)).toEqual(address);
});

test.each([
  ["postgres://db", {host: "db", port: 5432, user: "postgres", database: "postgres", ssl: false}],
  [
    "postgresql://me:p%2Fw@10.0.0.7:7000/jobs?sslmode=require",
    {host: "10.0.0.7", port: 7000, user: "me", password: "p/w", database: "jobs", ssl: true},
  ],
  ["postgres://me@[::1]", {host: "::1", port: 5432, user: "me", database: "me", ssl: false}],
])("the address %s says how a Postgres is reached", (url, address) => {
  expect(postgresAddress(url)).toEqual(address);
});

test.each(["http://u:secret@host", "postgres://u:secret@host/d?sslmode=maybe", "postgres:secret@host"])(
  "an address of a Postgres like %s is refused without its password",
  (url) => {
    expect(() => postgresAddress(url)).toThrow(/queue: expected postgres:\/\/user@host:5432\/database/);
    expect(() => postgresAddress(url)).not.toThrow(/secret/);
  },
);

test("a password of the environment is taken where the address has none", () => {
  expect(redisAddress("redis://me@host", "pw")).toMatchObject({username: "me", password: "pw"});
  expect(redisAddress("redis://:own@host", "pw")).toMatchObject({password: "own"});
});

test.each(["http://u:secret@host", "redis://:secret@", "redis://:secret@host/x", "redis:secret@host"])(
  "an address like %s is refused without its password",
  (url) => {
    expect(() => redisAddress(url)).toThrow(/queue: expected redis:\/\/host:6379 or rediss/);
    expect(() => redisAddress(url)).not.toThrow(/secret/);
    expect(shownAddress(url)).not.toMatch(/secret/);
  },
);

test("a server that does not answer is reported in one line, without the password", async () => {
  const asked = await command(["worker", "redis://:secret@127.0.0.1:9", "--save", temporaryFolder()]);
  expect(asked.stderr.trim()).toBe(
    "error: redis://127.0.0.1:9: expected a Redis that answers, got connect ECONNREFUSED 127.0.0.1:9",
  );
  expect(asked.code).toBe(2);
});

test("a server that takes the connection and says nothing is given up in one line", async () => {
  const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const {stderr, code} = await command(["worker", url, "--save", temporaryFolder()]);
  silent.close();
  expect(stderr.trim()).toBe(`error: ${url}: expected a Redis that answers, got no answer within 5 seconds`);
  expect(code).toBe(2);
});

/** Seconds after which a silent worker counts as dead: long enough for a machine with much else to do. */
const LOCK = 4;

interface Odd {
  readonly act: "answer" | "die" | "later";
  readonly value: number;
}

const children: ChildProcess[] = [];
let redis: OwnRedis | undefined;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await redis?.end();
});

/** A worker process, and what it has told so far. */
async function oddWorker(url: string, name: string, store: string) {
  const argv = ["-r", "./src/tasks/typescript.cjs", "test/support/odd-queue-worker.ts", url, name, store, `${LOCK}`];
  const child = spawn(process.execPath, argv, {cwd: join(__dirname, "../../.."), stdio: ["ignore", "pipe", "inherit"]});
  children.push(child);
  const lines: string[] = [];
  child.stdout.on("data", (some: Buffer) => lines.push(...`${some}`.trim().split("\n")));
  const told = async (is: (line: string) => boolean, count = 1) => {
    while (lines.filter(is).length < count) await wait(5);
  };
  await told((line) => line === "ready");
  return {child, lines, told};
}

const idOf = ({subject}: {readonly subject: object}) => sha256(JSON.stringify(subject));
const shardsOf = (values: readonly number[], act: Odd["act"] = "answer"): Shard<Odd>[] =>
  values.map((value) => ({
    id: idOf({subject: {act, value}}),
    named: `shard ${value}`,
    question: {act, value},
  }));

const VALUES = Array.from({length: 20}, (_, n) => n);
const NAME = "epochscope-now";
const isStart = (line: string) => line.startsWith("start");
const isDone = (line: string) => line.startsWith("done");

/** Drives the shards to their end, as `explain test:all` does. */
async function driven(url: string, store: string, shards: readonly Shard<Odd>[], name = NAME, signal?: AbortSignal) {
  const results = resultStore(store);
  const workers = await queueWorkers({url, name, results, idOf, again: 500});
  const ask = ({question, named}: Shard<Odd>) =>
    workers.ask("explainImages", {run: "/runs/r", subject: question} as unknown as Question<"explainImages">, {
      named,
      ...(signal ? {signal} : {}),
    });
  const got: number[][] = [];
  try {
    for await (const {question, bytes} of flow(shards, workers, ask, results, signal)) {
      expect([...bytes]).toEqual([question.value, question.value + 1]);
      got.push([question.value]);
    }
  } finally {
    await workers.close();
  }
  return got.flat().sort((a, b) => a - b);
}

describe.skipIf(noRedis !== undefined)(noRedis ?? "a queue of workers", () => {
  test("gives each result once, by two workers", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const workers = await Promise.all([1, 2].map(() => oddWorker((redis as OwnRedis).url, NAME, store)));
    expect(await driven(redis.url, store, shardsOf(VALUES))).toEqual(VALUES);
    expect(workers.flatMap(({lines}) => lines).filter(isDone)).toHaveLength(20);
    expect(workers.every(({lines}) => lines.some(isDone))).toBe(true);
  });

  test("gives each result once where a worker is killed in its work", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const [one, other] = await Promise.all([1, 2].map(() => oddWorker((redis as OwnRedis).url, NAME, store)));
    const whole = driven(redis.url, store, shardsOf(VALUES));
    await one.told(isStart, 3);
    one.child.kill("SIGKILL");
    expect(await whole).toEqual(VALUES);
    // what the killed one was at was done by the other; nothing else was computed twice
    const done = [...one.lines, ...other.lines].filter(isDone);
    expect(new Set(done).size).toBe(done.length);
    expect(done.length).toBeGreaterThanOrEqual(19); // it may have died before it told of one
  });

  test("gives each result once where a worker is frozen, and continues when another has done its work", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const [one] = await Promise.all([1, 2].map(() => oddWorker((redis as OwnRedis).url, NAME, store)));
    const whole = driven(redis.url, store, shardsOf(VALUES));
    await one.told(isStart, 3);
    one.child.kill("SIGSTOP");
    expect(await whole).toEqual(VALUES);
    one.child.kill("SIGCONT");
    await wait(500);
    expect(await driven(redis.url, store, shardsOf(VALUES))).toEqual(VALUES); // what it kept late is the same
  });

  test("outlives a server that is killed and comes back", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const worker = await oddWorker(redis.url, NAME, store);
    const whole = driven(redis.url, store, shardsOf(VALUES));
    await worker.told(isDone, 5);
    await redis.kill();
    await wait(1000);
    await redis.start();
    expect(await whole).toEqual(VALUES);
  });

  test("ends a worker that is told to, although its server is away", async () => {
    redis = await ownRedis();
    const options = {url: redis.url, name: NAME, places: 1, lock: 5};
    const served = await serveQueue({...options, work: () => Promise.reject(new Error("no task was expected"))});
    await redis.kill();
    await served.close(); // it would wait for ever
  });

  test("outlives a server that forgets everything", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const worker = await oddWorker(redis.url, NAME, store);
    const whole = driven(redis.url, store, shardsOf(VALUES));
    await worker.told(isDone, 5);
    const own = new Redis(redis.port, "127.0.0.1");
    await own.flushall();
    own.disconnect();
    expect(await whole).toEqual(VALUES);
  });

  test("continues where a driver that has gone left it: nothing is done twice", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const worker = await oddWorker(redis.url, NAME, store);
    const gone = new AbortController();
    const broken = driven(redis.url, store, shardsOf(VALUES), NAME, gone.signal);
    await worker.told(isDone, 5);
    gone.abort(130);
    expect((await broken).length).toBeLessThan(20);
    expect(await driven(redis.url, store, shardsOf(VALUES))).toEqual(VALUES);
    expect(worker.lines.filter(isDone)).toHaveLength(20);
  });

  test("gives up a task that brings three workers down, by its name, and does the others", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    let deaths = 0;
    const replaced = async (): Promise<void> => {
      const {child} = await oddWorker((redis as OwnRedis).url, NAME, store);
      child.once("exit", (code) => {
        if (code !== 9) return;
        deaths++;
        void replaced();
      });
    };
    await Promise.all([replaced(), replaced()]);
    const shards = [...shardsOf([1, 2, 3]), ...shardsOf([77], "die"), ...shardsOf([4, 5, 6])];
    const name = "shard 77: expected a worker that survives it, got 3 that stopped answering over it";
    await expect(driven(redis.url, store, shards)).rejects.toThrow(name);
    expect(deaths).toBe(3);
    expect(await driven(redis.url, store, shardsOf([1, 2, 3, 4, 5, 6]))).toEqual([1, 2, 3, 4, 5, 6]);
  }, 120_000);

  test("puts a task back that cannot be done now, and has it done later", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const worker = await oddWorker(redis.url, NAME, store);
    expect(await driven(redis.url, store, [...shardsOf([7], "later"), ...shardsOf([8])])).toEqual([7, 8]);
    expect(worker.lines).toEqual(["ready", "start 7", "start 8", "done 8", "start 7", "done 7"]);
  });

  test("shows no task to a worker of another version", async () => {
    redis = await ownRedis();
    const store = temporaryFolder();
    const [old, now] = await Promise.all([
      oddWorker(redis.url, "epochscope-before", store),
      oddWorker(redis.url, NAME, store),
    ]);
    expect(await driven(redis.url, store, shardsOf(VALUES))).toEqual(VALUES);
    expect(old.lines).toEqual(["ready"]);
    expect(now.lines.filter(isDone)).toHaveLength(20);
  });
});
