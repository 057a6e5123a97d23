import {existsSync, lstatSync} from "node:fs";

import {EpochscopeError} from "../nouns/errors";

/**
 * Checks that a path that the user gave exists, before anything is begun.
 *
 * @param what What it should be, in words.
 * @throws EpochscopeError if nothing is there. For a broken link, the code that reads it says more.
 */
export function checkThere(path: string, what: string): void {
  if (existsSync(path) || lstatSync(path, {throwIfNoEntry: false})) return;
  throw new EpochscopeError(`${path}: expected ${what}, got nothing there`, {code: "NOT_FOUND"});
}
