/** @file A digest inside what it is of: a saved value that has been changed since is known by it. */
import {createHash} from "node:crypto";

import {UserError} from "../options";

/** Hexadecimal SHA-256 of some bytes, one after another. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** A plain value with the digest of its JSON as its last member, `sha256`. Spaces and line ends do not count. */
export function sealed<T extends object>(value: T): T & {readonly sha256: string} {
  return {...value, sha256: sha256(JSON.stringify(value))};
}

/**
 * The value without its digest. One that has none, as earlier versions wrote it, is taken as it is.
 *
 * @param where Named in the error.
 * @throws UserError if it is no object, or another than was written.
 */
export function unsealed(value: unknown, where: string): {readonly [name: string]: unknown} {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${where}: expected a JSON object, got ${Array.isArray(value) ? "a list" : `${value}`}`);
  }
  if (!("sha256" in value)) return value as {readonly [name: string]: unknown};
  const {sha256: expected, ...rest} = value;
  const got = sha256(JSON.stringify(rest));
  if (got !== expected) {
    throw new UserError(
      `${where}: expected what was written (SHA-256 ${expected}), got something else (${got}); if you changed it, remove "sha256"`,
    );
  }
  return rest;
}

/** @throws UserError if the text is no JSON. */
export function parsedJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: expected JSON, got ${(error as Error).message}`);
  }
}
