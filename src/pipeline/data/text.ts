import {UserError} from "../../nouns/options";

/**
 * Decodes a text file: as UTF-8 or UTF-16, which its byte order mark tells. Without a mark, it is UTF-16 if every
 * second one of the first bytes is 0 (as for ASCII letters), else UTF-8.
 *
 * @param what Names the file in errors.
 * @throws UserError if the bytes are not such a text.
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  const encoding = encodingOf(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding, {fatal: true}).decode(bytes);
  } catch {
    throw new UserError(`${what}: expected UTF-8 or UTF-16 text, got bytes that are neither`);
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) throw new UserError(`${what}: expected text, got a zero character at place ${zero}`);
  return text;
}

/** How many bytes are looked at if there is no mark. */
const LOOKED_AT = 64;

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const head = bytes.subarray(0, Math.min(LOOKED_AT, bytes.length - (bytes.length % 2)));
  const zeros = [0, 1].map((odd) => head.filter((byte, i) => i % 2 === odd && byte === 0).length);
  if (zeros[1] > head.length / 4 && zeros[0] === 0) return "utf-16le";
  return zeros[0] > head.length / 4 && zeros[1] === 0 ? "utf-16be" : "utf-8";
}
