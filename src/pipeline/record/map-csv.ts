import {cellOf, writeNumber} from "./csv-bytes";
import {quoted} from "./csv-table";
import {POWERS, writeDecimal} from "./decimal";

/** A map's columns besides its coordinates, by their headings, with one value for each point. */
export interface MapColumns {
  readonly [heading: string]: ArrayLike<number> | readonly string[];
}

/** The length of the longest number with seven digits: "-123456700000000000000". */
const LONGEST = 22;
/** The length of the longest double: "-1.2345678901234567e-123". */
const LONGEST_OF_ALL = 24;
const DIGITS = 7;
const [COMMA, LINE_END] = Buffer.from(",\n");

/**
 * A map as CSV (RFC 4180, but lines end in "\n"): a header, then one line for each point with its coordinates x, y (,
 * z), to seven digits, and the given columns. Words are escaped by `cell`. A cell with a comma or a quote is quoted.
 * UTF-8.
 *
 * @param points `[row * dimensions + d]`, with two or three dimensions.
 */
export function mapCsv(
  points: Float32Array,
  columns: MapColumns = {},
  rows = Object.values(columns)[0]?.length ?? points.length / 2,
): Uint8Array {
  const dimensions = points.length / rows;
  const header = `${[..."xyz".slice(0, dimensions), ...Object.keys(columns)].map(quoted).join(",")}\n`;
  const writers = Object.values(columns).map(cellWriter);
  const beside = writers.reduce((sum, {longest}) => sum + longest + 1, 0);
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(header) + points.length * (LONGEST + 1) + rows * (beside + 1));
  let at = bytes.write(header);
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < dimensions; d++) {
      if (d > 0) bytes[at++] = COMMA;
      at = writePrecise(bytes, at, points[i * dimensions + d]);
    }
    for (const {write} of writers) {
      bytes[at++] = COMMA;
      at = write(bytes, at, i);
    }
    bytes[at++] = LINE_END;
  }
  return bytes.subarray(0, at);
}

interface CellWriter {
  /** The most bytes of a cell. */
  readonly longest: number;
  /** Writes the cell of row i. @returns The place where it ends. */
  readonly write: (bytes: Buffer, at: number, i: number) => number;
}

function cellWriter(column: ArrayLike<number> | readonly string[]): CellWriter {
  if (typeof column[0] !== "string") {
    return {longest: LONGEST_OF_ALL, write: (bytes, at, i) => writeNumber(bytes, at, column[i] as number)};
  }
  const words = column as readonly string[];
  const cells = new Map<string, Buffer>(); // classes' names come again and again
  let longest = 0;
  for (const word of words) longest = Math.max(longest, cellOf(word, cells).length);
  const write = (bytes: Buffer, at: number, i: number) => {
    const written = cells.get(words[i]) as Buffer; // it was made above
    for (let b = 0; b < written.length; b++) bytes[at + b] = written[b];
    return at + written.length;
  };
  return {longest, write};
}

/**
 * Writes a float32 with seven digits, like `Number(value.toPrecision(7))`. Its product with at most 10 ** 12 is exact
 * in a double (24 and 28 bits), so rounding the product rounds the decimals correctly.
 */
function writePrecise(bytes: Buffer, at: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= 1e-6 && size < 1e7)) return at + bytes.write(`${Number(value.toPrecision(DIGITS))}`, at, "latin1");
  let decimals = 0;
  while (size * POWERS[decimals + 1] < 1e7) decimals++;
  return writeDecimal(bytes, at, value < 0, Math.round(size * POWERS[decimals]), decimals);
}
