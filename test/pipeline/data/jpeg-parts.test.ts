/** @file JPEG files of a few bytes, written by hand after ITU-T T.81: what is whole, and what is refused. */
import {describe, expect, test} from "vitest";

import {UserError} from "../../../src/nouns/options";
import {JpegBits} from "../../../src/pipeline/data/images/jpeg-bits";
import {checkJpeg, jpegSize} from "../../../src/pipeline/data/images/jpeg-file";
import {huffmanTable} from "../../../src/pipeline/data/images/jpeg-huffman";

const segment = (marker: number, ...data: readonly number[]) => [
  ...[0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255],
  ...data,
];
type Parts = readonly (readonly number[])[];
const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];
const COMMENT = segment(0xfe);

/** A frame header. @param components For each, its number and sampling. */
function frame(
  height: number,
  width: number,
  {marker = 0xc0, bits = 8, components = [[1, 0x11]]}: {marker?: number; bits?: number; components?: number[][]} = {},
): number[] {
  const sides = [height >> 8, height & 255, width >> 8, width & 255];
  return segment(marker, bits, ...sides, components.length, ...components.flatMap((own) => [...own, 0]));
}

describe("a JPEG's size", () => {
  const sizeOf = (...parts: Parts) => jpegSize(Uint8Array.from([...SOI, ...parts.flat()]), "f");

  test.each<[string, Parts]>([
    ["at once", []],
    ["after other segments", [segment(0xe0, 1, 2), COMMENT, segment(0xc4, 0), segment(0xc8, 1)]],
    ["after fill bytes", [[0xff, 0xff]]],
    ["after a marker without a length", [[0xff, 0x01]]],
  ])("is found %s", (_, before) => {
    const expected = {height: 300, width: 517, orientation: 1};
    for (const marker of [0xc0, 0xc1, 0xc2]) expect(sizeOf(...before, frame(300, 517, {marker}))).toEqual(expected);
  });

  test("is found beside the largest sampling", () => {
    const components = [
      [1, 0x44],
      [2, 0x11],
      [3, 0x11],
    ];
    expect(sizeOf(frame(1, 1, {components}))).toMatchObject({height: 1, width: 1});
  });

  const colours = (count: number) => Array.from({length: count}, (_, c) => [c, 0x11]);
  test.each<[string, Parts, string]>([
    ["nothing", [], "one that breaks off before its end"],
    ["another byte than a marker", [[0, 0xc0]], "no marker where one must be, at byte 2"],
    ["a marker without its length", [[0xff, 0xe0, 0]], "one that breaks off before its end"],
    ["a segment that is cut", [[0xff, 0xe0, 0, 3]], "one that breaks off before its end"],
    ["a segment of length 1", [[0xff, 0xe0, 0, 1]], "a segment of 1 bytes at byte 2"],
    ["a first restart marker", [segment(0xd0)], "a misplaced marker ff d0 at byte 2"],
    ["a last restart marker", [COMMENT, segment(0xd7)], "a misplaced marker ff d7 at byte 6"],
    ["a second start", [segment(0xd8)], "a misplaced marker ff d8 at byte 2"],
    ["a reserved marker", [segment(0xbf)], "a misplaced marker ff bf at byte 2"],
    ["a number of lines", [segment(0xdc, 0, 1)], "a segment ff dc, which is not read"],
    ["arithmetic conditioning", [segment(0xcc, 0, 1)], "a segment ff cc, which is not read"],
    ["an end", [EOI], "one without a size"],
    ["a scan", [segment(0xda, 0)], "one without a size"],
    ["a lossless frame", [frame(1, 1, {marker: 0xc3})], "lossless coding, which is not read"],
    ["a hierarchical frame", [frame(1, 1, {marker: 0xc5})], "hierarchical coding, which is not read"],
    ["an arithmetic frame", [frame(1, 1, {marker: 0xc9})], "arithmetic coding, which is not read"],
    ["the last kind of frame", [frame(1, 1, {marker: 0xcf})], "arithmetic coding, which is not read"],
    ["samples of 12 bits", [frame(1, 1, {bits: 12})], "12 bits a sample, of which only 8 are read"],
    ["no height", [frame(0, 5)], "a size of 5 x 0"],
    ["no width", [frame(5, 0)], "a size of 0 x 5"],
    ["two components", [frame(1, 1, {components: colours(2)})], "2 colour components"],
    ["five components", [frame(1, 1, {components: colours(5)})], "5 colour components"],
    ["sampling of 5 across", [frame(1, 1, {components: [[1, 0x51]]})], "sampling 5 x 1"],
    ["sampling of 0 across", [frame(1, 1, {components: [[1, 0x01]]})], "sampling 0 x 1"],
    ["sampling of 5 down", [frame(1, 1, {components: [[1, 0x15]]})], "sampling 1 x 5"],
    ["sampling of 0 down", [frame(1, 1, {components: [[1, 0x10]]})], "sampling 1 x 0"],
    ["a frame that is too long", [segment(0xc0, 8, 0, 1, 0, 1, 1, 1, 0x11, 0, 9)], "one without a size"],
    ["a frame that is too short", [segment(0xc0, 8, 0, 1, 0, 1)], "one without a size"],
  ])("is refused of %s", (_, parts, got) => {
    expect(() => sizeOf(...parts)).toThrow(`f: expected a whole JPEG image, got ${got}`);
  });
});

/** Bits as bytes: the last one is filled up with ones, and 00 follows each ff. */
function packed(bits: string): number[] {
  const filled = bits.padEnd(8 * Math.ceil(bits.length / 8), "1");
  const bytes = filled.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  return bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte]));
}

/** A table of codes 0, 10, 110 and so on, as many as there are symbols. */
const table = (key: number, ...symbols: readonly number[]) =>
  segment(0xc4, key, ...Array.from({length: 16}, (_, n) => (n < symbols.length ? 1 : 0)), ...symbols);
const [DC, AC] = [table(0, 0, 11, 12), table(0x10, 0, 0xf1, 0xe1, 0xf0, 0x0a, 0x0b)];
const scan = (bits: number[], header: readonly number[] = [1, 1, 0, 0, 63, 0]) => [
  ...segment(0xda, ...header),
  ...bits,
];

describe("a JPEG of grey blocks", () => {
  const check = (...parts: Parts) => checkJpeg(Uint8Array.from([...SOI, ...parts.flat()]), "f");
  const whole = (bits: string, width = 8, more: Parts = []) =>
    check(frame(8, width), DC, AC, ...more, scan(packed(bits)), EOI);
  const [EMPTY, END] = ["00", "0"]; // a first coefficient of no bits, and no other

  test.each<[string, string, number]>([
    ["no coefficient", EMPTY, 8],
    ["four blocks that fill a byte", EMPTY.repeat(4), 32],
    ["a first coefficient of 11 bits", `10${"1".repeat(11)}${END}`, 8],
    ["runs of zeros up to the last coefficient", `0${"101".repeat(3)}1101`, 8],
    ["runs of zeros alone before the end", `0${"1110".repeat(3)}${END}`, 8],
    ["a coefficient of 10 bits", `011110${"1".repeat(10)}${END}`, 8],
  ])("is whole with %s", async (_, bits, width) => {
    expect(await whole(bits, width)).toMatchObject({height: 8, width, orientation: 1});
  });

  test.each<[string, string, number, string]>([
    ["a block too few", EMPTY.repeat(4), 40, "one with rows missing: its data end too early"],
    ["a byte too many", EMPTY.repeat(8), 32, "more data than its rows need"],
    ["a first coefficient of 12 bits", `110${"1".repeat(12)}${END}`, 8, "a block of impossible coefficients"],
    ["a coefficient past the last one", `0${"101".repeat(4)}`, 8, "a block of impossible coefficients"],
    ["a coefficient of 11 bits", `0111110${"1".repeat(11)}${END}`, 8, "a block of impossible coefficients"],
    ["an unknown code", "111111111111111111111", 8, "a code that its Huffman table does not have"],
  ])("is refused with %s", async (_, bits, width, got) => {
    await expect(whole(bits, width)).rejects.toThrow(`f: expected a whole JPEG image, got ${got}`);
  });

  const restarts = (numbers: readonly number[]) => [
    ...packed(EMPTY),
    ...numbers.flatMap((number) => [0xff, 0xd0 + number, ...packed(EMPTY)]),
  ];
  const interval = (high: number, low: number) => segment(0xdd, high, low);
  const restarted = (numbers: readonly number[]) =>
    check(frame(8, 8 * (numbers.length + 1)), DC, AC, interval(0, 1), scan(restarts(numbers)), EOI);

  test("begins again at restart markers, which count from 0 to 7", async () => {
    expect((await restarted([0, 1, 2, 3, 4, 5, 6, 7, 0, 1])).width).toBe(88);
    for (const numbers of [[1], [0, 2], [0, 1, 2, 3, 4, 5, 6, 7, 1]])
      await expect(restarted(numbers)).rejects.toThrow("got a restart marker missing, or out of order");
    // every 256 units, of which there are two
    expect((await whole(EMPTY.repeat(2), 16, [interval(1, 0)])).width).toBe(16);
    await expect(whole(EMPTY, 8, [segment(0xdd, 0, 1, 0)])).rejects.toThrow("got a damaged restart interval");
  });

  test.each<[string, readonly number[], string]>([
    ["no component", [0, 0, 63, 0], "a damaged scan"],
    ["more components than the frame", [2, 1, 0, 1, 0, 0, 63, 0], "a damaged scan"],
    ["too many bytes", [1, 1, 0, 0, 63, 0, 0], "a damaged scan"],
    ["a later first coefficient", [1, 1, 0, 1, 63, 0], "a damaged scan"],
    ["an earlier last coefficient", [1, 1, 0, 0, 62, 0], "a damaged scan"],
    ["bits that come later", [1, 1, 0, 0, 63, 1], "a damaged scan"],
    ["another component", [1, 2, 0, 0, 63, 0], "a scan of an unknown component"],
    ["another table of first coefficients", [1, 1, 0x10, 0, 63, 0], "one without its Huffman tables"],
    ["another table of other coefficients", [1, 1, 0x01, 0, 63, 0], "one without its Huffman tables"],
  ])("is refused with a scan of %s", async (_, header, got) => {
    await expect(check(frame(8, 8), DC, AC, scan(packed(EMPTY), header), EOI)).rejects.toThrow(`got ${got}`);
  });

  const own = scan(packed(EMPTY));
  test.each<[string, Parts, string]>([
    ["no frame", [EOI], "one without pixels"],
    ["no frame before its scan", [DC, AC, own, EOI], "one without a size"],
    ["two frames", [frame(8, 8), frame(8, 8)], "one with two frames"],
    ["no scan", [frame(8, 8), EOI], "one without all its scans"],
    ["two scans", [frame(8, 8), DC, AC, own, own, EOI], "scans that do not follow each other"],
    ["a table that is cut", [table(0, 0, 1).slice(0, 4).concat(0)], "one that breaks off before its end"],
    ["a table without a symbol", [segment(0xc4, 0, 1, ...new Array(15).fill(0))], "a damaged Huffman table"],
    ["a table of too many codes", [segment(0xc4, 0, 3, ...new Array(15).fill(0), 1, 2, 3)], "a damaged Huffman table"],
  ])("is refused with %s", async (_, parts, got) => {
    await expect(check(...parts)).rejects.toThrow(`f: expected a whole JPEG image, got ${got}`);
  });

  test("may have several tables in one segment, and what it leaves out is not in its bytes", async () => {
    const both = segment(0xc4, ...DC.slice(4), ...AC.slice(4));
    const {bytes} = await check(segment(0xee, 7), segment(0xe2, 7), COMMENT, frame(8, 8), both, own, EOI);
    expect([...bytes]).toEqual([...SOI, ...segment(0xee, 7), ...frame(8, 8), ...both, ...own, ...EOI]);
  });
});

describe("codes", () => {
  const counts = (...given: readonly number[]) => Uint8Array.from({length: 16}, (_, n) => given[n] ?? 0);
  const damaged = (got: string) => new UserError(`got ${got}`);

  test("may be as many as their lengths allow", () => {
    for (const full of [[2], [1, 2], [0, 4], [1, 1, 2]]) {
      const table = huffmanTable(counts(...full), Uint8Array.of(5, 6, 7, 8));
      const last = full.reduce((sum, n) => sum + n, 0) - 1; // its code is all ones
      const bits = new JpegBits(Uint8Array.from([...packed("1".repeat(full.length)), ...EOI]), 0, damaged);
      expect(table && bits.symbol(table)).toBe(5 + last);
    }
    for (const many of [[3], [1, 3], [0, 5], [1, 1, 3]])
      expect(huffmanTable(counts(...many), new Uint8Array(5))).toBeUndefined();
  });

  test("of every length from 1 to 16 are found, and the bits after them", () => {
    const symbols = Uint8Array.from({length: 16}, (_, n) => 100 + n);
    const table = huffmanTable(counts(...new Array(16).fill(1)), symbols)!;
    const code = (length: number) => `${"1".repeat(length - 1)}0`;
    const lengths = [1, 16, 9, 10, 2, 15, 11, 3, 14, 8, 12, 7, 13, 4, 6, 5];
    const bits = new JpegBits(
      Uint8Array.from([7, ...packed(`${lengths.map(code).join("")}10110`), ...EOI]),
      1,
      damaged,
    );
    for (const length of lengths) expect(bits.symbol(table)).toBe(99 + length);
    expect([bits.take(3), bits.take(0), bits.take(2)]).toEqual([5, 0, 2]);
    const none = new JpegBits(Uint8Array.from([...packed("1".repeat(16)), ...EOI]), 0, damaged);
    expect(() => none.symbol(table)).toThrow("got a code that its Huffman table does not have");
  });

  test("end at a marker, before which fill bytes may stand", () => {
    const of = (...bytes: readonly number[]) => new JpegBits(Uint8Array.from(bytes), 0, damaged);
    const bits = of(0xff, 0, 0x5a, 0xff, 0xff, 0xff, 0xd9);
    expect([bits.take(8), bits.take(4), bits.take(4), bits.finish()]).toEqual([0xff, 5, 10, 5]);
    expect(() => of(1, 2, 3)).toThrow("got one that breaks off before its end");
    expect(() => of(1, 0xff)).toThrow("got one that breaks off before its end");
    expect(() => of(1, 0xff, 0xff, 0)).toThrow("got no marker where one must be, at byte 2");
    const seven = of(1, 0xff, 0xd9);
    expect(() => seven.finish()).toThrow("got more data than its rows need");
    seven.skip(1);
    expect(seven.finish()).toBe(1);
    expect(() => seven.skip(8)).toThrow("its data end too early");
  });
});
