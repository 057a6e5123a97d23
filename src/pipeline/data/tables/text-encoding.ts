import {isUtf8} from "node:buffer";

import {UserError} from "../../../nouns/options";
import type {TableFile} from "./table-file";

/** How the bytes of a file become letters. */
export interface TextEncoding {
  /** The encoding's name in TextDecoder. */
  readonly name: string;
  /** Whether it begins with a byte order mark. */
  readonly marked: boolean;
}

/** The names of the encodings for people. */
const TITLES: {readonly [name: string]: string} = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 (little-endian)",
  "utf-16be": "UTF-16 (big-endian)",
  "windows-1252": "Windows-1252, because it is not UTF-8 (--encoding)",
};

export function titleOf({name, marked}: TextEncoding): string {
  return `${TITLES[name] ?? name}${marked ? " with a byte order mark" : ""}`;
}

/**
 * Tells a text's encoding: by its byte order mark; UTF-16 by the zero bytes of its digits and separators; UTF-8 if all
 * bytes are valid UTF-8; else Windows-1252, for which all bytes are valid.
 *
 * @param wanted "auto", or the encoding that the user names.
 * @throws UserError if it is not text.
 */
export async function encodingOf(file: TableFile, wanted: string): Promise<TextEncoding> {
  const {head, path} = file;
  const marked = markOf(head);
  if (wanted !== "auto") return {name: new TextDecoder(wanted).encoding, marked: marked !== undefined};
  if (head[0] === 0xff && head[1] === 0xfe && head[2] === 0 && head[3] === 0) {
    throw new UserError(`${path}: expected UTF-8 or UTF-16, got UTF-32`);
  }
  const wide = marked ?? wideOf(head);
  if (wide && wide !== "utf-8") return {name: wide, marked: marked !== undefined};
  let [valid, rest, offset] = [true, new Uint8Array(), 0];
  for await (const chunk of file.chunks()) {
    const zero = chunk.indexOf(0);
    if (zero >= 0) throw new UserError(`${path}: expected text, got a zero byte at ${offset + zero}`);
    offset += chunk.length;
    if (!valid) continue;
    const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - tailOf(bytes);
    valid = isUtf8(bytes.subarray(0, whole));
    rest = Uint8Array.from(bytes.subarray(whole));
  }
  return {name: valid && rest.length === 0 ? "utf-8" : "windows-1252", marked: marked !== undefined};
}

function markOf(head: Uint8Array): string | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return undefined;
}

/** UTF-16 without a mark: in a table most letters are ASCII, so nearly every second byte is 0, and no other byte is. */
function wideOf(head: Uint8Array): string | undefined {
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]++;
  const most = 0.25 * head.length;
  if (zeros[1] > most && zeros[0] === 0) return "utf-16le";
  return zeros[0] > most && zeros[1] === 0 ? "utf-16be" : undefined;
}

/** How many of the last bytes are the beginning of an incomplete letter, 0 to 3. */
function tailOf(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/**
 * A file's text, piece by piece, without its byte order mark. Every line ends in "\n", the last one too, whether the file
 * has "\r\n", "\r", "\n" or a mixture.
 *
 * @throws UserError if it is not in the encoding.
 */
export async function* textOf(file: TableFile, {name}: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(name, {fatal: name === "utf-8"});
  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, {stream: bytes !== undefined});
    } catch {
      throw new UserError(`${file.path}: expected ${name} throughout, got other bytes (--encoding)`);
    }
  };
  let held = "";
  let last = "\n";
  for await (const chunk of file.chunks()) {
    let text = held + decode(chunk);
    held = text.endsWith("\r") ? "\r" : ""; // "\n" may follow
    if (held) text = text.slice(0, -1);
    if (!text) continue;
    last = text[text.length - 1];
    yield unixLines(text);
  }
  const rest = held + decode();
  if (rest) last = rest[rest.length - 1];
  yield unixLines(rest) + (last === "\n" || last === "\r" ? "" : "\n");
}

function unixLines(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
