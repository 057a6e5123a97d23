import {closeSync, fstatSync, openSync, readFileSync, readSync} from "node:fs";
import {dirname, join} from "node:path";

import {UserError} from "../options";
import type {Artifact} from "../types";
import {type FileState, stateOf} from "./file-state";

/** @file Saved values: JSON, its typed arrays as base64, the large ones in a binary file beside it, little-endian. */

const ARRAYS = {Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array} as const;
type ArrayName = keyof typeof ARRAYS;

/** Arrays of this many bytes and more go beside: they would swell the JSON by a third and hide what it says. */
const LARGE = 2048;

export interface Encoded {
  readonly json: string;
  /** The large arrays, one after another, each starting at a multiple of 8 bytes; absent if there are none. */
  readonly binary?: Uint8Array;
}

/**
 * Encodes a plain value. A typed array becomes `{dtype, base64}`, or, if large, `{dtype, length, file, offset}`, which
 * numpy reads as `numpy.fromfile(file, dtype, length, offset=offset)`, dtype in its own words: "float32" of "Float32Array".
 *
 * @param binaryName Name of the file that `binary` will be written to, beside the JSON.
 */
export function encode(value: unknown, binaryName: string): Encoded {
  const parts: {readonly offset: number; readonly bytes: Uint8Array}[] = [];
  let end = 0;
  const json = JSON.stringify(value, (_, v) => {
    if (!ArrayBuffer.isView(v)) return v;
    const bytes = new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
    const dtype = v.constructor.name;
    if (!(dtype in ARRAYS))
      throw new Error(`saved array: expected one of ${Object.keys(ARRAYS).join(", ")}, got ${dtype}`);
    if (bytes.length < LARGE) return {dtype, base64: Buffer.from(bytes).toString("base64")};
    const offset = end;
    parts.push({offset, bytes});
    end = Math.ceil((offset + bytes.length) / 8) * 8;
    return {dtype, length: (v as Uint8Array).length, file: binaryName, offset};
  });
  if (parts.length === 0) return {json};
  const binary = new Uint8Array(end);
  for (const {offset, bytes} of parts) binary.set(bytes, offset);
  return {json, binary};
}

/** Gives bytes of a file that the JSON names, in a buffer of their own. */
export type ReadBytes = (file: string, offset: number, length: number) => ArrayBuffer;

/** The value back again; each array has its own buffer, to be handed to another thread without its neighbours. */
export function decode(json: string, readBytes: ReadBytes): unknown {
  const root = {value: JSON.parse(json) as unknown};
  putArrays(root, readBytes);
  return root.value;
}

/** A typed array as the JSON has it. */
interface SavedArray {
  readonly dtype: string;
  readonly base64?: unknown;
  readonly length: number;
  readonly file?: unknown;
  readonly offset?: number;
}

/**
 * Puts arrays in place of what tells of them, in an object or an array and all below. Not by a reviver of JSON.parse:
 * that would be called for every number, and has a slower parser.
 */
function putArrays(holder: {[key: string | number]: unknown}, readBytes: ReadBytes): void {
  const put = (key: string | number) => {
    const value = holder[key] as {[key: string]: unknown} | null;
    if (typeof value !== "object" || value === null) return;
    if (typeof value.dtype === "string") holder[key] = arrayOf(value as unknown as SavedArray, readBytes);
    else putArrays(value, readBytes);
  };
  if (Array.isArray(holder)) for (let i = 0; i < holder.length; i++) put(i);
  else for (const key in holder) put(key);
}

function arrayOf(saved: SavedArray, readBytes: ReadBytes): unknown {
  const {dtype, base64, length, file, offset = 0} = saved;
  const ArrayOf = ARRAYS[dtype as ArrayName];
  if (!ArrayOf) throw new UserError(`saved array: expected one of ${Object.keys(ARRAYS).join(", ")}, got ${dtype}`);
  if (typeof base64 === "string") return new ArrayOf(new Uint8Array(Buffer.from(base64, "base64")).buffer);
  if (typeof file !== "string" || /[\\/]/.test(file)) {
    throw new UserError(`saved array: expected base64 or a file beside, got ${JSON.stringify(saved).slice(0, 80)}`);
  }
  return new ArrayOf(readBytes(file, offset, length * ArrayOf.BYTES_PER_ELEMENT));
}

/** A saved value, and the files that it was read from. */
export interface Read {
  readonly value: unknown;
  readonly files: readonly FileState[];
}

/**
 * Reads a saved value, and the binary file beside it if it names one. At once: what was written a moment ago is in
 * memory, and copied sooner than a thread of the pool is asked for each piece of it.
 */
export function readSavedFiles(path: string): Read {
  const opened = new Map<string, number>();
  const files: FileState[] = [];
  const open = (name: string) => {
    const file = openSync(name, "r");
    opened.set(name, file);
    files.push(stateOf(name, file));
    return file;
  };
  try {
    const value = decode(readFileSync(open(path), "utf8"), (name, offset, length) => {
      const beside = join(dirname(path), name);
      const file = opened.get(beside) ?? open(beside);
      const {size} = fstatSync(file);
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new UserError(`${name}: expected ${offset + length} bytes or more, got ${size}`);
      }
      const bytes = new Uint8Array(length);
      if (readSync(file, bytes, 0, length, offset) < length)
        throw new UserError(`${name}: expected it whole, got less`);
      return bytes.buffer;
    });
    return {value, files};
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path}: expected JSON, got ${error.message}`);
    throw error;
  } finally {
    for (const file of opened.values()) closeSync(file);
  }
}

export async function readSaved(path: string): Promise<unknown> {
  return readSavedFiles(path).value;
}

export async function readArtifactFile(path: string): Promise<Artifact> {
  return (await readSaved(path)) as Artifact; // written by encode from an Artifact
}
