import {crc32, deflateRawSync} from "node:zlib";

/** A file of an archive, and what may be special about it. */
export interface ZippedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  /** Fields of both headers that stand for the true ones. */
  readonly method?: number;
  readonly flags?: number;
  /** The size that the directory says, in place of the true one. */
  readonly size?: number;
  /** The part of the directory's entry after its name. */
  readonly extra?: Uint8Array;
  /** Numbers that do not fit: they stand in the extra field, as zip64 has them. */
  readonly isLarge?: boolean;
}

/**
 * A zip archive (PKWARE, APPNOTE.TXT 6.3). @param isLarge Whether its directory is found as that of zip64.
 */
export function zipOf(files: readonly ZippedFile[], {isLarge = false, comment = ""} = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const {name, content, isDeflated = false, flags = 0} = file;
    const packed = isDeflated ? deflateRawSync(content) : Buffer.from(content);
    const method = file.method ?? (isDeflated ? 8 : 0);
    const own = [file.size ?? content.length, packed.length, offset];
    const wide = Buffer.alloc(file.isLarge ? 28 : 0);
    if (file.isLarge) {
      wide.writeUInt16LE(1, 0);
      wide.writeUInt16LE(24, 2);
      for (const [i, value] of own.entries()) wide.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
    }
    const extra = Buffer.concat([file.extra ?? new Uint8Array(0), wide]);
    const [size, packedSize, at] = file.isLarge ? [0xffffffff, 0xffffffff, 0xffffffff] : own;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(5, 28); // an extra field of its own
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(packedSize, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt16LE(3, 32);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name), extra, Buffer.from("???"));
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(5, 9), packed]);
    parts.push(whole);
    offset += whole.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(isLarge ? 0xffffffff : list.length, 12);
  end.writeUInt32LE(isLarge ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  const [large, locator] = [Buffer.alloc(isLarge ? 56 : 0), Buffer.alloc(isLarge ? 20 : 0)];
  if (isLarge) {
    large.writeUInt32LE(0x06064b50, 0);
    large.writeBigUInt64LE(BigInt(list.length), 40);
    large.writeBigUInt64LE(BigInt(offset), 48);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(offset + list.length), 8);
  }
  return Buffer.concat([...parts, list, large, locator, end, Buffer.from(comment)]);
}
