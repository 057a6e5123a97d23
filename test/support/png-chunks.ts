import {crc32, deflateSync} from "node:zlib";

export const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** A chunk of a PNG file, with its checksum. */
export function pngChunk(type: string, data: Uint8Array = new Uint8Array(0)): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** The header chunk. */
export function pngHeader(width: number, height: number, depth = 8, colorType = 2, interlace = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colorType, 0, 0, interlace], 8);
  return pngChunk("IHDR", data);
}

/** A PNG of 8 bits of red, green and blue. @param before Chunks before the pixels. */
export function rgbPngFile(
  width: number,
  height: number,
  at: (x: number, y: number, c: number) => number,
  before: readonly Uint8Array[] = [],
): Buffer {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < 3 * width; i++) rows[y * (1 + 3 * width) + 1 + i] = at(Math.floor(i / 3), y, i % 3);
  }
  const pixels = pngChunk("IDAT", deflateSync(rows));
  return Buffer.concat([PNG_SIGNATURE, pngHeader(width, height), ...before, pixels, pngChunk("IEND")]);
}
