/** @file numpy's archive of arrays, .npz: a zip file whose members are .npy files, not compressed. */
import {crc32} from "node:zlib";

import {UserError} from "../../nouns/options";
import {bytesOf, type NdArray, npyHeader, parseNpy} from "./npy";
import {centralRecord, endRecord, localRecord, MOST_BYTES, MOST_MEMBERS} from "./zip-records";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** How many bytes each record has before the name. */
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
/** The checksum is computed over this many bytes at a time. */
const AT_ONCE = 2 ** 30;

/**
 * A .npz file: `numpy.load(file)["data.points"]` reads the array of that name.
 *
 * @throws UserError if it would be 4 GiB or more, which plain zip files cannot hold.
 */
export function writeNpz(arrays: ReadonlyMap<string, NdArray>): Uint8Array {
  const members = Array.from(arrays, ([name, array]) => {
    const header = npyHeader(array);
    return {name: Buffer.from(`${name}.npy`), array, header, size: header.length + array.values.byteLength};
  });
  if (members.length >= MOST_MEMBERS) {
    throw new UserError(`saved arrays: expected fewer than ${MOST_MEMBERS} in one file, got ${members.length}`);
  }
  const all = members.reduce(
    (sum, {name, size}) => sum + LOCAL_BYTES + CENTRAL_BYTES + 2 * name.length + size,
    END_BYTES,
  );
  if (all > MOST_BYTES) throw new UserError(`saved arrays: expected less than 4 GiB in one file, got ${all} bytes`);
  const file = new Uint8Array(all);
  const list: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array) => {
    file.set(bytes, at);
    at += bytes.length;
  };
  for (const {name, array, header, size} of members) {
    const start = at;
    const data = start + LOCAL_BYTES + name.length;
    file.set(header, data);
    file.set(bytesOf(array.values), data + header.length);
    const member = {name, size, crc: checksum(file.subarray(data, data + size))};
    put(localRecord(member));
    at += size;
    list.push(centralRecord(member, start));
  }
  const start = at;
  for (const record of list) put(record);
  put(endRecord(list.length, at - start, start));
  return file;
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += AT_ONCE) sum = crc32(bytes.subarray(at, at + AT_ONCE), sum);
  return sum;
}

/**
 * The arrays of a .npz file by their names, as `writeNpz` or `numpy.savez` writes them. Each array has its own buffer,
 * so that it can be sent to another thread without others.
 *
 * @param what Names the file in errors.
 * @throws UserError if it is not such a file, is cut off, or is compressed (`numpy.savez_compressed`).
 */
export function parseNpz(bytes: Uint8Array, what: string): Map<string, NdArray> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cutOff = () => new UserError(`${what}: expected a whole .npz file, got one that ends early or is damaged`);
  const end = file.length - END_BYTES;
  if (end < 0 || file.readUInt32LE(end) !== END) throw cutOff();
  const arrays = new Map<string, NdArray>();
  let entry = file.readUInt32LE(end + 16);
  for (let n = file.readUInt16LE(end + 10); n > 0; n--) {
    if (entry + CENTRAL_BYTES > end || file.readUInt32LE(entry) !== CENTRAL) throw cutOff();
    const [size, start] = [file.readUInt32LE(entry + 20), file.readUInt32LE(entry + 42)];
    const [name, extra, comment] = [28, 30, 32].map((at) => file.readUInt16LE(entry + at));
    const text = file.toString("utf8", entry + CENTRAL_BYTES, entry + CENTRAL_BYTES + name);
    if (file.readUInt16LE(entry + 10) !== 0) {
      throw new UserError(`${what}: expected arrays that are not compressed (numpy.savez), got a compressed ${text}`);
    }
    if (start + LOCAL_BYTES > end || file.readUInt32LE(start) !== LOCAL) throw cutOff();
    const data = start + LOCAL_BYTES + file.readUInt16LE(start + 26) + file.readUInt16LE(start + 28);
    if (data + size > end) throw cutOff();
    const {values, shape} = parseNpy(file.subarray(data, data + size), `${what}: ${text}`);
    arrays.set(text.replace(/\.npy$/, ""), {values: values.buffer === bytes.buffer ? values.slice() : values, shape});
    entry += CENTRAL_BYTES + name + extra + comment;
  }
  return arrays;
}
