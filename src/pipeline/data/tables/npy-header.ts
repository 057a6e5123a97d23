import {UserError} from "../../../nouns/options";

/** The header of a .npy file, which describes its numbers. */
export interface NpyHeader {
  /** The type as numpy writes it: "<f4", ">i8", "|u1". */
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** How many bytes come before the numbers. */
  readonly bytes: number;
}

/** The longest header: numpy's own are below 1 kB unless they name many fields. */
const LONGEST = 1 << 20;

export function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && Buffer.from(head.subarray(1, 6)).toString("latin1") === "NUMPY";
}

/**
 * The place where the header of a .npy file ends.
 *
 * @param head Its first 12 bytes or more.
 * @throws UserError if it is not such a file, or its version is unknown.
 */
export function headerBytes(head: Uint8Array, what: string): number {
  if (!isNpy(head) || head.length < 12) throw new UserError(`${what}: expected a .npy file, got other bytes`);
  const version = head[6];
  if (!(version >= 1 && version <= 3)) throw new UserError(`${what}: expected .npy version 1 to 3, got ${version}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // from version 2 on, its length takes four bytes
  const bytes = version > 1 ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  if (bytes > LONGEST) throw new UserError(`${what}: expected a header of at most ${LONGEST} bytes, got ${bytes}`);
  return bytes;
}

/**
 * Reads the header, a Python dict (numpy.lib.format): also in the form of Python 2, with long whole numbers ("150L").
 *
 * @param bytes The whole header, from the start of the file.
 * @throws UserError if the type, the order or the shape is missing or not valid.
 */
export function parseNpyHeader(bytes: Uint8Array, what: string): NpyHeader {
  const start = bytes[6] > 1 ? 12 : 10;
  const text = Buffer.from(bytes.subarray(start)).toString(bytes[6] > 2 ? "utf8" : "latin1");
  const fields = /'descr'\s*:\s*(\[[^\]]*\]|'[^']*')/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^()]*)\)/.exec(text)?.[1];
  if (fields === undefined || order === undefined || shape === undefined) {
    const shown = JSON.stringify(text.slice(0, 80).trim());
    throw new UserError(`${what}: expected a .npy header with descr, fortran_order and shape, got ${shown}`);
  }
  const parts = shape.split(",").map((part) => part.trim());
  if (parts[parts.length - 1] === "") parts.pop(); // "(3,)" and "()"
  const sides = parts.map((part) => (/^\d{1,15}L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  if (sides.some(Number.isNaN))
    throw new UserError(`${what}: expected a shape of whole numbers, got (${shape.slice(0, 80)})`);
  return {descr: fields.replace(/^'|'$/g, ""), fortran: order === "True", shape: sides, bytes: bytes.length};
}
