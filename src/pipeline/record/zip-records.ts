/** @file The records of a zip file whose members are not compressed (PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). */

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
/** Names are in UTF-8. */
const UTF8 = 0x0800;
/** 1 January 1980, the least date a zip file can hold: the same members give the same bytes. */
const DATE = 0x21;
const VERSION = 20;

/** Sizes and places take four bytes each, counts two. */
export const MOST_BYTES = 0xffffffff;
export const MOST_MEMBERS = 0xffff;

export interface ZipMember {
  readonly name: Uint8Array;
  /** Checksum of its bytes (CRC-32). */
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

/** Stands before a member's bytes. */
export function localRecord(member: ZipMember): Uint8Array {
  const record = Buffer.alloc(30 + member.name.length);
  record.writeUInt32LE(LOCAL, 0);
  record.set(facts(member), 4);
  record.set(member.name, 30);
  return record;
}

/** Stands in the list at the file's end. @param at Where the member's local record begins. */
export function centralRecord(member: ZipMember, at: number): Uint8Array {
  const record = Buffer.alloc(46 + member.name.length);
  record.writeUInt32LE(CENTRAL, 0);
  record.writeUInt16LE(VERSION, 4);
  record.set(facts(member), 6);
  record.writeUInt32LE(at, 42);
  record.set(member.name, 46);
  return record;
}

/** Ends the file. @param size Of the list. @param at Where it begins. */
export function endRecord(count: number, size: number, at: number): Uint8Array {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(END, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(at, 16);
  return record;
}
