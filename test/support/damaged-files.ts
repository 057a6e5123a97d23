/** @file Files that are damaged in every way that a disk, an editor or a stranger may. */
import type {RandomSource} from "../../src/nouns/random";
import {between} from "./test-seed";

/** One damage to some bytes: what is left, and what was done. */
export interface Damage {
  readonly bytes: Uint8Array;
  readonly what: string;
}

const KINDS = ["bit", "byte", "digit", "cut", "longer", "zeros", "moved", "twice", "word", "empty", "noise"] as const;
const WORDS = [
  "null",
  "-1",
  "1e999",
  "[]",
  "{}",
  '""',
  "NaN",
  "9007199254740993",
  "true",
  '"../../x"',
  "4294967297",
  "[[[[[[",
];

/** Damages a file's bytes in a way that chance picks; never to the same bytes, if there are any. */
export function damaged(whole: Uint8Array, random: RandomSource): Damage {
  for (;;) {
    const damage = damagedOnce(whole, random);
    if (Buffer.compare(damage.bytes, whole) !== 0 || whole.length === 0) return damage;
  }
}

function damagedOnce(whole: Uint8Array, random: RandomSource): Damage {
  const kind = KINDS[between(random, 0, KINDS.length)];
  const at = between(random, 0, Math.max(1, whole.length));
  const length = between(random, 1, Math.max(2, Math.min(64, whole.length - at)));
  const bytes = Uint8Array.from(whole);
  const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  const what = `${kind} at ${at} of ${whole.length}, ${length} long`;
  switch (kind) {
    case "bit":
      bytes[at] ^= 1 << between(random, 0, 8);
      return {bytes, what};
    case "byte":
      bytes[at] = between(random, 0, 256);
      return {bytes, what};
    case "digit": {
      const digits = [...bytes.keys()].filter((i) => bytes[i] >= 48 && bytes[i] <= 57);
      if (digits.length > 0) bytes[digits[between(random, 0, digits.length)]] = 48 + between(random, 0, 10);
      return {bytes, what};
    }
    case "cut":
      return {bytes: bytes.subarray(0, at), what};
    case "longer":
      return {bytes: joined(bytes, bytes.subarray(0, length)), what};
    case "zeros":
      return {bytes: bytes.fill(0, at, at + length), what};
    case "moved":
      return {bytes: joined(bytes.subarray(0, at), bytes.subarray(at + length)), what};
    case "twice":
      return {bytes: joined(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)), what};
    case "word": {
      const word = WORDS[between(random, 0, WORDS.length)];
      // in place of a value of JSON, if there is one
      const text = Buffer.from(bytes).toString("latin1");
      const values = [...text.matchAll(/(?<=[:,[])(-?[\d.eE+]+|"[^"]*"|null|true|false)/g)];
      const {0: old, index} = values[between(random, 0, Math.max(1, values.length))] ?? {0: "", index: at};
      const put = Buffer.from(text.slice(0, index) + word + text.slice(index + old.length), "latin1");
      return {bytes: Uint8Array.from(put), what: `${what}: ${old.slice(0, 20)} made ${word}`};
    }
    case "empty":
      return {bytes: new Uint8Array(0), what};
    case "noise":
      for (let i = at; i < Math.min(bytes.length, at + length); i++) bytes[i] = between(random, 0, 256);
      return {bytes, what};
    default:
      return kind satisfies never;
  }
}
