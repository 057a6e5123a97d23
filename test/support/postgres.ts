/** @file A Postgres of the test's own: on a free port of 127.0.0.1, in a folder of its own, ended with the test. */
import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {chownSync, existsSync, mkdtempSync, readdirSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {answers, freePort} from "./redis";

/** Debian's package postgresql keeps its programs here. */
const ROOT = "/usr/lib/postgresql";
const version = existsSync(ROOT) ? readdirSync(ROOT).sort().at(-1) : undefined;
const bin = process.env.POSTGRES_BIN ?? (version && join(ROOT, version, "bin"));

/** Why tests with a Postgres are left out here; undefined if there is one. */
export const noPostgres =
  bin === undefined
    ? "no Postgres here: apt-get install postgresql, or POSTGRES_BIN=/folder/of/its/programs"
    : undefined;

/** The server refuses to work for root: it gets the user that Debian made for it. */
const user = (() => {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, "postgres"]).stdout));
  return {uid, gid};
})();

export interface OwnPostgres {
  readonly url: string;
  end(): Promise<void>;
}

/** Starts one, which lets everybody of this machine in. */
export async function ownPostgres(): Promise<OwnPostgres> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const made = spawnSync(
    `${bin}/initdb`,
    ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"],
    user,
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const flags = [
    "-D",
    data,
    "-p",
    `${port}`,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
  ];
  const child: ChildProcess = spawn(`${bin}/postgres`, flags, {...user, stdio: "ignore"});
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async end() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT"); // ends at once, and in order
      await gone;
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
