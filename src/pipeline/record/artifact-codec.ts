import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {noteReference, type References, references} from "./arrays-beside";
import {withDigest, withoutDigest} from "./json-digest";
import {sha256} from "./seal";

/**
 * @file The saved values of format epochscope-run/1 and of checkpoints: JSON with its small typed arrays as base64, and
 * a binary file beside it with the large ones, little-endian. The last member of an object's JSON is `sha256`: the
 * digest of everything before it and of the binary file. Values of format /2 (`arrays-beside.ts`) are read here, too.
 */

const ARRAYS = {Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array} as const;
type ArrayName = keyof typeof ARRAYS;

/**
 * Arrays of this many bytes or more go into the binary file. In the JSON, they would take a third more and make it hard
 * to read.
 */
const LARGE = 2048;

/** Each large array starts at a multiple of this many bytes, so that it can be used without a copy. */
const ALIGNED = 8;

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
 * @param large The number of bytes from which on an array goes there.
 */
export function encode(value: unknown, binaryName: string, large = LARGE): Encoded {
  const parts: {readonly offset: number; readonly bytes: Uint8Array}[] = [];
  let end = 0;
  const json = JSON.stringify(value, (_, v) => {
    if (!ArrayBuffer.isView(v)) return v;
    const bytes = new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
    const dtype = v.constructor.name;
    if (!(dtype in ARRAYS))
      throw new Error(`saved array: expected one of ${Object.keys(ARRAYS).join(", ")}, got ${dtype}`);
    if (bytes.length < large) return {dtype, base64: Buffer.from(bytes).toString("base64")};
    const offset = end;
    parts.push({offset, bytes});
    end = aligned(offset + bytes.length);
    return {dtype, length: (v as Uint8Array).length, file: binaryName, offset};
  });
  if (parts.length === 0) return {json: withDigest(json, sha256(json))};
  const binary = new Uint8Array(end);
  for (const {offset, bytes} of parts) binary.set(bytes, offset);
  return {json: withDigest(json, sha256(json, binary)), binary};
}

/** The end of the bytes of a large array. */
export function aligned(end: number): number {
  return Math.ceil(end / ALIGNED) * ALIGNED;
}

/** A large array that the JSON names. */
export interface Beside {
  readonly file: string;
  readonly offset: number;
  /** How many bytes it has. */
  readonly bytes: number;
  /** Puts the array into the value. @param buffer Its bytes, from the file. */
  put(buffer: ArrayBuffer): void;
}

/** A value that still lacks its large arrays. */
export interface Parsed {
  readonly root: {readonly value: unknown};
  readonly beside: readonly Beside[];
  /** The objects that stand for arrays in a run of format 2. */
  readonly references: References;
}

/**
 * @param json The text without its digest.
 * @param what Names the file in the error.
 * @throws UserError if it is not JSON, or if an array is of an unknown kind.
 */
export function parse(json: string, what: string): Parsed {
  const root = {value: parseJson(json, what)};
  const beside: Beside[] = [];
  const noted = references();
  putArrays(root, beside, noted);
  return {root, beside, references: noted};
}

/** Returns the bytes of a file that the JSON names, in a new buffer. */
export type ReadBytes = (file: string, offset: number, length: number) => ArrayBuffer;

/** Makes the value again. Each array has its own buffer, so that it can be sent to another thread without others. */
export function decode(json: string, readBytes: ReadBytes): unknown {
  const {root, beside} = parse(withoutDigest(json).json, "saved value");
  for (const {file, offset, bytes, put} of beside) put(readBytes(file, offset, bytes));
  return root.value;
}

/** A typed array in the form that it has in the JSON. */
interface SavedArray {
  readonly dtype: string;
  readonly base64?: unknown;
  readonly length: number;
  readonly file?: unknown;
  readonly offset?: number;
}

/**
 * Replaces the objects that stand for small arrays, at all levels of an object or an array, and lists the large arrays.
 * It does not use a reviver of JSON.parse, which would be called for every number and make the parser slower.
 */
function putArrays(holder: {[key: string | number]: unknown}, beside: Beside[], noted: References): void {
  const put = (key: string | number) => {
    const value = holder[key] as {[key: string]: unknown} | null;
    if (typeof value !== "object" || value === null || noteReference(noted, holder, key, value)) return;
    if (typeof value.dtype !== "string") putArrays(value, beside, noted);
    else putArray(holder, key, value as unknown as SavedArray, beside);
  };
  if (Array.isArray(holder)) for (let i = 0; i < holder.length; i++) put(i);
  else for (const key in holder) put(key);
}

function putArray(
  holder: {[key: string | number]: unknown},
  key: string | number,
  saved: SavedArray,
  beside: Beside[],
): void {
  const {dtype, base64, length, file, offset = 0} = saved;
  const ArrayOf = Object.hasOwn(ARRAYS, dtype) ? ARRAYS[dtype as ArrayName] : undefined;
  if (!ArrayOf) throw new UserError(`saved array: expected one of ${Object.keys(ARRAYS).join(", ")}, got ${dtype}`);
  const size = ArrayOf.BYTES_PER_ELEMENT;
  if (typeof base64 === "string") {
    const bytes = new Uint8Array(Buffer.from(base64, "base64"));
    if (bytes.length % size > 0) {
      throw new UserError(`saved array: expected a multiple of ${size} bytes for ${dtype}, got ${bytes.length}`);
    }
    holder[key] = new ArrayOf(bytes.buffer);
    return;
  }
  if (typeof file !== "string" || /[\\/]/.test(file)) {
    throw new UserError(`saved array: expected base64 or a file beside, got ${JSON.stringify(saved).slice(0, 80)}`);
  }
  if (!(Number.isSafeInteger(length) && length >= 0 && Number.isSafeInteger(offset) && offset >= 0)) {
    throw new UserError(`saved array: expected a length and an offset of 0 or more, got ${length} and ${offset}`);
  }
  beside.push({
    ...{file, offset, bytes: length * size},
    put(buffer) {
      holder[key] = new ArrayOf(buffer);
    },
  });
}
