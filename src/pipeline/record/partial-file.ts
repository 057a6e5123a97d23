/** @file Names for what is not whole yet: files that are written, folders that are filled, before they get their name. */
import {randomBytes} from "node:crypto";
import {rmSync} from "node:fs";
import {basename, dirname, join} from "node:path";

/** "<name>.<process>-<chance>.partial" */
const PARTIAL = /\.(\d+)-[0-9a-f]{12}\.partial$/;

/** Bytes that most file systems allow in a name are 255; the rest is for what is added. */
const LONGEST = 200;

/**
 * A name that no other process and no other call takes, in the same folder, for what will be renamed to `path`. It is to
 * be created exclusively ("wx", mkdir), so that a link that stands there is never followed.
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

/** Says that what had this name has its own now, or is gone. */
export function finished(partial: string): void {
  unfinished.delete(partial);
}

/** Takes away what this thread has begun and not finished: for a process that is about to end. */
export function removeUnfinished(): void {
  for (const partial of unfinished) {
    // a file that is being created in a folder while that is removed makes it full again
    for (let left = TRIES; left > 0 && !isRemoved(partial); left--);
  }
  unfinished.clear();
}

/** How often a folder is removed that is still written into; then another process sweeps it later (leftovers.ts). */
const TRIES = 10;

function isRemoved(partial: string): boolean {
  try {
    rmSync(partial, {recursive: true, force: true});
    return true;
  } catch {
    return false;
  }
}

/** Whether this thread has begun a file or folder of this name, and not told it to be finished: then it is there. */
export function isUnfinished(partial: string): boolean {
  return unfinished.has(partial);
}

/**
 * The process that a partial file's name tells of; 0 for a name as older versions gave it, which none tells of.
 *
 * @returns Undefined if the name is no partial file's.
 */
export function writerOf(name: string): number | undefined {
  if (!name.endsWith(".partial")) return undefined;
  return Number(PARTIAL.exec(name)?.[1] ?? 0);
}
