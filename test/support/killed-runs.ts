/** @file Runs that are killed, again and again, and gone on with: what they leave at last is what an unbroken run leaves. */
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect} from "vitest";

import type {RandomSource} from "../../src/nouns/random";
import {command, finished, start} from "./command";
import {idxFolder, temporaryFolder} from "./idx-files";
import type {SmallDisk} from "./small-disk";
import {filesOf, metricsOf} from "./small-run";
import {between} from "./test-seed";

const HOOK = ["-r", join(__dirname, "kill-at.cjs")];
const QUICK = [
  "--epochs",
  "3",
  "--model",
  "exigo",
  "--batch-size",
  "16",
  "--threads",
  "1",
  "--projector",
  "10",
  "--quiet",
];
const LOOKS = ["--probes", "confusion,projection", "--projection.iterations", "60", "--checkpoint-every", "0.01"];

/** A small run, whole. */
export interface Unbroken {
  readonly data: string;
  readonly path: string;
  /** Changes to the disk, by the thread that made them. */
  readonly changes: {readonly main: number; readonly aside: number};
  /** Clock ticks of processor time (proc(5)) that it took at least. */
  readonly ticks: number;
}

const flagsOf = (data: string, save: string) => ["--data", data, ...QUICK, ...LOOKS, "--save", save, "--name", "r"];

export async function unbrokenRun(): Promise<Unbroken> {
  const [data, save] = [idxFolder(), temporaryFolder()];
  const counts = join(temporaryFolder(), "count");
  const child = start(flagsOf(data, save), HOOK, {COUNT_TO: counts});
  let ticks = 0;
  const watch = setInterval(() => {
    ticks = Math.max(ticks, ticksOf(child.pid));
  }, 5);
  expect(await finished(child)).toMatchObject({code: 0, stderr: ""});
  clearInterval(watch);
  const counted = (thread: string) => {
    const file = `${counts}.${thread}`; // a thread that is ended with the process may not come to tell
    return existsSync(file) ? Number(readFileSync(file, "utf8")) : 15;
  };
  return {data, path: join(save, "r"), changes: {main: counted("main"), aside: counted("aside")}, ticks};
}

/** User and system time of a process, in ticks; 0 if there is no /proc, or no such process. */
function ticksOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return Number(user) + Number(system);
  } catch {
    return 0;
  }
}

/**
 * Kills a run `kills` times, each time gone on with, then lets it end, and compares all that it leaves.
 *
 * @returns What was done, for whoever must find out why it went wrong.
 */
export async function killedRun(unbroken: Unbroken, kills: number, random: RandomSource): Promise<string[]> {
  const save = temporaryFolder();
  const story: string[] = [];
  const goOn = () => {
    const isThere = existsSync(join(save, "r", "run.json"));
    return isThere ? ["resume", "r", "--save", save, "--quiet"] : flagsOf(unbroken.data, save);
  };
  for (let n = 0; n < kills; n++) {
    const flags = goOn();
    const killed =
      random() < 0.5 ? await killAtChange(flags, unbroken, random) : await killAtShare(flags, unbroken, random);
    story.push(`${flags[0]}: ${killed}`);
  }
  const last = await command(goOn());
  expect(last, story.join("\n")).toMatchObject({code: 0, stderr: ""});
  expectWhole(join(save, "r"), unbroken.path, story);
  return story;
}

/**
 * Runs on a disk that fills up, makes room, and goes on: what that leaves is what an unbroken run leaves.
 *
 * @returns How the run on the full disk ended.
 */
export async function fullDiskRun(unbroken: Unbroken, disk: SmallDisk, enough: number): Promise<string> {
  const flags = flagsOf(unbroken.data, disk.path);
  const {code, stderr} = await command(flags);
  for (const line of stderr.split("\n").filter(Boolean)) {
    expect(line).toMatch(
      /^(error:| {2}error probe [a-z]+:) \/.+: expected to write it, got no space left on the disk \(ENOSPC\)$/,
    );
  }
  expect(code).toBe(stderr === "" ? 0 : 1);
  expect(stderr.match(/^error:/gm)?.length ?? 0).toBeLessThanOrEqual(1); // one line on why it ended
  const left = readdirSync(disk.path, {recursive: true, encoding: "utf8"});
  expect(left.filter((name) => /\.(lock|partial)$/.test(name))).toEqual([]);
  disk.resize(enough);
  const isThere = existsSync(join(disk.path, "r", "run.json"));
  const goOn = isThere ? ["resume", "r", "--save", disk.path, "--quiet"] : flags;
  expect(await command(goOn), stderr).toMatchObject({code: 0, stderr: ""});
  expectWhole(join(disk.path, "r"), unbroken.path, [stderr]);
  return stderr;
}

async function killAtChange(flags: readonly string[], {changes}: Unbroken, random: RandomSource): Promise<string> {
  const thread = random() < 0.8 ? "main" : "aside";
  const at = between(random, 1, changes[thread] + 1);
  const when = ["before", "half", "after"][between(random, 0, 3)];
  const {code} = await command(flags, HOOK, {KILL_AT: `${at}`, KILL_IN: thread, KILL_WHEN: when});
  return `killed ${when} change ${at} of the thread ${thread} (${code === null ? "killed" : `ended with ${code} before`})`;
}

async function killAtShare(flags: readonly string[], {ticks}: Unbroken, random: RandomSource): Promise<string> {
  const at = random() * ticks;
  const child = start(flags);
  const watch = setInterval(() => {
    if (ticksOf(child.pid) >= at) child.kill("SIGKILL");
  }, 2);
  const {code} = await finished(child);
  clearInterval(watch);
  return `killed after ${at.toFixed(0)} ticks of ${ticks} (${code === null ? "killed" : `ended with ${code} before`})`;
}

/**
 * Everything that a run leaves, but times and logs.
 *
 * @param beside Whether the folder that runs are kept in is looked at too.
 */
export function expectWhole(path: string, unbroken: string, story: readonly string[], {beside = true} = {}): void {
  const why = story.join("\n");
  for (const folder of ["artifacts", "plots", "model"]) {
    expect(filesOf(join(path, folder)), why).toEqual(filesOf(join(unbroken, folder)));
    for (const file of filesOf(join(unbroken, folder))) {
      const isSame = readFileSync(join(path, folder, file)).equals(readFileSync(join(unbroken, folder, file)));
      expect(isSame, `${folder}/${file}\n${why}`).toBe(true);
    }
  }
  const statusIn = (folder: string) => JSON.parse(readFileSync(join(folder, "status.json"), "utf8"));
  expect(statusIn(path), why).toMatchObject({status: "done", epoch: statusIn(unbroken).epoch});
  const timeless = (folder: string) => metricsOf(folder).map(({seconds, ...rest}) => rest);
  expect(timeless(path), why).toEqual(timeless(unbroken));
  const ofRun = (folder: string) =>
    filesOf(folder).filter((name) => !/^(artifacts|plots|model|checkpoint|logs)\/|^report\.html$/.test(name));
  expect(ofRun(path), why).toEqual(ofRun(unbroken)); // no lock, nothing half written
  for (const file of ofRun(path).filter((name) => !["run.json", "status.json", "metrics.jsonl"].includes(name))) {
    expect(readFileSync(join(path, file)).equals(readFileSync(join(unbroken, file))), `${file}\n${why}`).toBe(true);
  }
  expect(
    filesOf(path).filter((name) => name.endsWith(".partial")),
    why,
  ).toEqual([]);
  if (!beside) return;
  expect(existsSync(join(path, "report.html")), why).toBe(true);
  expect(
    readdirSync(join(path, ".."))
      .filter((name) => name !== "logs" && !name.endsWith(".partial"))
      .sort(),
    why,
  ).toEqual(["latest", "r"]);
}
