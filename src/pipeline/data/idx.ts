/** @file The idx format of the MNIST files: http://yann.lecun.com/exdb/mnist/, "file format". */

import {UserError} from "../options";

export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. A view of the file's bytes, not a copy. */
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Parses an idx file of unsigned bytes: two zero bytes, a type code, the number
 * of dimensions, each dimension as a big-endian uint32, then the values.
 *
 * @param file  The whole file, decompressed.
 * @param name  Named in errors.
 * @throws Error if the file is not idx, not of unsigned bytes, or not as long as its header says.
 */
export function parseIdx(file: Uint8Array, name: string): IdxArray {
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0) {
    throw new UserError(`${name}: expected an idx file (first bytes 00 00), got ${hex(file.subarray(0, 4))}`);
  }
  if (file[2] !== UNSIGNED_BYTE) {
    throw new UserError(`${name}: expected idx type 08 (unsigned byte), got ${hex(file.subarray(2, 3))}`);
  }
  const rank = file[3];
  const header = 4 + 4 * rank;
  if (file.length < header) {
    throw new UserError(
      `${name}: expected a header of ${header} bytes for ${rank} dimensions, got a file of ${file.length} bytes`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({length: rank}, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (file.length !== header + size) {
    throw new UserError(`${name}: expected ${size} values for shape [${shape}], got ${file.length - header}`);
  }
  return {shape, values: file.subarray(header)};
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1 ");
}
