import {closeSync, constants, fstatSync, openSync, readFileSync, readSync} from "node:fs";
import {basename, dirname, join} from "node:path";

import {UserError} from "../../nouns/options";
import {systemWords} from "../../nouns/system-errors";
import type {Artifact} from "../types";
import {type OwnFile, parseOwn, putNpz} from "./arrays-beside";
import {aligned, type Beside, parse} from "./artifact-codec";
import {type FileState, stateOf} from "./file-state";
import {withoutDigest} from "./json-digest";
import {isDigest, sha256, sha256Of} from "./seal";

/** A saved value, and the files that it was read from. */
export interface Read {
  readonly value: unknown;
  readonly files: readonly FileState[];
}

/**
 * Reads a saved value, and the files beside it that it names. It reads synchronously: files that were written a moment
 * ago are in memory, and copying them takes less time than asking a thread for each piece. Nothing in the files is used
 * before it is checked: they must have the digest with which they were written (files of earlier versions have none),
 * and the binary file of format /1 must have the size that follows from the JSON's arrays.
 *
 * @throws UserError with the path, what was expected and what was got.
 */
export function readSavedFiles(path: string): Read {
  const opened: number[] = [];
  const files: FileState[] = [];
  const open = (name: string) => {
    const file = openSync(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a pipe would wait for its writer
    opened.push(file);
    files.push(stateOf(name, file)); // before it is read
    if (!fstatSync(file).isFile()) throw new UserError(`${name}: expected a file, got something else`);
    return file;
  };
  let current = path;
  try {
    const text = readFileSync(open(path), "utf8");
    const {json, digest} = withoutDigest(text);
    const hash = sha256Of();
    hash.update(json);
    const {root, beside, references} = parse(json, path);
    if (digest === undefined) checkUnsealed(root.value, path);
    const names = [...new Set(beside.map(({file}) => file))];
    if (names.length > 1) throw new UserError(`${path}: expected one binary file beside it, got ${names.join(", ")}`);
    if (names.length === 1) {
      current = join(dirname(path), names[0]);
      readBeside(current, open(current), beside, (bytes) => digest && hash.update(bytes));
    }
    let npz: Uint8Array | undefined;
    if (references.arrays.length > 0) {
      current = path.replace(/(\.json)?$/, ".npz");
      names.push(basename(current));
      npz = wholeOf(current, open(current));
      if (digest) hash.update(npz);
    }
    checkDigest(path, digest, hash.digest("hex"), names);
    if (npz) putNpz(references, npz, current);
    for (const {own, put} of references.files) {
      current = join(dirname(path), checkedName(own, path));
      const bytes = wholeOf(current, open(current));
      checkDigest(current, own.sha256, sha256(bytes), []);
      put(parseOwn(own, bytes, current));
    }
    current = path;
    for (const make of references.lists) make();
    return {value: root.value, files};
  } catch (error) {
    throw inWords(error, path, current);
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/**
 * The folders in which separate files may be, from the JSON's folder. This is limited because the run may be a
 * stranger's.
 */
const OWN_FILE = /^(\.\.\/\.\.\/(data|predictions)\/)?[\w-][\w.-]*\.(npy|txt)$/;

/** @throws UserError if the path leads elsewhere. */
export function checkedName(own: OwnFile, path: string): string {
  const name = "npy" in own ? own.npy : own.lines;
  if (OWN_FILE.test(name)) return name;
  throw new UserError(`${path}: expected a file of the run's own, got ${JSON.stringify(name)}`);
}

/** How many bytes the system reads at once. */
const AT_ONCE = 2 ** 30;

/** A file's bytes, in a new buffer. */
function wholeOf(name: string, file: number): Uint8Array {
  const {size} = fstatSync(file);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const more = readSync(file, bytes, at, Math.min(AT_ONCE, size - at), at);
    if (more === 0) throw new UserError(`${name}: expected ${size} bytes, got ${at}`);
    at += more;
  }
  return bytes;
}

/** @param hash Gets every byte of the file. */
function readBeside(name: string, file: number, arrays: readonly Beside[], hash: (bytes: Uint8Array) => void): void {
  const inOrder = [...arrays].sort((a, b) => a.offset - b.offset);
  const size = aligned(Math.max(...inOrder.map(({offset, bytes}) => offset + bytes)));
  const got = fstatSync(file).size;
  if (got !== size) throw new UserError(`${name}: expected ${size} bytes, got ${got}`);
  let at = 0;
  const next = (length: number) => {
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length; ) {
      const more = readSync(file, bytes, read, length - read, at + read);
      if (more === 0) throw new UserError(`${name}: expected ${size} bytes, got ${at + read}`);
      read += more;
    }
    at += length;
    hash(bytes);
    return bytes.buffer;
  };
  for (const {offset, bytes, put} of inOrder) {
    if (offset < at)
      throw new UserError(`${name}: expected arrays one after another, got two that overlap at ${offset}`);
    next(offset - at);
    put(next(bytes));
  }
  next(size - at);
}

/** @throws UserError if a value had a digest that is not complete any more. */
function checkUnsealed(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const [name, last] = Object.entries(value).at(-1) ?? [];
  if (name !== "sha256" && !isDigest(last)) return;
  const shown = JSON.stringify(last)?.slice(0, 80);
  throw new UserError(`${path}: expected its SHA-256 under "sha256", got ${shown} under ${JSON.stringify(name)}`);
}

function checkDigest(path: string, expected: string | undefined, got: string, beside: readonly string[]): void {
  if (expected === undefined || expected === got) return;
  const what = beside.length > 0 ? ` with ${beside[0]}` : "";
  throw new UserError(`${path}: expected SHA-256 ${expected}${what}, got ${got}: it has been changed or damaged`);
}

/** The error as one line that names the file. */
function inWords(error: unknown, path: string, current: string): unknown {
  if (error instanceof UserError) {
    const {message} = error;
    return message.startsWith("saved array: ") ? new UserError(`${path}: ${message}`, {cause: error}) : error;
  }
  if (error instanceof RangeError) {
    return new UserError(`${current}: expected numbers that fit into memory, got more (${error.message})`, {
      cause: error,
    });
  }
  const words = systemWords(error, current, "read");
  return words === undefined ? error : new UserError(words, {cause: error});
}

export async function readSaved(path: string): Promise<unknown> {
  return readSavedFiles(path).value;
}

/** @throws UserError also if it is not an artifact. */
export async function readArtifactFile(path: string): Promise<Artifact> {
  const value = readSavedFiles(path).value as Partial<Artifact> | null;
  const isArtifact =
    typeof value?.name === "string" && typeof value.plot === "string" && typeof value.data === "object";
  if (!isArtifact || value.data === null) {
    throw new UserError(`${path}: expected an artifact with a name, a plot and data, got something else`);
  }
  return value as Artifact; // its digest shows that it has everything that its plot needs
}
