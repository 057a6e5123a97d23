import {type BigIntStats, fstatSync, statSync} from "node:fs";

/** A stamp that tells which file was at a path, and in what state. */
export interface FileState {
  readonly path: string;
  /** A text that changes if anything is written to the file, or if another file takes its place. */
  readonly stamp: string;
  /** Whether every later change will change the stamp. */
  readonly settled: boolean;
}

/**
 * In milliseconds. File systems count time in ticks, of at most 10 ms on Linux: a file may be changed twice within a
 * tick and keep its stamp.
 */
const TICKS = 100;

/**
 * Takes the stamp of a file. It must be called before the file is read.
 *
 * @param file The file's descriptor; the path may belong to another file by now.
 * @param now Milliseconds since 1970.
 */
export function stateOf(path: string, file: number, now = Date.now()): FileState {
  const stat = fstatSync(file, {bigint: true});
  return {path, stamp: stampOf(stat), settled: now - Number(stat.ctimeMs) > TICKS};
}

/** Whether the path has the same file in the same state. */
export function isUnchanged({path, stamp}: FileState): boolean {
  const stat = statSync(path, {bigint: true, throwIfNoEntry: false});
  return stat !== undefined && stampOf(stat) === stamp;
}

function stampOf({dev, ino, size, mtimeNs, ctimeNs}: BigIntStats): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
