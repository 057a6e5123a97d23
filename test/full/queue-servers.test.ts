/** @file The queue on other servers than a plain Redis: a Redis over TLS, and a Postgres. */
import {type ChildProcess, execFileSync, spawnSync} from "node:child_process";
import {once} from "node:events";
import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {afterEach, expect, test} from "vitest";

import {command, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {noPostgres, ownPostgres} from "../support/postgres";
import {noRedis, ownRedis} from "../support/redis";

const children: ChildProcess[] = [];
const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const end of endings.splice(0)) await end();
});

const SMALL = ["--epochs", "2", "--train-limit", "600", "--test-limit", "60", "--probes", "lime", "--samples", "0,1"];
const EXPLAIN = ["explain", "test:0-59", "--model", "r", "--lime.samples", "600", "--json"];

/** The bytes that explaining left. */
const explained = (save: string) =>
  [0, 1, 2].map((epoch) => readFileSync(join(save, "r", "artifacts", "explained", `lime-epoch-00${epoch}.npz`)));

/** Trains a run and explains its images by workers of a queue, one of which is killed meanwhile; and once more without. */
async function proved(url: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const save = temporaryFolder();
  const worker = () => {
    const child = start(["worker", url, "--save", save, "--workers", "1", "--lock", "6"], [], env);
    children.push(child);
    return child;
  };
  const [one, other] = [worker(), worker()];
  const trained = await command(["run", ...SMALL, "--name", "r", "--save", save, "--workers", url], [], env);
  expect([trained.code, trained.stderr.includes("error"), trained.stdout.includes("epoch 2")]).toEqual([
    0,
    false,
    true,
  ]);
  const results = join(save, "results");
  const whole = command([...EXPLAIN, "--save", save, "--workers", url], [], env);
  while (!existsSync(results)) await wait(5);
  one.kill("SIGKILL");
  const {code, stderr} = await whole;
  expect([code, stderr]).toEqual([0, ""]);
  const byQueue = explained(save);
  for (const folder of [results, join(save, "r", "artifacts", "explained")]) rmSync(folder, {recursive: true});
  expect((await command([...EXPLAIN, "--save", save, "--workers", "1"])).code).toBe(0);
  expect(byQueue).toEqual(explained(save));
  const ended = once(other, "exit");
  other.kill("SIGTERM");
  expect((await ended)[0]).toBe(0);
}

const noTls = noRedis ?? (spawnSync("openssl", ["version"]).status === 0 ? undefined : "no openssl here");

test.skipIf(noTls !== undefined)(
  `a Redis over TLS is spoken to if its certificate is known, and refused in one line if not ${noTls ?? ""}`,
  async () => {
    const folder = temporaryFolder();
    const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => join(folder, name));
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
        ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
      ],
      {stdio: "ignore"},
    );
    const redis = await ownRedis((port) => [
      ...["--port", "0", "--tls-port", `${port}`, "--tls-cert-file", certificate, "--tls-key-file", key],
      ...["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no", "--requirepass", "pass-word"],
    ]);
    endings.push(redis.end);
    const url = `rediss://localhost:${redis.port}`;
    await proved(url, {EPOCHSCOPE_REDIS: "pass-word", NODE_EXTRA_CA_CERTS: certificate});
    const unknown = await command(["worker", url, "--save", folder], [], {EPOCHSCOPE_REDIS: "pass-word"});
    expect([unknown.code, unknown.stderr.trim()]).toEqual([
      2,
      `error: ${url}: expected a Redis that answers, got self-signed certificate`,
    ]);
    const plain = await command(["worker", `redis://:pass-word@localhost:${redis.port}`, "--save", folder]);
    expect(plain.code).toBe(2);
    expect(plain.stderr).toMatch(/^error: redis:\/\/localhost:\d+: expected a Redis that answers, got .+\n$/);
    expect(plain.stderr).not.toContain("pass-word");
  },
);

test.skipIf(noPostgres !== undefined)(
  `a queue in Postgres does what one in Redis does ${noPostgres ?? ""}`,
  async () => {
    const postgres = await ownPostgres();
    endings.push(postgres.end);
    await proved(postgres.url);
  },
);

test("a Postgres that is not there is reported in one line, without the password", async () => {
  const asked = await command(["worker", "postgres://me:secret@127.0.0.1:9/jobs", "--save", temporaryFolder()]);
  expect([asked.code, asked.stderr.trim()]).toEqual([
    2,
    "error: postgres://127.0.0.1:9/jobs: expected a Postgres that answers, got connect ECONNREFUSED 127.0.0.1:9",
  ]);
});
