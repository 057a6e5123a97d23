/** @file A digest inside what it is of: a saved value that has been changed since is known by it. */
import {createHash, type Hash} from "node:crypto";

import {UserError} from "../../nouns/options";

/** A SHA-256 in the making: `update` takes bytes, `digest("hex")` gives it. */
export function sha256Of(): Hash {
  return createHash("sha256");
}

/** Hexadecimal SHA-256 of some bytes, one after another. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = sha256Of();
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * A plain value with the digest of its JSON as its last member, `sha256`. Spaces and line ends do not count.
 *
 * @param except Members that the digest leaves out: times, which make two equal runs differ.
 */
export function sealed<T extends object>(value: T, except: readonly string[] = []): T & {readonly sha256: string} {
  return {...value, sha256: digestOf(value, except)};
}

/**
 * The value without its digest. One that has none, as earlier versions wrote it, is taken as it is.
 *
 * @param where Named in the error.
 * @throws UserError if it is no object, or another than was written.
 */
export function unsealed(
  value: unknown,
  where: string,
  except: readonly string[] = [],
): {readonly [name: string]: unknown} {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${where}: expected a JSON object, got ${Array.isArray(value) ? "a list" : `${value}`}`);
  }
  if (!("sha256" in value)) {
    const misnamed = Object.entries(value).at(-1);
    if (isDigest(misnamed?.[1])) {
      throw new UserError(
        `${where}: expected a SHA-256 under "sha256", got one under ${JSON.stringify(misnamed?.[0])}`,
      );
    }
    return value as {readonly [name: string]: unknown};
  }
  const {sha256: expected, ...rest} = value;
  const got = digestOf(rest, except);
  if (got !== expected) {
    throw new UserError(
      `${where}: expected the content that was written (SHA-256 ${expected}), got other content (${got}); if you changed it, remove "sha256"`,
    );
  }
  return rest;
}

/** Whether a value has a digest's form; as the last member under another name, it is one whose name has been damaged. */
export function isDigest(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function digestOf(value: object, except: readonly string[]): string {
  return sha256(JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => !except.includes(name)))));
}
