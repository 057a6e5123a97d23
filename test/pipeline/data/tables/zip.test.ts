import {describe, expect, test} from "vitest";

import type {TableFile} from "../../../../src/pipeline/data/tables/table-file";
import {isZip, zipBytes, zipEntries} from "../../../../src/pipeline/data/tables/zip";
import {type ZippedFile, zipOf} from "./zip-of";

/** A file in memory. It gives nothing beyond its end. */
function fileOf(bytes: Buffer): TableFile {
  const read = async (offset: number, length: number) => {
    if (!(offset >= 0 && offset + length <= bytes.length)) throw new RangeError(`no bytes ${offset} + ${length}`);
    return bytes.subarray(offset, offset + length);
  };
  const chunks = () => {
    throw new Error("an archive is not read from its start");
  };
  return {path: "a.npz", head: bytes.subarray(0, 100), size: bytes.length, gzip: false, chunks, read};
}

/** The names of an archive's files, and their bytes as text. */
async function contentOf(bytes: Buffer): Promise<{readonly [name: string]: string}> {
  const file = fileOf(bytes);
  const content: {[name: string]: string} = {};
  for (const entry of await zipEntries(file)) {
    const parts: Buffer[] = [];
    for await (const part of zipBytes(file, entry)) parts.push(part);
    content[entry.name] = Buffer.concat(parts).toString("latin1");
  }
  return content;
}

const named = (name: string, text: string, more: Partial<ZippedFile> = {}): ZippedFile => ({
  ...{name, content: Buffer.from(text, "latin1")},
  ...more,
});
const two = [named("a", "hello"), named("b.npy", "x".repeat(999), {isDeflated: true})];
const expected = {a: "hello", "b.npy": "x".repeat(999)};

describe("a zip archive", () => {
  test.each<[string, Buffer]>([
    ["stored and deflated", zipOf(two)],
    ["a comment after its directory", zipOf(two, {comment: "made by hand"})],
    ["the directory of zip64", zipOf(two, {isLarge: true})],
    ["sizes and places of zip64", zipOf(two.map((file) => ({...file, isLarge: true})))],
    [
      "other extra fields before these",
      zipOf(two.map((file) => ({...file, isLarge: true, extra: Buffer.from([7, 0, 2, 0, 1, 1])}))),
    ],
  ])("with %s gives every file", async (_, bytes) => {
    expect(await contentOf(bytes)).toEqual(expected);
  });

  test("takes from an extra field only the numbers that did not fit", async () => {
    const field = Buffer.alloc(12);
    field.writeUInt16LE(1, 0);
    field.writeUInt16LE(8, 2);
    field.writeBigUInt64LE(5n, 4);
    const [entry] = await zipEntries(fileOf(zipOf([named("a", "hello", {size: 0xffffffff, extra: field})])));
    expect([entry.size, entry.packed, entry.offset]).toEqual([5, 5, 0]);
  });

  test("may be empty", async () => {
    expect(await contentOf(zipOf([]))).toEqual({});
    expect(isZip(zipOf([]))).toBe(true);
  });

  test("is told by its first bytes", () => {
    const told = ["PK\x03\x04", "PK\x05\x06", "PK\x01\x02", "PX\x03\x04", "XK\x03\x04"];
    expect(told.map((text) => isZip(Buffer.from(text, "latin1")))).toEqual([true, true, false, false, false]);
  });

  const whole = zipOf(two);
  const changed = (at: number, value: number, from = whole) => {
    const bytes = Buffer.from(from);
    bytes.writeUInt32LE(value, at);
    return bytes;
  };
  const list = whole.indexOf("PK\x01\x02", 0, "latin1");
  const end = whole.length - 22;
  const large = zipOf(two, {isLarge: true});
  test.each<[string, Buffer, string]>([
    ["no end", whole.subarray(0, -1), "no directory at its end"],
    ["too few bytes", Buffer.from("PK\x03\x04"), "no directory at its end"],
    ["a directory longer than the file", changed(end + 12, whole.length - list + 1), "a directory beyond its end"],
    ["a directory after the file", changed(end + 16, whole.length), "a directory beyond its end"],
    ["a directory of something else", changed(list, 7), "a damaged directory"],
    ["a name longer than its directory", changed(list + 28, 0x0000fff0), "a damaged directory"],
    ["a file longer than the archive", changed(list + 20, whole.length), "a file beyond its end"],
    ["no place for the directory of zip64", changed(12, 0xffffffff, zipOf([])), "no directory of a large archive"],
    [
      "the directory of zip64 beyond its end",
      changed(large.length - 22 - 12, large.length - 55, large),
      "a directory beyond its end",
    ],
    [
      "no directory of zip64 where it is said to be",
      changed(large.length - 22 - 12, 0, large),
      "no directory of a large archive",
    ],
  ])("with %s is refused", async (_, bytes, got) => {
    await expect(zipEntries(fileOf(bytes))).rejects.toThrow(`a.npz: expected a whole .npz (zip) file, got ${got}`);
  });

  test("whose directory fills it to the last byte is whole", async () => {
    const bytes = changed(end + 12, whole.length - list);
    // what follows the entries is too short to be one
    expect((await zipEntries(fileOf(bytes))).map(({name}) => name)).toEqual(["a", "b.npy"]);
  });

  test.each<[string, Buffer, string]>([
    ["more bytes than it says", zipOf([named("a", "hello", {size: 4})]), "more bytes than its directory says"],
    ["fewer bytes than it says", zipOf([named("a", "hello", {size: 6})]), "5 of 6 bytes"],
    ["another checksum", changed(list + 16, 7), "another checksum"],
    ["a lock", zipOf([named("a", "hello", {flags: 1})]), "an encrypted file"],
    ["an unknown packing", zipOf([named("a", "hello", {method: 12})]), "compression method 12, not stored or deflated"],
    ["no header of its own", changed(0, 7), "no such file where the directory says"],
    ["bytes that cannot be unpacked", zipOf([named("a", "\xff\xff\xff", {method: 8})]), "(Z_DATA_ERROR)"],
  ])("whose file has %s is refused", async (_, bytes, got) => {
    const told = await contentOf(bytes).catch((error: Error) => error.message);
    expect(told).toContain("a.npz:a: expected a complete array, got ");
    expect(told).toContain(got);
  });

  test("gives a stored file of more than a megabyte in pieces", async () => {
    const text = Array.from({length: 3 * 2 ** 16}, (_, n) => String.fromCharCode(33 + (n % 90)))
      .join("")
      .repeat(6);
    expect(text.length).toBeGreaterThan(2 ** 20);
    expect((await contentOf(zipOf([named("a", text)]))).a === text).toBe(true);
  });
});
