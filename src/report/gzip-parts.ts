import {createHash} from "node:crypto";
import {constants, crc32, deflateRawSync} from "node:zlib";

/**
 * Parts that are smaller than this are packed together with their neighbours, because alone they would hardly shrink.
 */
const SMALL = 1 << 15;
/** How many bytes from a part's middle are packed in both ways, to see which way is better. */
const TRIED = 1 << 13;
/** The first ten bytes of a file: deflated, without name, time and system (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** A last block that is empty (RFC 1951, section 3.2.6). */
const NO_MORE = Uint8Array.of(3, 0);

/** Makes one gzip file of parts that follow each other. */
export type PartsPacker = (parts: readonly Uint8Array[]) => Buffer;

/**
 * Packs parts as one gzip file, each separately up to the end of a byte, and keeps the packed parts. If a file is
 * written again with the same parts and some more, like the report after every epoch, only the new parts cost time.
 *
 * @param level One of gzip's levels 1 to 9.
 */
export function partsPacker(level: number): PartsPacker {
  let known = new Map<string, Uint8Array>();
  return (parts) => {
    const used = new Map<string, Uint8Array>();
    const out: Uint8Array[] = [HEADER];
    let sum = 0;
    let size = 0;
    for (const part of largeParts(parts)) {
      sum = crc32(part, sum);
      size += part.length;
      const key = createHash("sha256").update(part).digest("base64");
      const packed =
        known.get(key) ??
        deflateRawSync(part, {level, strategy: strategyOf(part, level), finishFlush: constants.Z_SYNC_FLUSH});
      used.set(key, packed);
      out.push(packed);
    }
    known = used; // parts that this file does not contain will not be in the next one
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(sum, 0);
    trailer.writeUInt32LE(size % 2 ** 32, 4);
    return Buffer.concat([...out, NO_MORE, trailer]);
  };
}

/**
 * Whether to search only for runs. Pixels, maps and probabilities repeat as runs of one byte, or not at all. For these,
 * searching only for runs takes half the time, and packs better, because there are fewer kinds of symbols. For other
 * data, a full search is better.
 */
function strategyOf(part: Uint8Array, level: number): number {
  const start = Math.max(0, (part.length - TRIED) >> 1);
  const tried = part.subarray(start, start + TRIED);
  const size = (strategy: number) => deflateRawSync(tried, {level, strategy, chunkSize: 2 * TRIED}).length;
  const {Z_RLE, Z_DEFAULT_STRATEGY} = constants;
  return size(Z_RLE) <= 1.02 * size(Z_DEFAULT_STRATEGY) ? Z_RLE : Z_DEFAULT_STRATEGY;
}

/** Joins small parts into large ones. Parts that are added later do not change the groups of the parts before them. */
function* largeParts(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    const isLarge = part.length >= SMALL;
    if (size >= SMALL || (isLarge && size > 0)) {
      yield Buffer.concat(small);
      [small, size] = [[], 0];
    }
    if (isLarge) {
      yield part;
    } else {
      small.push(part);
      size += part.length;
    }
  }
  if (size > 0) yield Buffer.concat(small);
}
