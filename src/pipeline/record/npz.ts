/** @file numpy's archive of arrays, .npz: a zip file whose members are .npy files, not compressed. */
import {crc32} from "node:zlib";

import {UserError} from "../../nouns/options";
import {bytesOf, type NdArray, npyHeader, parseNpy} from "./npy";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Bytes of each record before the name. */
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
/** Names are in UTF-8. */
const UTF8 = 0x0800;
/** 1 January 1980, the least date a zip file can hold: the same arrays give the same bytes. */
const DATE = 0x21;
const VERSION = 20;
/** Sizes and places take four bytes each. */
const MOST = 0xffffffff;
const MOST_MEMBERS = 0xffff;
/** The checksum takes so many bytes at a time. */
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
  const local = members.reduce((sum, {name, size}) => sum + LOCAL_BYTES + name.length + size, 0);
  const all = members.reduce((sum, {name}) => sum + CENTRAL_BYTES + name.length, local + END_BYTES);
  if (all > MOST || members.length >= MOST_MEMBERS) {
    const got = `${members.length} of ${all} bytes`;
    throw new UserError(
      `saved arrays: expected fewer than ${MOST_MEMBERS}, of less than 4 GiB, in one file, got ${got}`,
    );
  }
  const file = Buffer.alloc(all);
  let at = 0;
  let entry = local;
  for (const {name, array, header, size} of members) {
    const start = at;
    const data = start + LOCAL_BYTES + name.length;
    file.set(header, data);
    file.set(bytesOf(array.values), data + header.length);
    at = data + size;
    const facts = Buffer.alloc(26); // what both records have
    facts.writeUInt16LE(VERSION, 0);
    facts.writeUInt16LE(UTF8, 2);
    facts.writeUInt16LE(DATE, 8);
    facts.writeUInt32LE(checksum(file.subarray(data, at)), 10);
    facts.writeUInt32LE(size, 14);
    facts.writeUInt32LE(size, 18);
    facts.writeUInt16LE(name.length, 22);
    file.writeUInt32LE(LOCAL, start);
    file.set(facts, start + 4);
    file.set(name, start + LOCAL_BYTES);
    file.writeUInt32LE(CENTRAL, entry);
    file.writeUInt16LE(VERSION, entry + 4);
    file.set(facts, entry + 6);
    file.writeUInt32LE(start, entry + 42);
    file.set(name, entry + CENTRAL_BYTES);
    entry += CENTRAL_BYTES + name.length;
  }
  file.writeUInt32LE(END, entry);
  file.writeUInt16LE(members.length, entry + 8);
  file.writeUInt16LE(members.length, entry + 10);
  file.writeUInt32LE(entry - local, entry + 12);
  file.writeUInt32LE(local, entry + 16);
  return file;
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += AT_ONCE) sum = crc32(bytes.subarray(at, at + AT_ONCE), sum);
  return sum;
}

/**
 * The arrays of a .npz file by their names, as `writeNpz` or `numpy.savez` writes them. Each has a buffer of its own, to be
 * handed to another thread without its neighbours.
 *
 * @param what Named in errors.
 * @throws UserError if it is no such file, is cut off, or is compressed (`numpy.savez_compressed`).
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
      throw new UserError(`${what}: expected arrays that are not compressed (numpy.savez), got a packed ${text}`);
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
