import {describe, expect, test} from "vitest";

import type {TableFile} from "../../../../src/pipeline/data/tables/table-file";
import {encodingOf, textOf, titleOf} from "../../../../src/pipeline/data/tables/text-encoding";

/** A file in memory that comes in these pieces. */
function inPieces(...pieces: readonly Uint8Array[]): TableFile {
  const whole = Buffer.concat(pieces);
  return {
    ...{path: "t.csv", head: whole, size: whole.length, gzip: false},
    async *chunks() {
      for (const piece of pieces) yield Buffer.from(piece);
    },
    read: async (offset, length) => whole.subarray(offset, offset + length),
  };
}

const latin = (text: string) => Buffer.from(text, "latin1");
const told = async (...pieces: readonly Uint8Array[]) => titleOf(await encodingOf(inPieces(...pieces), "auto"));
const WINDOWS = "Windows-1252, because it is not UTF-8 (--encoding)";

describe("an encoding", () => {
  test("is UTF-8 wherever a file is cut into two pieces", async () => {
    const bytes = Buffer.from("aé,東\n😀b");
    for (let at = 0; at <= bytes.length; at++)
      expect([at, await told(bytes.subarray(0, at), bytes.subarray(at))]).toEqual([at, "UTF-8"]);
  });

  test.each(["é", "東", "😀"])("is UTF-8 at the end of %s, and not where its last byte is missing", async (letter) => {
    const bytes = Buffer.from(`a,${letter}`);
    expect(await told(bytes)).toBe("UTF-8");
    expect(await told(bytes.subarray(0, -1))).toBe(WINDOWS);
  });

  test("is Windows-1252 from the first byte that is no UTF-8, whatever follows", async () => {
    expect(await told(latin("a,\xe4\n"), Buffer.from("b,é\n"))).toBe(WINDOWS);
    expect(await told(latin("\x80\x80\x80\x80"))).toBe(WINDOWS);
  });

  test("is told by a whole mark alone", async () => {
    expect(await told(Buffer.from("\ufeffa,b\n"))).toBe("UTF-8 with a byte order mark");
    expect(await told(latin("\xff\xfea\0"))).toBe("UTF-16 (little-endian) with a byte order mark");
    expect(await told(latin("\xfe\xff\0a"))).toBe("UTF-16 (big-endian) with a byte order mark");
    const parts = ["\xefa,b", "\xef\xbba,b", "a\xbb\xbf,b", "\xef,\xbf,b", "\xffa,b", "a\xfe,b", "\xfea,b", "a\xff,b"];
    for (const text of parts) expect([text, await told(latin(text))]).toEqual([text, WINDOWS]);
  });

  test("is UTF-16 without a mark where more than a quarter of the bytes are zeros at every other place", async () => {
    expect(await told(latin("1\0,\x002\0"))).toBe("UTF-16 (little-endian)");
    expect(await told(latin("\x001\0,\x002"))).toBe("UTF-16 (big-endian)");
    for (const text of ["1\0,2", "12\0,", "\0\0\0\0"])
      await expect(told(latin(text))).rejects.toThrow("got a zero byte at");
  });

  test("is not UTF-32, and a zero byte is told by its place in the file", async () => {
    await expect(told(latin("\xff\xfe\0\0"))).rejects.toThrow("t.csv: expected UTF-8 or UTF-16, got UTF-32");
    expect(await told(latin("\xff\xfe\0\x01"))).toContain("UTF-16 (little-endian)");
    expect(await told(latin("\xff\xfe1\0"))).toContain("UTF-16 (little-endian)");
    await expect(told(latin("1,2\n"), latin("3\0,4"))).rejects.toThrow("t.csv: expected text, got a zero byte at 5");
  });

  test("that is named is taken, with its mark if there is one", async () => {
    const named = async (bytes: Uint8Array, name: string) => titleOf(await encodingOf(inPieces(bytes), name));
    expect(await named(latin("a"), "latin1")).toBe(WINDOWS);
    expect(await named(Buffer.from("\ufeffa"), "utf-8")).toBe("UTF-8 with a byte order mark");
    expect(await named(latin("a"), "shift_jis")).toBe("shift_jis");
  });
});

describe("a file's text", () => {
  const textIn = async (...pieces: readonly Uint8Array[]) => {
    const parts: string[] = [];
    for await (const part of textOf(inPieces(...pieces), {name: "utf-8", marked: false})) parts.push(part);
    return parts.join("");
  };

  test.each([
    ["a\r\nb\rc\nd", "a\nb\nc\nd\n"],
    ["é\r\r\n\n", "é\n\n\n"],
    ["a\r", "a\n"],
    ["a\r\n", "a\n"],
    ["a\n", "a\n"],
    ["", ""],
  ])("of %j has one kind of line end, wherever it is cut into two pieces", async (text, expected) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++)
      expect([at, await textIn(bytes.subarray(0, at), bytes.subarray(at))]).toEqual([at, expected]);
  });

  test("that is not in its encoding is refused, also at its very end", async () => {
    for (const bytes of [latin("a\xe4b"), latin("a\xe4")])
      await expect(textIn(bytes)).rejects.toThrow("t.csv: expected utf-8 throughout, got other bytes (--encoding)");
  });
});
