import {createReadStream} from "node:fs";
import {type FileHandle, open, stat} from "node:fs/promises";
import {createGunzip} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {orUserError} from "../../../nouns/system-errors";

/** A file that exists; it is opened again for each pass over it. */
export interface TableFile {
  readonly path: string;
  /** The first bytes, unpacked: enough to tell what it is. */
  readonly head: Uint8Array;
  /** How many bytes it has; undefined for a gzip file, which says this only at its end. */
  readonly size: number | undefined;
  readonly gzip: boolean;
  /** All bytes, unpacked, a few megabytes at a time. @throws UserError at the limit, and for damaged gzip. */
  chunks(): AsyncGenerator<Buffer>;
  /** Bytes from a place, of a file that is not gzip. @throws UserError if it ends before. */
  read(offset: number, length: number): Promise<Buffer>;
}

const HEAD = 1 << 16;
const CHUNK = 1 << 22;
const PIECE = 1 << 20;
/** Deflate cannot pack more than this many bytes into one; a gzip file that claims more is cut off. */
const MOST_PACKED = 1032;
export const MEGABYTE = 2 ** 20;

/**
 * Opens a table file, plain or gzip. Anything but a file is refused before it is opened: a pipe or a device may never
 * end.
 *
 * @throws UserError if it is no file, empty, or larger than the limit.
 */
export async function openTableFile(path: string, maxMegabytes: number): Promise<TableFile> {
  const found = await orUserError(path, () => stat(path), "read");
  if (!found.isFile()) throw new UserError(`${path}: expected a file, got ${kindOf(found)}`);
  if (found.size === 0) throw new UserError(`${path}: expected a table, got an empty file`);
  const limit = maxMegabytes * MEGABYTE;
  if (found.size > limit) throw tooLarge(path, maxMegabytes, megabytes(found.size));
  const read = (offset: number, length: number) => orUserError(path, () => readAt(path, offset, length), "read");
  const begin = await read(0, Math.min(HEAD, found.size));
  const gzip = begin[0] === 0x1f && begin[1] === 0x8b;
  if (gzip && found.size > 18) {
    const told = (await read(found.size - 4, 4)).readUInt32LE(); // of its last part, modulo 4 GiB
    if (told > limit && told < MOST_PACKED * found.size)
      throw tooLarge(path, maxMegabytes, `${megabytes(told)}, unpacked`);
  }
  const chunks = () => (gzip ? unpacked(path, found.size, maxMegabytes) : plain(path, found.size));
  return {path, head: gzip ? await first(chunks()) : begin, size: gzip ? undefined : found.size, gzip, chunks, read};
}

export function tooLarge(path: string, maxMegabytes: number, got: string): UserError {
  return new UserError(
    `${path}: expected at most ${maxMegabytes.toLocaleString("en")} MB (--max-megabytes), got ${got}`,
  );
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEGABYTE).toLocaleString("en")} MB`;
}

function kindOf(found: Awaited<ReturnType<typeof stat>>): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return "a device";
}

async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const {bytesRead} = await file.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) throw new UserError(`${path}: expected ${offset + length} bytes, got ${offset + at}`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file?.close();
  }
}

async function* plain(path: string, size: number): AsyncGenerator<Buffer> {
  const stream = createReadStream(path, {highWaterMark: Math.min(CHUNK, size + 1)});
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    await orUserError(path, () => Promise.reject(error), "read");
  } finally {
    stream.destroy();
  }
}

async function* unpacked(path: string, size: number, maxMegabytes: number): AsyncGenerator<Buffer> {
  const source = createReadStream(path, {highWaterMark: Math.min(CHUNK, size + 1)});
  const gunzip = createGunzip({chunkSize: PIECE});
  source.on("error", (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxMegabytes * MEGABYTE) throw tooLarge(path, maxMegabytes, "more, unpacked");
      yield chunk;
    }
  } catch (error) {
    const {code = "", message} = error as NodeJS.ErrnoException;
    if (code.startsWith("Z_")) throw new UserError(`${path}: expected a whole gzip file, got ${message} (${code})`);
    await orUserError(path, () => Promise.reject(error), "read");
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function first(chunks: AsyncGenerator<Buffer>): Promise<Uint8Array> {
  for await (const chunk of chunks) return chunk.subarray(0, HEAD);
  return new Uint8Array();
}
