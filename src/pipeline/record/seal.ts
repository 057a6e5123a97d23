/** @file Puts a digest into a saved value, which shows whether the value was changed later. */
import {createHash, type Hash} from "node:crypto";

import {UserError} from "../../nouns/options";

/** A SHA-256 that is being computed: `update` takes bytes, `digest("hex")` returns the digest. */
export function sha256Of(): Hash {
  return createHash("sha256");
}

/** The hexadecimal SHA-256 of several pieces of bytes, one after another. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = sha256Of();
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * A plain value with the digest of its JSON as its last member, `sha256`. Spaces and line ends do not change the
 * digest.
 *
 * @param except Members that the digest leaves out, such as times, because they differ between equal runs.
 */
export function sealed<T extends object>(value: T, except: readonly string[] = []): T & {readonly sha256: string} {
  return {...value, sha256: digestOf(value, except)};
}

/**
 * The value without its digest. A value without a digest, which an earlier version wrote, is taken as it is.
 *
 * @param where Names the value in the error.
 * @throws UserError if it is not an object, or is not the one that was written.
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

/**
 * Whether a value has the form of a digest. If the last member has it under another name, it is a digest whose name was
 * damaged.
 */
export function isDigest(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function digestOf(value: object, except: readonly string[]): string {
  return sha256(JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => !except.includes(name)))));
}
