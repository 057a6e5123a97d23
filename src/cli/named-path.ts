import {existsSync, lstatSync} from "node:fs";

import {EpochscopeError} from "../nouns/errors";

/**
 * Checks that what the user names is there, before anything is begun.
 *
 * @param what It is to be, in words.
 * @throws EpochscopeError if nothing is there; of a link that leads nowhere, whoever reads it says more.
 */
export function checkThere(path: string, what: string): void {
  if (existsSync(path) || lstatSync(path, {throwIfNoEntry: false})) return;
  throw new EpochscopeError(`${path}: expected ${what}, got nothing there`, {code: "NOT_FOUND"});
}
