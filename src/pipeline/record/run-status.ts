/** @file Reads and writes status.json, which says how far a run is or how it ended. It is written after each epoch. */
import {hostname} from "node:os";
import {join} from "node:path";

import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {readRunFile} from "./run-file";
import {isRunLocked} from "./run-lock";
import {textIfThere} from "./text-if-there";

/** The status that a run writes. */
export type WrittenStatus = "running" | "done" | "interrupted" | "failed";
/** The status that is read: a run is "lost" if its file says "running" and no process works on it. */
export type RunStatus = WrittenStatus | "lost";

export interface StatusFile {
  readonly status: WrittenStatus;
  /** The last complete epoch; null before the first. */
  readonly epoch: number | null;
  /** When it began (ISO 8601). */
  readonly updatedAt: string;
  /** When it ended; absent while it runs. */
  readonly endedAt?: string;
  readonly process: {readonly pid: number; readonly host: string};
  /** Why it failed. */
  readonly error?: string;
}

export function statusText(status: WrittenStatus, epoch: number | undefined, error?: string): string {
  const now = new Date().toISOString();
  const value: StatusFile = {
    status,
    epoch: epoch ?? null,
    updatedAt: now,
    ...(status === "running" ? {} : {endedAt: now}),
    process: {pid: process.pid, host: hostname()},
    ...(error === undefined ? {} : {error}),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * The content of status.json; undefined if there is no such file, as in format 1.
 *
 * @throws UserError if its content is wrong.
 */
export async function readStatusFile(run: string): Promise<StatusFile | undefined> {
  const path = join(run, "status.json");
  const text = await textIfThere(path);
  if (text === undefined) return undefined;
  const value = parseJson(text, path) as StatusFile | null;
  const known: readonly unknown[] = ["running", "done", "interrupted", "failed"];
  if (known.includes(value?.status)) return value as StatusFile;
  throw new UserError(
    `${path}: expected status to be one of ${known.join(", ")}, got ${JSON.stringify(value?.status)}`,
  );
}

/** The status of a run. A run of format /1 has no such file, so its epochs and its lock show its status. */
export async function statusOf(run: string, epochs: readonly number[]): Promise<RunStatus> {
  const status = (await readStatusFile(run))?.status;
  if (status !== undefined && status !== "running") return status;
  if (await isRunLocked(run)) return "running";
  if (status === "running") return "lost";
  const {options} = readRunFile(run);
  return epochs.includes(Number(options.epochs)) ? "done" : "interrupted";
}
