/** @file The records of a zip file whose members are not compressed (PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). */

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
/** Names are in UTF-8. */
const UTF8 = 0x0800;
/**
 * 1 January 1980, the earliest date that a zip file can hold. It is fixed, so that the same members give the same
 * bytes.
 */
const DATE = 0x21;
const VERSION = 20;

/** The limits of a plain zip file: sizes and places take four bytes each, counts two. */
export const MOST_BYTES = 0xffffffff;
export const MOST_MEMBERS = 0xffff;

export interface ZipMember {
  readonly name: Uint8Array;
  /** The checksum of its bytes (CRC-32). */
  readonly crc: number;
  readonly size: number;
}

/** The fields that both records of a member have. */
function facts({name, crc, size}: ZipMember): Uint8Array {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(VERSION, 0);
  bytes.writeUInt16LE(UTF8, 2);
  bytes.writeUInt16LE(DATE, 8);
  bytes.writeUInt32LE(crc, 10);
  bytes.writeUInt32LE(size, 14);
  bytes.writeUInt32LE(size, 18);
  bytes.writeUInt16LE(name.length, 22);
  return bytes;
}

/** The record before a member's bytes. */
export function localRecord(member: ZipMember): Uint8Array {
  const record = Buffer.alloc(30 + member.name.length);
  record.writeUInt32LE(LOCAL, 0);
  record.set(facts(member), 4);
  record.set(member.name, 30);
  return record;
}

/** The record in the list at the file's end. @param at The place where the member's local record begins. */
export function centralRecord(member: ZipMember, at: number): Uint8Array {
  const record = Buffer.alloc(46 + member.name.length);
  record.writeUInt32LE(CENTRAL, 0);
  record.writeUInt16LE(VERSION, 4);
  record.set(facts(member), 6);
  record.writeUInt32LE(at, 42);
  record.set(member.name, 46);
  return record;
}

/** The record that ends the file. @param size How many bytes the list has. @param at The place where it begins. */
export function endRecord(count: number, size: number, at: number): Uint8Array {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(END, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(at, 16);
  return record;
}
