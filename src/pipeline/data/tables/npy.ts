import {UserError} from "../../../nouns/options";
import {headerBytes, type NpyHeader, parseNpyHeader} from "./npy-header";
import {MEGABYTE, megabytes, tooLarge} from "./table-file";

/** The numbers of a .npy file as rows: the first dimension counts the rows, and all others together are columns. */
export interface NpyRows {
  readonly rows: number;
  readonly columns: number;
  /** `[row * columns + column]`; doubles only if the type can hold more than single precision. */
  readonly values: Float64Array | Float32Array;
  readonly header: NpyHeader;
  /** How many whole numbers are beyond 2 ** 53, which doubles round. */
  readonly rounded: number;
}

type Read = (view: DataView, at: number, little: boolean) => number;

const READERS: {readonly [type: string]: Read} = {
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => (view.getUint8(at) ? 1 : 0),
};
/** The types whose numbers fit into single precision. */
const SINGLE = new Set(["f2", "f4", "i1", "i2", "u1", "u2", "b1"]);
const KNOWN = "float16, float32, float64, int8 to int64, uint8 to uint64 or bool";

/** IEEE 754 half precision. */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction
        ? Number.NaN
        : Infinity
      : exponent === 0
        ? fraction * 2 ** -24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/**
 * Reads numpy's .npy format (numpy.lib.format, versions 1 to 3) with any type of numbers, byte order and memory order.
 *
 * @param chunks The file's bytes, from its start.
 * @param size How many bytes there are, if that is known; then this is checked before memory is taken.
 * @throws UserError if it is not such a file, has no rows or no columns, is cut off, or is too large.
 */
export async function readNpy(
  what: string,
  chunks: AsyncIterator<Uint8Array>,
  size: number | undefined,
  maxMegabytes: number,
): Promise<NpyRows> {
  const source = bytesOf(chunks);
  const begin = await source.upTo(12);
  const length = headerBytes(begin, what);
  const headText = Buffer.concat([begin, await source.upTo(length - 12)]);
  if (headText.length < length)
    throw new UserError(`${what}: expected a header of ${length} bytes, got ${headText.length}`);
  const header = parseNpyHeader(headText.subarray(0, length), what);
  const {descr, fortran, shape} = header;
  const [, order, type] = /^([<>|=])?([a-z]\d+)$/.exec(descr) ?? [];
  const read = READERS[type];
  if (!read || (order === "|" && !type.endsWith("1"))) {
    throw new UserError(`${what}: expected numbers of type ${KNOWN}, got dtype ${JSON.stringify(descr.slice(0, 80))}`);
  }
  if (shape.length === 0 || shape.includes(0)) {
    throw new UserError(`${what}: expected rows and columns of numbers, got shape (${shape.join(", ")})`);
  }
  const width = Number(type.slice(1));
  const total = shape.reduce((product, side) => product * side, 1);
  const Values = SINGLE.has(type) ? Float32Array : Float64Array;
  const needed = Math.max(total * width, total * Values.BYTES_PER_ELEMENT);
  if (size !== undefined && size < length + total * width) throw cutOff(what, header, total * width, size - length);
  if (needed > maxMegabytes * MEGABYTE) throw tooLarge(what, maxMegabytes, megabytes(needed));
  const [rows, columns] = [shape[0], total / shape[0]];
  const values = new Values(total);
  const put = fortran ? scattered(shape, columns) : undefined;
  const little = order !== ">";
  let [e, rounded] = [0, 0];
  const most = Math.floor(2 ** 20 / width) * width;
  while (e < total) {
    const asked = Math.min(most, (total - e) * width);
    const bytes = await source.upTo(asked);
    if (bytes.length < asked) throw cutOff(what, header, total * width, e * width + bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < asked; at += width, e++) {
      const value = read(view, at, little);
      if (width === 8 && type !== "f8" && !Number.isSafeInteger(value)) rounded++;
      values[put ? put(e) : e] = value;
    }
  }
  return {rows, columns, values, header, rounded};
}

/**
 * The place, in an order row by row, of the number at place e in an order in which the first dimension runs fastest.
 */
function scattered(shape: readonly number[], columns: number): (e: number) => number {
  const rows = shape[0];
  const sides = shape.slice(1);
  /** The place of each column in a row, in the file's order. */
  const places = Uint32Array.from({length: columns}, (_, q) => {
    let [rest, place, stride] = [q, 0, columns];
    for (const side of sides) {
      stride /= side;
      place += (rest % side) * stride;
      rest = Math.floor(rest / side);
    }
    return place;
  });
  return (e) => (e % rows) * columns + places[Math.floor(e / rows)];
}

function cutOff(what: string, {shape, descr}: NpyHeader, expected: number, got: number): UserError {
  return new UserError(
    `${what}: expected ${expected} bytes of numbers for shape (${shape.join(", ")}) of ${descr}, got ${Math.max(0, got)}`,
  );
}

/** Gives bytes in the number that is asked for, and not in the pieces in which they come. */
function bytesOf(chunks: AsyncIterator<Uint8Array>) {
  let rest: Uint8Array = new Uint8Array();
  return {
    /** The next `count` bytes; fewer only at the end. */
    async upTo(count: number): Promise<Buffer> {
      const parts: Uint8Array[] = [];
      let got = 0;
      while (got < count) {
        if (rest.length === 0) {
          const step = await chunks.next();
          if (step.done) break;
          rest = step.value;
          continue;
        }
        const part = rest.subarray(0, count - got);
        parts.push(part);
        rest = rest.subarray(part.length);
        got += part.length;
      }
      return parts.length === 1
        ? Buffer.from(parts[0].buffer, parts[0].byteOffset, parts[0].length)
        : Buffer.concat(parts);
    },
  };
}
