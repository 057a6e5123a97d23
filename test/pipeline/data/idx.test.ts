import {expect, test} from "vitest";

import {parseIdx} from "../../../src/pipeline/data/images/idx";

const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

test("reads shape and values", () => {
  expect(parseIdx(file, "f")).toEqual({shape: [2, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 255)});
});

test("reads a file of no values", () => {
  expect(parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0), "f")).toEqual({shape: [0], values: new Uint8Array(0)});
});

test("does not copy the file", () => {
  expect(parseIdx(file, "f").values.buffer).toBe(file.buffer);
});

test.each([
  ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), "f: expected an idx file (first bytes 00 00), got 1f 8b 08 00"],
  ["a first byte that is not 0", Uint8Array.of(1, 0, 8, 0), "(first bytes 00 00), got 01 00 08 00"],
  ["a second byte that is not 0", Uint8Array.of(0, 1, 8, 0), "(first bytes 00 00), got 00 01 08 00"],
  ["three bytes", Uint8Array.of(0, 0, 8), "f: expected an idx file (first bytes 00 00), got 00 00 08"],
  ["no bytes", new Uint8Array(0), "f: expected an idx file (first bytes 00 00), got an empty file"],
  ["floats", Uint8Array.of(0, 0, 0x0d, 1), "f: expected idx type 08 (unsigned byte), got 0d"],
  ["a cut header", file.subarray(0, 9), "f: expected a header of 12 bytes for 2 dimensions, got a file of 9 bytes"],
  ["a cut file", file.subarray(0, 17), "f: expected 6 values for shape [2,3], got 5"],
])("says what is wrong with %s", (_, bytes, message) => {
  expect(() => parseIdx(bytes, "f")).toThrow(message);
});
