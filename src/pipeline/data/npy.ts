import {UserError} from "../options";

export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const READERS: {readonly [type: string]: (view: DataView, at: number) => number} = {
  "<f4": (view, at) => view.getFloat32(at, true),
  "<f8": (view, at) => view.getFloat64(at, true),
  "<i4": (view, at) => view.getInt32(at, true),
  "<i8": (view, at) => Number(view.getBigInt64(at, true)),
  "<i2": (view, at) => view.getInt16(at, true),
  "<u2": (view, at) => view.getUint16(at, true),
  "<u4": (view, at) => view.getUint32(at, true),
  "|i1": (view, at) => view.getInt8(at),
  "|u1": (view, at) => view.getUint8(at),
  "|b1": (view, at) => view.getUint8(at),
};

/**
 * Reads numpy's .npy format (numpy.lib.format, versions 1 to 3), row-major, little-endian; doubles are rounded to
 * single precision.
 *
 * @param what Named in errors: the file.
 * @throws UserError if it is something else.
 */
export function parseNpy(bytes: Uint8Array, what: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic =
    bytes.length > 10 && bytes[0] === 0x93 && Buffer.from(bytes.subarray(1, 6)).toString("latin1") === "NUMPY";
  if (!magic) throw new UserError(`${what}: expected a .npy file, got other bytes`);
  const wide = bytes[6] > 1; // the header's length in four bytes from version 2 on
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = Buffer.from(bytes.subarray(start, start + length)).toString("utf8");
  const type = /'descr': *'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = (/'shape': *\(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim())
    .map(Number);
  const read = READERS[type];
  if (!read) throw new UserError(`${what}: expected numbers of type ${Object.keys(READERS).join(", ")}, got "${type}"`);
  if (/'fortran_order': *True/.test(header))
    throw new UserError(`${what}: expected rows one after another, got Fortran order`);
  const count = shape.reduce((product, side) => product * side, 1);
  const size = Number(type.slice(2));
  if (bytes.length < start + length + count * size) {
    throw new UserError(`${what}: expected ${count * size} bytes of numbers, got ${bytes.length - start - length}`);
  }
  return {shape, values: Float32Array.from({length: count}, (_, i) => read(view, start + length + i * size))};
}
