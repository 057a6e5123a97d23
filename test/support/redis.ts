/** @file A Redis of the test's own: on a free port of 127.0.0.1, in a folder of its own, ended with the test. */
import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, mkdtempSync, rmSync} from "node:fs";
import {connect, createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";

/** The server, or Debian's redis-tools: their redis-check-rdb is the server under another name. */
const SERVERS = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"];
const server = process.env.REDIS_SERVER ?? SERVERS.find((path) => existsSync(path));

/** Why tests with a Redis are left out here; undefined if there is one. */
export const noRedis =
  server === undefined
    ? "no Redis here: apt-get install redis-tools, or REDIS_SERVER=/path/to/redis-server"
    : undefined;

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** Kills it as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, from its append-only file. */
  start(): Promise<void>;
  /** Ends it, and removes its folder. */
  end(): Promise<void>;
}

/** Starts one. @param more Flags of the server. */
export async function ownRedis(more: (port: number) => readonly string[] = () => []): Promise<OwnRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  let child: ChildProcess | undefined;
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir", folder];
  const start = async () => {
    child = spawn(`${server}`, [...flags, "--maxmemory-policy", "noeviction", ...more(port)], {
      argv0: "redis-server",
      stdio: "ignore",
    });
    while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    ...{url: `redis://127.0.0.1:${port}`, port, kill, start},
    async end() {
      await kill();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const {port} = probe.address() as {readonly port: number};
      probe.close(() => resolve(port));
    });
  });
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, "127.0.0.1", () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });
}
