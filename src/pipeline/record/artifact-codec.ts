import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

import {UserError} from "../options";
import type {Artifact} from "../types";

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
 * numpy reads as `numpy.fromfile(file, dtype, length, offset=offset)`.
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

/** The value back again. `readBinary` is asked for each file the JSON names. */
export async function decode(json: string, readBinary: (file: string) => Promise<Uint8Array>): Promise<unknown> {
  const files = new Map<string, Uint8Array>();
  for (const [, file] of json.matchAll(/"file":"([^"\\/]+)"/g))
    if (!files.has(file)) files.set(file, await readBinary(file));
  return JSON.parse(json, (_, v) => {
    if (typeof v?.dtype !== "string") return v;
    const ArrayOf = ARRAYS[v.dtype as ArrayName];
    const bytes = typeof v.base64 === "string" ? Buffer.from(v.base64, "base64") : files.get(v.file);
    if (!ArrayOf) throw new UserError(`saved array: expected one of ${Object.keys(ARRAYS).join(", ")}, got ${v.dtype}`);
    if (!bytes)
      throw new UserError(`saved array: expected base64 or a file beside, got ${JSON.stringify(v).slice(0, 80)}`);
    const offset = v.offset ?? 0;
    const length = v.base64 === undefined ? v.length * ArrayOf.BYTES_PER_ELEMENT : bytes.length;
    if (offset + length > bytes.length) {
      throw new UserError(`${v.file}: expected ${offset + length} bytes or more, got ${bytes.length}`);
    }
    return new ArrayOf(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer);
  });
}

/** Reads a saved value, and the binary file beside it if it names one. */
export async function readSaved(path: string): Promise<unknown> {
  const json = await readFile(path, "utf8");
  try {
    return await decode(json, (file) => readFile(join(dirname(path), file)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path}: expected JSON, got ${error.message}`);
    throw error;
  }
}

export async function readArtifactFile(path: string): Promise<Artifact> {
  return (await readSaved(path)) as Artifact; // written by encode from an Artifact
}
