/**
 * @file numpy's array file, .npy (numpy.lib.format, version 1.0), in the form that a run uses: little-endian, in C
 * order.
 */
import {UserError} from "../../nouns/options";

const TYPES = {
  "|u1": Uint8Array,
  "<u2": Uint16Array,
  "<u4": Uint32Array,
  "<i2": Int16Array,
  "<i4": Int32Array,
  "<f4": Float32Array,
  "<f8": Float64Array,
} as const;

/** An array of numbers that a run can keep. */
export type Values = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Numbers and their shape; the last dimension runs fastest. */
export interface NdArray {
  readonly values: Values;
  readonly shape: readonly number[];
}

/** Whether a value is an array of numbers. @throws UserError if it is an array of a type that runs do not keep. */
export function isValues(value: unknown): value is Values {
  if (!ArrayBuffer.isView(value)) return false;
  if (Object.values(TYPES).some((Kind) => value instanceof Kind)) return true;
  const known = Object.values(TYPES).map(({name}) => name);
  throw new UserError(`saved array: expected one of ${known.join(", ")}, got ${value.constructor.name}`);
}

const MAGIC = "\x93NUMPY\x01\x00";
const LENGTH_AT = 8;
const TEXT_AT = 10;
/** The numbers start at a multiple of this many bytes, so that they can be used without a copy. */
const ALIGNED = 64;

/** Makes everything that comes before the numbers. */
export function npyHeader({values, shape}: NdArray): Uint8Array {
  const type = Object.entries(TYPES).find(([, Kind]) => values instanceof Kind)?.[0];
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  const end = Math.ceil((TEXT_AT + dict.length + 1) / ALIGNED) * ALIGNED;
  const header = Buffer.alloc(end, " ");
  header.write(MAGIC, "latin1");
  header.writeUInt16LE(end - TEXT_AT, LENGTH_AT);
  header.write(dict, TEXT_AT, "latin1");
  header.write("\n", end - 1, "latin1");
  return header;
}

/** The bytes of some numbers, without a copy. */
export function bytesOf(values: Values): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Makes a .npy file, which `numpy.load` can read. */
export function writeNpy(array: NdArray): Uint8Array {
  const header = npyHeader(array);
  const file = new Uint8Array(header.length + array.values.byteLength);
  file.set(header);
  file.set(bytesOf(array.values), header.length);
  return file;
}

/**
 * Reads what `writeNpy` writes.
 *
 * @param what Names the file in errors.
 * @returns Numbers in the file's own bytes if these are aligned, else in a copy.
 * @throws UserError if it is not such a file, or does not have the length that follows from its shape.
 */
export function parseNpy(file: Uint8Array, what: string): NdArray {
  const head = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 2 ** 16));
  if (head.length < TEXT_AT || head.toString("latin1", 0, LENGTH_AT) !== MAGIC) {
    throw new UserError(`${what}: expected a .npy file of version 1.0, got other bytes`);
  }
  const start = TEXT_AT + head.readUInt16LE(LENGTH_AT);
  const dict = head.toString("latin1", TEXT_AT, start);
  const found = /'descr': '([^']*)', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(dict);
  const Kind = found && TYPES[found[1] as keyof typeof TYPES];
  if (!Kind) {
    const got = JSON.stringify(dict.trim().slice(0, 80));
    throw new UserError(`${what}: expected one of ${Object.keys(TYPES).join(", ")} in C order, got ${got}`);
  }
  const shape = found[2].split(",").flatMap((side) => (side.trim() === "" ? [] : [Number(side)]));
  const bytes = shape.reduce((product, side) => product * side, Kind.BYTES_PER_ELEMENT);
  if (file.length - start !== bytes) {
    throw new UserError(`${what}: expected ${bytes} bytes for its shape, got ${Math.max(0, file.length - start)}`);
  }
  const at = file.byteOffset + start;
  const isAligned = at % Kind.BYTES_PER_ELEMENT === 0 && file.buffer instanceof ArrayBuffer;
  if (isAligned) return {values: new Kind(file.buffer as ArrayBuffer, at, bytes / Kind.BYTES_PER_ELEMENT), shape};
  return {values: new Kind(new Uint8Array(file.subarray(start)).buffer), shape}; // not slice: a Buffer's does not copy
}
