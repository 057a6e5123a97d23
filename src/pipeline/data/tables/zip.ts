import {crc32, createInflateRaw} from "node:zlib";

import {UserError} from "../../../nouns/options";
import type {TableFile} from "./table-file";

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** How many bytes it has, unpacked. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly crc: number;
  /** The place where its own header begins. */
  readonly offset: number;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** The greatest length of the archive's comment, which comes last. */
const LONGEST_END = 22 + 0xffff;
const MOST_DIRECTORY = 1 << 26;
const [END, END_64, ENTRY, LOCAL] = [0x06054b50, 0x06064b50, 0x02014b50, 0x04034b50];
const STORED = 0;
const DEFLATED = 8;

/**
 * Lists the files of a zip archive (PKWARE, APPNOTE.TXT 6.3), also of a zip64 archive, from its directory.
 *
 * @throws UserError if the directory is damaged.
 */
export async function zipEntries({path, size = 0, read}: TableFile): Promise<ZipEntry[]> {
  const damaged = (got: string) => new UserError(`${path}: expected a whole .npz (zip) file, got ${got}`);
  const tail = await read(Math.max(0, size - LONGEST_END), Math.min(size, LONGEST_END));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damaged("no directory at its end");
  let [length, begin] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (begin === 0xffffffff || length === 0xffffffff) {
    const locator = end - 20;
    if (locator < 0) throw damaged("no directory of a large archive");
    const at = Number(tail.readBigUInt64LE(locator + 8));
    if (!(at + 56 <= size)) throw damaged("a directory beyond its end");
    const large = await read(at, 56);
    if (large.readUInt32LE(0) !== END_64) throw damaged("no directory of a large archive");
    [length, begin] = [Number(large.readBigUInt64LE(40)), Number(large.readBigUInt64LE(48))];
  }
  if (!(begin + length <= size && length <= MOST_DIRECTORY)) throw damaged("a directory beyond its end");
  const directory = await read(begin, length);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY) throw damaged("a damaged directory");
    const [names, extra, comment] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place));
    const next = at + 46 + names + extra + comment;
    if (next > directory.length) throw damaged("a damaged directory");
    const sizes = [24, 20, 42].map((place) => directory.readUInt32LE(at + place));
    widen(sizes, directory.subarray(at + 46 + names, at + 46 + names + extra));
    const [unpacked, packed, offset] = sizes;
    if (!(offset + 30 + packed <= size)) throw damaged("a file beyond its end");
    entries.push({
      name: directory.subarray(at + 46, at + 46 + names).toString("utf8"),
      size: unpacked,
      packed,
      offset,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
    });
    at = next;
  }
  return entries;
}

/** Takes the numbers of zip64 in place of those that did not fit: size, packed size, offset. */
function widen(sizes: number[], extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2));
    let from = at + 4;
    for (let i = 0; i < sizes.length; i++) {
      if (sizes[i] !== 0xffffffff || from + 8 > end) continue;
      sizes[i] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
  }
}

/**
 * One file's bytes, unpacked, piece by piece. It never gives more bytes than the directory says.
 *
 * @throws UserError if it is damaged; when the whole file is read, its checksum shows that, too.
 */
export async function* zipBytes({path, read}: TableFile, entry: ZipEntry): AsyncGenerator<Buffer> {
  const damaged = (got: string) => new UserError(`${path}:${entry.name}: expected a complete array, got ${got}`);
  const local = await read(entry.offset, 30);
  if (local.readUInt32LE(0) !== LOCAL) throw damaged("no such file where the directory says");
  if (local.readUInt16LE(6) & 1) throw damaged("an encrypted file");
  const begin = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  let [sum, bytes] = [0, 0];
  for await (const piece of entry.method === STORED ? pieces(read, begin, entry.packed) : inflated()) {
    bytes += piece.length;
    if (bytes > entry.size) throw damaged("more bytes than its directory says");
    sum = crc32(piece, sum);
    yield piece;
  }
  if (bytes !== entry.size) throw damaged(`${bytes} of ${entry.size} bytes`);
  if (sum !== entry.crc) throw damaged("another checksum");

  async function* inflated(): AsyncGenerator<Buffer> {
    if (entry.method !== DEFLATED) throw damaged(`compression method ${entry.method}, not stored or deflated`);
    const inflate = createInflateRaw({chunkSize: PIECE});
    const {Readable} = await import("node:stream");
    const source = Readable.from(pieces(read, begin, entry.packed));
    source.on("error", (error) => inflate.destroy(error));
    try {
      yield* source.pipe(inflate) as AsyncIterable<Buffer>;
    } catch (error) {
      const {code = "", message} = error as NodeJS.ErrnoException;
      if (code.startsWith("Z_")) throw damaged(`${message} (${code})`);
      throw error;
    } finally {
      source.destroy();
      inflate.destroy();
    }
  }
}

const PIECE = 1 << 20;

async function* pieces(read: TableFile["read"], begin: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += PIECE) yield await read(begin + at, Math.min(PIECE, length - at));
}
