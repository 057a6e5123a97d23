/**
 *
 * @file Reads the structure of a PNG file: "Portable Network Graphics (PNG) Specification, Third Edition", W3C 2025.
 */

import {crc32} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {type Orientation, orientationOf} from "./exif-orientation";
import {checkPngRows, type PngHeader} from "./png-rows";

/** An image file that was checked and is complete. */
export interface WholeImage {
  /** Height and width in pixels as they are stored, before any rotation. */
  readonly height: number;
  readonly width: number;
  readonly orientation: Orientation;
  /**
   * The file without the parts that would change its colours or rotate it: gamma, profiles, EXIF data, animation, and
   * anything after its end. Pillow ignores gamma and profiles too, so a network sees the numbers that it was trained
   * on.
   */
  readonly bytes: Uint8Array;
}

export interface WholePng extends WholeImage {
  /**
   * The rows as they are stored, each after its filter type, and how many samples a pixel has. It is present if a
   * sample is one byte of grey, red, green or blue, nothing is transparent, and the picture is small.
   */
  readonly plain?: {readonly rows: Uint8Array; readonly samples: 1 | 3};
}

interface Chunk {
  readonly type: string;
  /** The place where the chunk begins, and the place where its data begin. */
  readonly start: number;
  readonly data: Uint8Array;
  readonly end: number;
  /** CRC-32 of type and data, as the file says it (section 5.5). */
  readonly crc: number;
}

const SIGNATURE_BYTES = 8;
/** The chunks that say what the pixels are (section 11). All others are ignored. */
const KEPT = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** For each colour type, the possible numbers of bits of a sample (table 11.1), and how many samples a pixel has. */
const DEPTHS: {readonly [colorType: number]: readonly number[]} = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * Checks all that a PNG file says of itself: every chunk's checksum, length and place, the compressed stream with its
 * checksum, and that every row of the picture is there.
 *
 * @param name The name of the file, for errors.
 * @throws UserError if a check fails.
 */
export async function checkPng(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<WholePng> {
  const damaged = (got: string) => new UserError(`${name}: expected a whole PNG image, got ${got}`);
  const chunks = chunksOf(bytes, damaged);
  for (const {type, start, end, crc} of chunks) {
    if (crc32(bytes.subarray(start + 4, end - 4)) !== crc) throw damaged(`a wrong checksum in its ${type} chunk`);
  }
  const header = headerOf(chunks, damaged);
  const types = chunks.map(({type}) => type);
  const critical = types.find((type) => type[0] < "a" && !KEPT.includes(type)); // a capital letter: section 5.4
  if (critical === "CgBI") throw damaged("Apple's own form of it (CgBI), which other programs cannot read");
  if (critical !== undefined) throw damaged(`a chunk of an unknown kind that it needs, ${critical}`);
  const [from, to] = [types.indexOf("IDAT"), types.lastIndexOf("IDAT")];
  if (from < 0) throw damaged("one without pixels");
  if (types.slice(from, to).some((type) => type !== "IDAT"))
    throw damaged("one whose pixels are parted by other chunks");
  const palette = chunks.find(({type}) => type === "PLTE");
  if (header.colorType === 3 && !(palette && types.indexOf("PLTE") < from)) throw damaged("one without its palette");
  const packed = chunks.slice(from, to + 1).map(({data}) => data);
  const rows = await checkPngRows(header, packed, damaged, signal);
  const {depth, colorType, isInterlaced} = header;
  const isPlain = depth === 8 && (colorType === 0 || colorType === 2) && !isInterlaced && !types.includes("tRNS");
  const exif = chunks.find(({type}) => type === "eXIf");
  const kept = chunks.filter(({type}) => KEPT.includes(type)).map(({start, end}) => bytes.subarray(start, end));
  return {
    height: header.height,
    width: header.width,
    orientation: exif ? orientationOf(exif.data) : 1,
    bytes: Buffer.concat([bytes.subarray(0, SIGNATURE_BYTES), ...kept]),
    ...(rows && isPlain ? {plain: {rows, samples: colorType === 0 ? 1 : 3}} : {}),
  };
}

/**
 * A PNG's size, which its header says, and its orientation. Nothing else is checked.
 *
 * @throws UserError if it has none.
 */
export function pngSize(bytes: Uint8Array, name: string): Omit<WholeImage, "bytes"> {
  const damaged = (got: string) => new UserError(`${name}: expected a whole PNG image, got ${got}`);
  const chunks = chunksOf(bytes, damaged);
  const {height, width} = headerOf(chunks, damaged);
  const exif = chunks.find(({type}) => type === "eXIf");
  return {height, width, orientation: exif ? orientationOf(exif.data) : 1};
}

type Damaged = (got: string) => UserError;

/** The chunks up to IEND: four bytes of length, four of type, the data, four of checksum (section 5.3). */
function chunksOf(bytes: Uint8Array, damaged: Damaged): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + 12 > bytes.length) throw damaged("one that breaks off");
    const [length, end] = [view.getUint32(at), at + 12 + view.getUint32(at)];
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged(`no chunk where one must be, at byte ${at}`);
    if (end > bytes.length) throw damaged(`one that breaks off in its ${type} chunk`);
    chunks.push({type, start: at, data: bytes.subarray(at + 8, at + 8 + length), end, crc: view.getUint32(end - 4)});
    if (type === "IEND") return chunks;
    at = end;
  }
}

/** The header (section 11.2.1), checked. */
function headerOf(chunks: readonly Chunk[], damaged: Damaged): PngHeader {
  const {type, data} = chunks[0];
  if (type !== "IHDR" || data.length !== 13) throw damaged("one without a size");
  if (chunks.filter((chunk) => chunk.type === "IHDR").length > 1) throw damaged("one with two headers");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = data.subarray(8);
  if (!(width > 0 && height > 0 && width < 2 ** 31 && height < 2 ** 31))
    throw damaged(`a size of ${width} x ${height}`);
  if (!DEPTHS[colorType]?.includes(depth)) throw damaged(`colour type ${colorType} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw damaged(`compression ${compression}, filter ${filter} and interlace ${interlace}`);
  }
  return {width, height, depth, colorType, isInterlaced: interlace === 1};
}
