/** @file The idx format of the MNIST files: http://yann.lecun.com/exdb/mnist/, "file format". */

import {UserError} from "../../../nouns/options";

export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. A view of the file's bytes, not a copy. */
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/** The content of the first bytes of an idx file. */
export interface IdxHeader {
  readonly shape: readonly number[];
  /** Bytes before the first value. */
  readonly length: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/**
 * Reads the header of an idx file of unsigned bytes: two zero bytes, a type code, the number of dimensions, each
 * dimension as a big-endian uint32.
 *
 * @param start The file's first bytes, or all of them.
 * @param name  The name of the file in errors.
 * @throws UserError if the file is not an idx file of unsigned bytes.
 */
export function idxHeader(start: Uint8Array, name: string): IdxHeader {
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0) {
    throw new UserError(`${name}: expected an idx file (first bytes 00 00), got ${hex(start.subarray(0, 4))}`);
  }
  if (start[2] !== UNSIGNED_BYTE) {
    throw new UserError(`${name}: expected idx type 08 (unsigned byte), got ${hex(start.subarray(2, 3))}`);
  }
  const rank = start[3];
  const length = 4 + 4 * rank;
  if (start.length < length) {
    throw new UserError(
      `${name}: expected a header of ${length} bytes for ${rank} dimensions, got a file of ${start.length} bytes`,
    );
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const shape = Array.from({length: rank}, (_, axis) => view.getUint32(4 + 4 * axis));
  return {shape, length, total: length + shape.reduce((product, extent) => product * extent, 1)};
}

/**
 * Parses an idx file of unsigned bytes: the header, then the values.
 *
 * @param file  The whole file, decompressed.
 * @param name  The name of the file in errors.
 * @throws UserError if the file is not an idx file of unsigned bytes, or not as long as its header says.
 */
export function parseIdx(file: Uint8Array, name: string): IdxArray {
  const {shape, length, total} = idxHeader(file, name);
  if (file.length !== total) {
    throw new UserError(`${name}: expected ${total - length} values for shape [${shape}], got ${file.length - length}`);
  }
  return {shape, values: file.subarray(length)};
}

function hex(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1 ");
}
