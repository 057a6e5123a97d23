import {type BigIntStats, fstatSync, statSync} from "node:fs";

/** Which file stood at a path, and in what state. */
export interface FileState {
  readonly path: string;
  /** Another after whatever is written to the file, or put in its place. */
  readonly stamp: string;
  /** Whether every later change will change the stamp. */
  readonly settled: boolean;
}

/**
 * Milliseconds. File systems tell the time in ticks, of 10 ms at most on Linux: a file that was changed in this one may be
 * changed again and keep its stamp.
 */
const TICKS = 100;

/**
 * To be asked before the file is read.
 *
 * @param file Its descriptor: by now the path may be another's.
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
