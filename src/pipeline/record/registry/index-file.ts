import {existsSync, statSync} from "node:fs";
import {chmod, copyFile, mkdir, mkdtemp, rename, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import type {Database} from "node-sqlite3-wasm";

import {UserError} from "../../../nouns/options";
import {inverseInterval, wilsonInterval} from "../../../numbers/intervals";
import {sweepUnnamed} from "../leftovers";
import {partialOf} from "../partial-file";
import {type ListedRun, runsIn} from "../runs-in";
import {changedAt, factsOf, type RunFacts} from "./facts";
import {isReader, readerFacts, readersIn} from "./reader-facts";
import {TABLES, VERSION} from "./tables";

/** The index's name in the folder of runs. */
export const INDEX = "runs.db";

/** The result of the index, and the runs that it could not read. */
export interface Indexed<R> {
  readonly result: R;
  /** One line for each of them. */
  readonly notes: readonly string[];
}

/**
 * Brings `save/runs.db` up to date with the runs' folders, and asks it. It is only an index: if it is missing, damaged,
 * or of another version, it is made again. Each process works on its own copy in its own folder, and then replaces the
 * index by it in one step. Several processes may do so at the same time; the last copy stays. If a process is killed,
 * the index stays as it was.
 *
 * @param ask Reads from the database, which is closed afterwards.
 * @throws UserError if there is no such folder.
 */
export async function askIndex<R>(save: string, ask: (database: Database) => R): Promise<Indexed<R>> {
  const root = resolve(save);
  const runs = [...(await runsIn(root)), ...(await readersIn(root))];
  const {folder, isKept} = await ownFolder(root);
  try {
    return await askedIn(folder, isKept);
  } catch (error) {
    if (!isKept || !isOfDisk(error)) throw error;
    // the disk may have no room for the index; then it is made elsewhere and not kept
    const elsewhere = await notKept();
    try {
      return await askedIn(elsewhere, false);
    } catch (again) {
      if (!isOfDisk(again)) throw again;
      throw new UserError(`${elsewhere}: expected room for an index of the runs, got: ${(again as Error).message}`, {
        ...{code: "CANNOT_WRITE", cause: error},
      });
    } finally {
      await rm(elsewhere, {recursive: true, force: true});
    }
  } finally {
    await rm(folder, {recursive: true, force: true});
  }

  async function askedIn(place: string, isToBeKept: boolean): Promise<Indexed<R>> {
    const own = join(place, INDEX);
    // made again
    if (isToBeKept && existsSync(join(root, INDEX))) await copyFile(join(root, INDEX), own).catch(() => undefined);
    const {database, isNew} = await opened(own);
    let changed = isNew;
    const notes: string[] = [];
    let result: R;
    try {
      changed = (await update(database, runs, notes)) || changed;
      result = ask(database);
    } finally {
      database.close();
    }
    if (changed && isToBeKept) {
      await chmod(own, 0o666 & ~process.umask()); // others may read it, as they may read the runs
      await rename(own, join(root, INDEX));
    }
    return {result, notes};
  }
}

/** Whether SQLite or the system says that the disk is full or cannot be written. */
function isOfDisk(error: unknown): boolean {
  const {code = "", message} = error as NodeJS.ErrnoException;
  return /^(ENOSPC|EDQUOT|EIO|EROFS)$/.test(code) || /disk I\/O error|disk is full|readonly database/i.test(message);
}

function notKept(): Promise<string> {
  return mkdtemp(join(tmpdir(), "epochscope-runs-"));
}

/** A folder for this process' copy; if the runs' folder cannot be written to, one that is not kept. */
async function ownFolder(root: string): Promise<{readonly folder: string; readonly isKept: boolean}> {
  if (!existsSync(root))
    throw new UserError(`--save: expected a folder of runs, got nothing at ${root}`, {code: "NOT_FOUND"});
  if (statSync(root).isFile())
    throw new UserError(`--save: expected a folder of runs, got a file at ${root}`, {code: "NOT_FOUND"});
  const folder = partialOf(join(root, INDEX));
  try {
    await sweepUnnamed(root);
    await mkdir(folder);
    return {folder, isKept: true};
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    return {folder: await notKept(), isKept: false};
  }
}

async function opened(path: string): Promise<{readonly database: Database; readonly isNew: boolean}> {
  const {Database: Open}: typeof import("node-sqlite3-wasm") = require("node-sqlite3-wasm"); // loaded by those who ask
  const open = () => {
    const database = new Open(path);
    // no other process uses this file, and it need not survive a crash of the machine: no lock, no journal, no waiting
    // for the disk
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    database.exec("PRAGMA foreign_keys = ON");
    return database;
  };
  if (existsSync(path)) {
    let database: Database | undefined;
    try {
      database = open();
      if (isWhole(database)) return {database, isNew: false};
    } catch {
      // it is damaged or not a database, so it is made again
    }
    try {
      database?.close();
    } catch {
      // it could not be read
    }
    await rm(path, {force: true});
    await rm(`${path}.lock`, {recursive: true, force: true});
  }
  const database = open();
  database.exec(TABLES);
  return {database, isNew: true};
}

function isWhole(database: Database): boolean {
  if (database.get("PRAGMA user_version")?.user_version !== VERSION) return false;
  return database.get("PRAGMA quick_check")?.quick_check === "ok";
}

/** @returns Whether anything changed. */
async function update(database: Database, runs: readonly ListedRun[], notes: string[]): Promise<boolean> {
  const known = new Map(
    database.all("SELECT name, mtime_ms, status FROM runs").map((row) => [`${row.name}`, row] as const),
  );
  const stale: {readonly name: string; readonly at: number; readonly facts: RunFacts}[] = [];
  for (const {name, path} of runs) {
    const row = known.get(name);
    const at = await changedAt(path); // before it is read
    known.delete(name);
    if (row && at > 0 && Number(row.mtime_ms) === at && row.status !== "running") continue;
    try {
      stale.push({name, at, facts: await (isReader(name) ? readerFacts : factsOf)(path)});
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notes.push(`left out: ${error.message}`);
      if (row) known.set(name, row);
    }
  }
  if (stale.length === 0 && known.size === 0) return false;
  database.exec("BEGIN");
  for (const name of [...known.keys(), ...stale.map(({name}) => name)])
    database.run("DELETE FROM runs WHERE name = ?", name);
  for (const {at, facts} of stale) insert(database, at, facts);
  database.exec("COMMIT");
  return true;
}

function insert(database: Database, at: number, {row, options, metrics, tags, efficacy}: RunFacts): void {
  const add = (table: string, values: {readonly [column: string]: string | number | null}) => {
    const columns = Object.keys(values);
    const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    return Number(database.run(sql, Object.values(values)).lastInsertRowid);
  };
  add("runs", {...row, mtime_ms: at});
  const run = `${row.name}`;
  for (const [name, value] of options) add("options", {run, name, value});
  for (const tag of tags) add("tags", {run, tag});
  for (const figure of metrics) add("metrics", {run, ...figure});
  for (const {state, correct, asked, ids} of efficacy) {
    const [[wilson_low, wilson_high], [inverse_low, inverse_high]] = [wilsonInterval, inverseInterval].map((of) =>
      of(correct, asked),
    );
    const id = add("model_efficacy", {
      ...{run, model_type_state: state, correct_num: correct, sample_num: asked, sample_seq: 1},
      ...{wilson_low, wilson_high, inverse_low, inverse_high},
    });
    add("sample_indices", {model_efficacy_id: id, seq_num: 1, seq_ids: ids});
  }
}
