/** @file Reads the structure of a JPEG file: ITU-T T.81 (1992), annex B. */

import {UserError} from "../../../nouns/options";
import {type Orientation, orientationOf} from "./exif-orientation";
import {type HuffmanTable, huffmanTable} from "./jpeg-huffman";
import {type JpegFrame, jpegScans} from "./jpeg-scan";
import type {WholeImage} from "./png-file";

/** The meanings of a marker's second byte (table B.1). */
const [SOI, EOI, SOS, DHT, DRI, DNL, DAC, TEM] = [0xd8, 0xd9, 0xda, 0xc4, 0xdd, 0xdc, 0xcc, 0x01];
const [APP0, APP1, APP14, APP15, COM] = [0xe0, 0xe1, 0xee, 0xef, 0xfe];
const [SOF0, SOF15, JPG] = [0xc0, 0xcf, 0xc8];

interface Segment {
  readonly marker: number;
  /** The place of its marker, and the end of the segment. */
  readonly start: number;
  readonly end: number;
  /** The bytes after its length. */
  readonly data: Uint8Array;
}

type Damaged = (got: string) => UserError;

/**
 * Checks all that a JPEG file says of itself: every segment, and that the compressed data of each scan give exactly the
 * blocks that its size asks for, up to the end of the main image; a thumbnail's end does not count. Anything after the
 * end, such as a phone's second picture, is ignored. A JPEG file has no checksum, so a changed byte that still makes
 * sense is not noticed.
 *
 * @param name The name of the file, for errors.
 * @throws UserError if a check fails, if its colours are CMYK, or if its coding is one that is not supported.
 */
export async function checkJpeg(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<WholeImage> {
  const damaged: Damaged = (got) => new UserError(`${name}: expected a whole JPEG image, got ${got}`);
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  const tables = new Map<number, HuffmanTable>();
  let scans: ReturnType<typeof jpegScans> | undefined;
  let frame: JpegFrame | undefined;
  let orientation: Orientation | undefined;
  let restartInterval = 0;
  for (let at = 2; ; ) {
    const {marker, start, end, data} = segmentAt(bytes, at, damaged);
    at = end;
    if (marker === EOI) {
      if (!(frame && scans)) throw damaged("one without pixels");
      scans.finish();
      kept.push(bytes.subarray(start, end));
      return {height: frame.height, width: frame.width, orientation: orientation ?? 1, bytes: Buffer.concat(kept)};
    }
    if (marker === APP1) orientation ??= exifOf(data);
    // profiles, EXIF and comments would turn the picture or change its colours; JFIF and Adobe say what the colours are
    const isLeftOut = (marker > APP0 && marker <= APP15 && marker !== APP14) || marker === COM;
    if (!isLeftOut) kept.push(bytes.subarray(start, end));
    if (marker === DHT) readTables(data, tables, damaged);
    if (marker === DRI) restartInterval = data.length === 2 ? data[0] * 256 + data[1] : Number.NaN;
    if (Number.isNaN(restartInterval)) throw damaged("a damaged restart interval");
    if (isFrame(marker)) {
      if (frame) throw damaged("one with two frames");
      frame = frameOf(marker, data, name, damaged);
      scans = jpegScans(frame, damaged, signal);
    }
    if (marker === SOS) {
      if (!scans) throw damaged("one without a size");
      at = await scans.read(data, bytes, end, tables, restartInterval);
      kept.push(bytes.subarray(end, at));
    }
  }
}

/**
 * A JPEG's size, which its frame says, and its orientation. Nothing else is checked.
 *
 * @throws UserError if it has none.
 */
export function jpegSize(bytes: Uint8Array, name: string): Omit<WholeImage, "bytes"> {
  const damaged: Damaged = (got) => new UserError(`${name}: expected a whole JPEG image, got ${got}`);
  let orientation: Orientation | undefined;
  for (let at = 2; ; ) {
    const {marker, end, data} = segmentAt(bytes, at, damaged);
    at = end;
    if (marker === APP1) orientation ??= exifOf(data);
    if (marker === EOI || marker === SOS) throw damaged("one without a size");
    if (!isFrame(marker)) continue;
    const {height, width} = frameOf(marker, data, name, damaged);
    return {height, width, orientation: orientation ?? 1};
  }
}

/** SOF0 to SOF15; DHT, JPG and DAC share their range. */
function isFrame(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && ![DHT, JPG, DAC].includes(marker);
}

/** The segment whose marker stands at `at`, maybe after fill bytes (B.1.1.2). */
function segmentAt(bytes: Uint8Array, at: number, damaged: Damaged): Segment {
  if (at + 2 > bytes.length) throw damaged("one that breaks off before its end");
  if (bytes[at] !== 0xff) throw damaged(`no marker where one must be, at byte ${at}`);
  let code = at + 1;
  while (bytes[code] === 0xff) code++;
  const marker = bytes[code];
  const start = code - 1;
  const hasNoLength = marker === EOI || marker === TEM;
  if (hasNoLength) return {marker, start, end: code + 1, data: bytes.subarray(0, 0)};
  if (code + 3 > bytes.length) throw damaged("one that breaks off before its end");
  if (marker < SOF0 || (marker >= 0xd0 && marker <= SOI))
    throw damaged(`a misplaced marker ff ${hex(marker)} at byte ${start}`);
  const length = bytes[code + 1] * 256 + bytes[code + 2];
  const end = code + 1 + length;
  if (length < 2) throw damaged(`a segment of ${length} bytes at byte ${start}`);
  if (end > bytes.length) throw damaged("one that breaks off before its end");
  if (marker === DNL || marker === DAC) throw damaged(`a segment ff ${hex(marker)}, which is not read`);
  return {marker, start, end, data: bytes.subarray(code + 3, end)};
}

/** The orientation, if the segment is EXIF. */
function exifOf(data: Uint8Array): Orientation | undefined {
  const isExif = String.fromCharCode(...data.subarray(0, 6)) === "Exif\0\0";
  return isExif ? orientationOf(data.subarray(6)) : undefined;
}

const CODINGS: {readonly [marker: number]: string} = {
  0: "baseline",
  1: "extended",
  2: "progressive",
  3: "lossless coding, which is not read",
  5: "hierarchical coding, which is not read",
  6: "hierarchical coding, which is not read",
  7: "hierarchical coding, which is not read",
};

/** The frame header (B.2.2), checked. */
function frameOf(marker: number, data: Uint8Array, name: string, damaged: Damaged): JpegFrame {
  const coding = marker - SOF0;
  if (coding > 2) throw damaged(CODINGS[coding] ?? "arithmetic coding, which is not read");
  const count = data[5];
  if (data.length < 6 || data.length !== 6 + 3 * count) throw damaged("one without a size");
  const [height, width] = [data[1] * 256 + data[2], data[3] * 256 + data[4]];
  if (data[0] !== 8) throw damaged(`${data[0]} bits a sample, of which only 8 are read`);
  if (!(height > 0 && width > 0)) throw damaged(`a size of ${width} x ${height}`);
  if (count === 4) {
    throw new UserError(
      `${name}: expected a grey or RGB image, got CMYK (convert it first: its colours need a profile)`,
    );
  }
  if (count !== 1 && count !== 3) throw damaged(`${count} colour components`);
  const components = Array.from({length: count}, (_, c) => {
    const [id, sampling] = data.subarray(6 + 3 * c);
    const [across, down] = [sampling >> 4, sampling & 15];
    if (!(across >= 1 && across <= 4 && down >= 1 && down <= 4)) throw damaged(`sampling ${across} x ${down}`);
    return {id, across, down};
  });
  return {height, width, isProgressive: coding === 2, components};
}

/** Reads a DHT segment (B.2.4.2): one table or more, by class and place. */
function readTables(data: Uint8Array, tables: Map<number, HuffmanTable>, damaged: Damaged): void {
  for (let at = 0; at < data.length; ) {
    const [key, counts] = [data[at], data.subarray(at + 1, at + 17)];
    const symbols = counts.reduce((sum, count) => sum + count, 0);
    const table = at + 17 + symbols <= data.length && huffmanTable(counts, data.subarray(at + 17, at + 17 + symbols));
    if (!table) throw damaged("a damaged Huffman table");
    tables.set(key, table);
    at += 17 + symbols;
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
