import {once} from "node:events";
import {createInflate, inflateSync} from "node:zlib";

import type {UserError} from "../../../nouns/options";

/** The header of a PNG file (PNG specification, third edition, 11.2.1). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** How many bits a sample has. */
  readonly depth: number;
  readonly colorType: number;
  readonly isInterlaced: boolean;
}

/** How many samples a pixel has, by colour type: grey, RGB, palette, grey and alpha, RGBA. */
const SAMPLES: {readonly [colorType: number]: number} = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4};
/** Adam7 (section 8.2): for each pass, its first column and row, and the steps between columns and between rows. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
/** Up to this many bytes are unpacked at once, because a stream takes ten times as long for small pictures. */
const AT_ONCE = 2 ** 20;
/** Filter types are 0 to 4 (section 9.2). */
const LAST_FILTER = 4;

/**
 * Unpacks a PNG's pixels, and checks that the stream is whole (its own checksum is the last thing in it), that it holds
 * every row, and that each row begins with a filter type.
 *
 * @param packed The data of the IDAT chunks.
 * @returns The rows, each after its filter type; undefined if there are too many to be unpacked at once.
 * @throws The error that `damaged` makes from words about what is wrong.
 */
export async function checkPngRows(
  header: PngHeader,
  packed: readonly Uint8Array[],
  damaged: (got: string) => UserError,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const parts = rowsOf(header);
  const expected = parts.reduce((sum, {rows, bytes}) => sum + rows * bytes, 0);
  const check = rowChecker(parts, damaged);
  const rows = expected <= AT_ONCE ? unpacked(packed, expected, damaged) : undefined;
  const got = rows ? check(rows) : await streamed(packed, expected, check, damaged, signal);
  if (got < expected) throw damaged(`${got} of its ${expected} bytes of pixels`);
  return rows;
}

interface Rows {
  readonly rows: number;
  /** How many bytes a row has, including its filter type. */
  readonly bytes: number;
}

/** The rows in the order in which they are stored: one part, or one for each pass that is not empty. */
function rowsOf({width, height, depth, colorType, isInterlaced}: PngHeader): Rows[] {
  const bytes = (columns: number) => 1 + Math.ceil((columns * depth * SAMPLES[colorType]) / 8);
  if (!isInterlaced) return [{rows: height, bytes: bytes(width)}];
  return PASSES.map(([x, y, across, down]) => ({
    columns: Math.ceil((width - x) / across),
    rows: Math.ceil((height - y) / down),
  }))
    .filter(({columns, rows}) => columns > 0 && rows > 0)
    .map(({columns, rows}) => ({rows, bytes: bytes(columns)}));
}

/** Takes the bytes one after another. @returns A function that returns how many bytes there were so far. */
function rowChecker(parts: readonly Rows[], damaged: (got: string) => UserError): (bytes: Uint8Array) => number {
  let [part, row, next, seen] = [0, 0, 0, 0]; // `next`: the place of the next row's filter type
  return (bytes) => {
    while (part < parts.length && next < seen + bytes.length) {
      const filter = bytes[next - seen];
      if (filter > LAST_FILTER) throw damaged(`filter type ${filter} in row ${row}`);
      next += parts[part].bytes;
      row++;
      if (row === parts[part].rows) [part, row] = [part + 1, 0];
    }
    seen += bytes.length;
    return seen;
  };
}

function unpacked(packed: readonly Uint8Array[], expected: number, damaged: (got: string) => UserError): Uint8Array {
  try {
    return inflateSync(packed.length === 1 ? packed[0] : Buffer.concat(packed), {maxOutputLength: expected + 1});
  } catch (error) {
    throw damaged(wordsOf(error as NodeJS.ErrnoException, expected));
  }
}

async function streamed(
  packed: readonly Uint8Array[],
  expected: number,
  check: (bytes: Uint8Array) => number,
  damaged: (got: string) => UserError,
  signal?: AbortSignal,
): Promise<number> {
  const inflate = createInflate({chunkSize: AT_ONCE});
  let seen = 0;
  const feed = async () => {
    for (const part of packed) if (!inflate.write(part)) await once(inflate, "drain");
    inflate.end();
  };
  const feeding = feed().catch(() => {}); // its error is that of the stream, which the loop below throws
  try {
    for await (const bytes of inflate) {
      signal?.throwIfAborted();
      seen = check(bytes);
      if (seen > expected) throw damaged(`more than its ${expected} bytes of pixels`);
    }
  } catch (error) {
    if (signal?.aborted || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw damaged(wordsOf(error as NodeJS.ErrnoException, expected));
  }
  await feeding;
  return seen;
}

/** Says in plain words what is wrong with the compressed stream. */
function wordsOf({code, message}: NodeJS.ErrnoException, expected: number): string {
  if (code === "ERR_BUFFER_TOO_LARGE") return `more than its ${expected} bytes of pixels`;
  if (code === "Z_BUF_ERROR") return "pixels that break off";
  return `pixels that cannot be unpacked (${message})`;
}
