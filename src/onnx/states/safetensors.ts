import {OnnxError} from "../error";
import type {ElementType} from "../file/tensors";
import type {State, StoredArray} from "./state";

/** Types by safetensors' names. */
const TYPES: {readonly [dtype: string]: readonly [type: ElementType, bytes: number]} = {
  F64: ["float64", 8],
  F32: ["float32", 4],
  F16: ["float16", 2],
  BF16: ["bfloat16", 2],
  I64: ["int64", 8],
  I32: ["int32", 4],
  I16: ["int16", 2],
  I8: ["int8", 1],
  U8: ["uint8", 1],
  BOOL: ["bool", 1],
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Reads a safetensors file (its format: https://github.com/huggingface/safetensors): the length of a JSON header, then
 * the header, then the numbers. The arrays are views of the file.
 *
 * @throws OnnxError if it is none, or an array lies outside of the file or has a type of other than 8 to 64 bits.
 */
export function safetensors(file: Uint8Array): State {
  const {header, start} = headerOf(file);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  for (const [name, entry] of entries) checkEntry(name, entry);
  checkApart(entries as [string, Entry][]);
  return new Map(entries.map(([name, entry]) => [name, arrayOf(name, entry as Entry, file.subarray(start))]));
}

/** @throws OnnxError if an entry of the header is no description of an array. */
function checkEntry(name: string, entry: unknown): void {
  const {dtype, shape, data_offsets: places} = (entry ?? {}) as {readonly [field in keyof Entry]?: unknown};
  const areCounts = (list: unknown) => Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (typeof dtype === "string" && areCounts(shape) && areCounts(places) && (places as number[]).length === 2) return;
  const got = JSON.stringify(entry).slice(0, 80);
  throw new OnnxError(`safetensors "${name}": expected dtype, shape and data_offsets [from, to], got ${got}`);
}

/** @throws OnnxError if two arrays share bytes, which the format forbids. */
function checkApart(entries: readonly (readonly [name: string, entry: Entry])[]): void {
  const sorted = entries
    .filter(
      ([
        ,
        {
          data_offsets: [from, to],
        },
      ]) => to > from,
    )
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  sorted.forEach(
    (
      [
        name,
        {
          data_offsets: [from],
        },
      ],
      i,
    ) => {
      const [before, last] = sorted[i - 1] ?? [];
      if (!last || from >= last.data_offsets[1]) return;
      throw new OnnxError(
        `safetensors "${name}": expected its own bytes, got those from ${from} on, which "${before}" has too: ${last.data_offsets.join(" to ")}`,
      );
    },
  );
}

function headerOf(file: Uint8Array): {header: {[name: string]: unknown}; start: number} {
  const isPointer = new TextDecoder().decode(file.subarray(0, 23)) === "version https://git-lfs";
  const refused = new OnnxError(
    isPointer
      ? "safetensors: expected a file of weights, got a pointer to one (git lfs pull fetches the file itself)"
      : "safetensors: expected a header in JSON, got other bytes",
  );
  if (file.length < 8) throw refused;
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (!(length <= file.length - 8)) throw refused;
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    if (typeof header !== "object" || header === null || Array.isArray(header)) throw refused;
    return {header: header as {[name: string]: unknown}, start: 8 + length};
  } catch {
    throw refused;
  }
}

function arrayOf(name: string, {dtype, shape, data_offsets: [from, to]}: Entry, numbers: Uint8Array): StoredArray {
  const found = TYPES[dtype];
  if (!found)
    throw new OnnxError(`safetensors "${name}": expected a type of ${Object.keys(TYPES).join(", ")}, got ${dtype}`);
  const [type, size] = found;
  const bytes = size * shape.reduce((a, b) => a * b, 1);
  if (!(to - from === bytes && from >= 0 && to <= numbers.length)) {
    throw new OnnxError(
      `safetensors "${name}": expected ${bytes} bytes within the file, got ${from} to ${to} of ${numbers.length}`,
    );
  }
  return {type, dims: shape, bytes: numbers.subarray(from, to)};
}

/** Writes arrays of single precision as a safetensors file, with the given texts in its header. */
export function toSafetensors(
  arrays: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>,
  metadata: {readonly [name: string]: string} = {},
): Uint8Array {
  const entries: {[name: string]: object} = {__metadata__: metadata};
  let end = 0;
  for (const [name, {shape, values}] of arrays) {
    const from = end;
    end += values.byteLength;
    entries[name] = {dtype: "F32", shape, data_offsets: [from, end]};
  }
  const text = JSON.stringify(entries);
  const header = new TextEncoder().encode(
    text.padEnd(text.length + ((8 - (new TextEncoder().encode(text).length % 8)) % 8)),
  );
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const {values} of arrays.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/** Returns the texts in a safetensors file's header. @throws OnnxError if it is no such file. */
export function safetensorsMetadata(file: Uint8Array): {readonly [name: string]: string} {
  return (headerOf(file).header.__metadata__ as {readonly [name: string]: string}) ?? {};
}
