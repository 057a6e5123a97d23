import {randomInt} from "node:crypto";
import {existsSync, rmSync} from "node:fs";
import {readdir, readFile, rename, rm, stat, utimes} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {isLiving, ownIdentity, type ProcessIdentity} from "./process-identity";
import {writeWhole} from "./write-whole";

/** The right to write into a run's folder, which one process has at a time. */
export interface RunLock {
  /** @throws UserError if another process has taken the run over, because this one was silent for too long. */
  check(): void;
  release(): Promise<void>;
}

/** Another process works on the run. */
export class LockedRun extends UserError {}

export interface LockOptions {
  /**
   * After this many milliseconds without a sign of life, others may take the run over, although the process may still
   * be alive but frozen. If it is absent, the process keeps the run as long as it is alive; seen from another machine,
   * until it has been silent for ten minutes.
   */
  readonly silent?: number;
}

/** The folder in which each process that works on the run, or wants to, has a file of its own. */
const WORKS = /^running-.+\.lock$/;
const ASKS = /^asking-.+\.lock$/;

/**
 * After this many milliseconds without a sign of life, a process on another machine counts as gone; and how many signs
 * it gives in this time.
 */
export const SILENT_FOR = 600_000;
const SIGNS = 10;

/** How many times a process asks. Processes that ask at the same moment all see each other, and all ask again. */
const TRIES = 20;

interface Holder extends ProcessIdentity {
  /** Since when (ISO 8601). */
  readonly since: string;
  /** See `LockOptions`. */
  readonly silent?: number;
}

/**
 * Takes a run for this process, also from a process that has died. A process first writes its own file and then looks
 * for others': of two processes, at least one sees the other, so the two never both continue.
 *
 * @throws UserError if another process works on the run, or its folder cannot be written to.
 */
export async function lockRun(path: string, options: LockOptions = {}): Promise<RunLock> {
  for (let tried = 0; ; tried++) {
    const asking = await writeClaim(path, "asking", options);
    const other = await orUserError(path, () => livingHolder(path, asking)).catch(async (error) => {
      await rm(join(path, asking), {force: true});
      throw error;
    });
    if (!other) return held(path, asking, options);
    await rm(join(path, asking), {force: true});
    if (WORKS.test(other.file) || tried === TRIES) throw new LockedRun(`${path}: ${other.words}`);
    await wait(randomInt(10, 100));
  }
}

/** Locks a folder that no other process knows yet. */
export async function lockNewRun(
  path: string,
  options: LockOptions = {},
): Promise<RunLock & {movedTo(path: string): void}> {
  const name = await writeClaim(path, "running", options);
  return holding(path, name, options);
}

/** Whether a process works on a run, or may do so on another machine. */
export async function isRunLocked(path: string): Promise<boolean> {
  return (await livingHolder(path)) !== undefined;
}

/** A counter with a random start, because the threads of a process must not share a name. */
let claims = randomInt(2 ** 32);

/** @returns The name of this process' file. */
async function writeClaim(path: string, as: "asking" | "running", {silent}: LockOptions): Promise<string> {
  const holder: Holder = {
    ...{...ownIdentity(), since: new Date().toISOString()},
    ...(silent === undefined ? {} : {silent}),
  };
  const {pid, start, host} = holder;
  const name = `${as}-${pid}-${start || "0"}-${host.replace(/[^\w.-]/g, "_").slice(0, 60)}-${claims++}.lock`;
  await writeWhole(join(path, name), `${JSON.stringify(holder)}\n`, {synced: true});
  return name;
}

async function held(path: string, asking: string, options: LockOptions): Promise<RunLock> {
  const running = asking.replace(/^asking/, "running");
  await orUserError(join(path, running), () => rename(join(path, asking), join(path, running)));
  return holding(path, running, options);
}

/** The files of this process, which are removed when it ends at once (a second Ctrl-C). */
const removeAtExit = new Set<() => string>();
process.on("exit", () => {
  for (const file of removeAtExit) rmSync(file(), {force: true});
});

function holding(folder: string, name: string, {silent = SILENT_FOR}: LockOptions) {
  let path = folder;
  const file = () => join(path, name);
  removeAtExit.add(file);
  const signs = setInterval(() => {
    const now = new Date();
    void utimes(file(), now, now).catch(() => undefined); // it tells others of life, and nothing depends on it here
  }, silent / SIGNS);
  signs.unref();
  return {
    check() {
      if (existsSync(file())) return;
      throw new LockedRun(`${path}: expected to work on this run alone, got another that has taken it over`);
    },
    movedTo(to: string) {
      path = to;
    },
    async release() {
      clearInterval(signs);
      removeAtExit.delete(file);
      await rm(file(), {force: true});
    },
  };
}

/**
 * Another process that is alive; if there are several, one that works on the run.
 *
 * @param own The file of the process that asks for the run; that process removes the files of dead ones. Without it,
 * nothing is changed.
 */
async function livingHolder(path: string, own?: string): Promise<{file: string; words: string} | undefined> {
  const names = (await readdir(path)).filter((name) => name !== own && (WORKS.test(name) || ASKS.test(name)));
  for (const name of names.sort().reverse()) {
    const words = await wordsOfLiving(join(path, name));
    if (words) return {file: name, words};
    if (own) await rm(join(path, name), {force: true});
  }
  return undefined;
}

/** @returns Undefined if the process that wrote the file is gone. */
async function wordsOfLiving(file: string): Promise<string | undefined> {
  let text: string;
  let silence: number;
  try {
    [text, silence] = [await readFile(file, "utf8"), Date.now() - (await stat(file)).mtimeMs];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // it was released meanwhile
    throw error;
  }
  const holder = holderOf(text);
  const isSilent = silence > (holder?.silent ?? SILENT_FOR);
  if (!holder)
    return isSilent ? undefined : `expected a complete lock file, got ${file}; if no process works there, remove it`;
  const living = isLiving(holder);
  const mayBeFrozen = living === "elsewhere" || holder.silent !== undefined;
  if (living === false || (mayBeFrozen && isSilent)) return undefined;
  const {pid, host, since} = holder;
  const who = living === true ? `process ${pid}` : `process ${pid} of ${host} (if it is gone, remove ${file})`;
  return `expected a run that no other process works on, got one on which ${who} has worked since ${since}`;
}

function holderOf(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder | null; // written by writeClaim
    return typeof holder?.pid === "number" ? holder : undefined;
  } catch {
    return undefined; // it is damaged
  }
}
