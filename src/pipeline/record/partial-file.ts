/** @file Temporary names for files and folders that are not complete yet, before they get their final names. */
import {randomBytes} from "node:crypto";
import {rmSync} from "node:fs";
import {basename, dirname, join} from "node:path";

/** The form of such a name: "<name>.<process>-<random>.partial". */
const PARTIAL = /\.(\d+)-[0-9a-f]{12}\.partial$/;

/** How many bytes of a name are kept. Most file systems allow 255; the rest is for the parts that are added. */
const LONGEST = 200;

/**
 * A name that no other process and no other call uses, in the same folder, for something that will be renamed to
 * `path`. It must be created exclusively ("wx", mkdir), so that a link with this name is never followed.
 */
export function partialOf(path: string): string {
  let name = basename(path);
  while (Buffer.byteLength(name) > LONGEST) name = [...name].slice(0, -8).join("");
  const partial = join(dirname(path), `${name}.${process.pid}-${randomBytes(6).toString("hex")}.partial`);
  unfinished.add(partial);
  return partial;
}

/** Files that this thread has begun and not yet finished. */
const unfinished = new Set<string>();

/** Says that the file or folder with this name has its final name now, or is gone. */
export function finished(partial: string): void {
  unfinished.delete(partial);
}

/** Removes everything that this thread has begun and not finished, because the process is about to end. */
export function removeUnfinished(): void {
  for (const partial of unfinished) {
    // if a file is created in a folder while the folder is being removed, it is not empty
    for (let left = TRIES; left > 0 && !isRemoved(partial); left--);
  }
  unfinished.clear();
}

/**
 * How many times it tries to remove a folder that is still being written to. After that, another process removes it
 * later (leftovers.ts).
 */
const TRIES = 10;

function isRemoved(partial: string): boolean {
  try {
    rmSync(partial, {recursive: true, force: true});
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether this thread has begun a file or folder with this name and has not reported it as finished; then it exists.
 */
export function isUnfinished(partial: string): boolean {
  return unfinished.has(partial);
}

/**
 * The process in a partial file's name; 0 for a name by an older version, which contains no process.
 *
 * @returns Undefined if the name is not that of a partial file.
 */
export function writerOf(name: string): number | undefined {
  if (!name.endsWith(".partial")) return undefined;
  return Number(PARTIAL.exec(name)?.[1] ?? 0);
}
