import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";

import {megabytes, openTableFile} from "../../../../src/pipeline/data/tables/table-file";
import {temporaryFolder} from "../../../support/idx-files";

const folder = temporaryFolder();
const open = (bytes: Uint8Array | string, maxMegabytes = 1) => {
  const path = join(folder, "t.csv");
  writeFileSync(path, bytes);
  return openTableFile(path, maxMegabytes);
};
async function lengthOf(bytes: Uint8Array | string): Promise<number> {
  let length = 0;
  for await (const chunk of (await open(bytes)).chunks()) length += chunk.length;
  return length;
}

describe("a table's file", () => {
  const just = Buffer.alloc(2 ** 20, "1\n");

  test("may be as large as the limit, plain and unpacked", async () => {
    expect([await lengthOf(just), await lengthOf(gzipSync(just))]).toEqual([2 ** 20, 2 ** 20]);
    const more = Buffer.alloc(2 ** 20 + 1, "1\n");
    await expect(open(more)).rejects.toThrow("expected at most 1 MB (--max-megabytes), got 2 MB");
    await expect(open(gzipSync(more))).rejects.toThrow("got 2 MB, unpacked");
  });

  test("is packed only if both of its first bytes say so", async () => {
    for (const [bytes, gzip] of [
      [gzipSync("1\n"), true],
      [Buffer.from([0x1f, 0x31, 0x0a]), false],
      [Buffer.from([0x31, 0x8b, 0x0a]), false],
    ] as const) {
      const file = await open(bytes);
      expect([file.gzip, file.size]).toEqual([gzip, gzip ? undefined : 3]);
    }
  });

  test("that claims more bytes than can be packed into it is cut off, not too large", async () => {
    const packed = gzipSync("1,2\n".repeat(99));
    packed.writeUInt32LE(0xffffffff, packed.length - 4);
    await expect(open(packed)).rejects.toThrow("t.csv: expected a whole gzip file, got");
  });

  test("gives bytes from any place, and says where it ends before", async () => {
    const file = await open("0123456789");
    expect(`${await file.read(3, 4)}`).toBe("3456");
    await expect(file.read(8, 4)).rejects.toThrow("t.csv: expected 12 bytes, got 10");
  });

  test("is a file", async () => {
    await expect(openTableFile(folder, 1)).rejects.toThrow(`${folder}: expected a file, got a folder`);
    await expect(openTableFile("/dev/null", 1)).rejects.toThrow("/dev/null: expected a file, got a device");
  });
});

test("megabytes are rounded up", () => {
  expect([megabytes(1), megabytes(2 ** 20), megabytes(2 ** 20 + 1), megabytes(1500 * 2 ** 20)]).toEqual([
    ...["1 MB", "1 MB", "2 MB", "1,500 MB"],
  ]);
});
