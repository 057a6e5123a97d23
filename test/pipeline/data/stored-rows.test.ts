/** @file The parts of reading pictures from a file, each by itself: the thread's reader, its rows, and their split. */
import {fstatSync, openSync, readSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {openRowReader, type RowsQuestion} from "../../../src/pipeline/data/stored/read-rows";
import {type StoredRows, stampOf, storedRows} from "../../../src/pipeline/data/stored/rows";
import {storedSplit} from "../../../src/pipeline/data/stored/stored-split";
import {temporaryFolder} from "../../support/idx-files";

const folder = temporaryFolder();
const path = join(folder, "rows");
writeFileSync(
  path,
  Uint8Array.from({length: 60}, (_, n) => n),
);
const file = openSync(path, "r");

/** Reads rows; tells the answer and the reads, as the place in the file and the number of bytes asked for. */
function read(starts: number[], lengths: number[], more: Partial<RowsQuestion> = {}, most = 99) {
  const reads: [number, number][] = [];
  const reading = (_: number, into: Uint8Array, at: number, length: number, from: number) => {
    reads.push([from, length]);
    return readSync(file, into, at, Math.min(most, length), from);
  };
  const reader = openRowReader({readSync: reading as typeof readSync, fstatSync});
  const room = new SharedArrayBuffer(6 * lengths.length * (more.asShares ? 4 : 1));
  const question = {file, size: 6, starts: Float64Array.from(starts), lengths: Uint32Array.from(lengths)};
  const failure = reader({...question, asShares: false, room, ...more});
  return {failure, reads, answer: [...(more.asShares ? new Float32Array(room) : new Uint8Array(room))]};
}

describe("the reader of rows", () => {
  test("reads rows that follow each other at once, and others by themselves", () => {
    const {answer, reads} = read([12, 18, 0, 30], [6, 6, 6, 6]);
    expect(answer).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 34, 35]);
    expect(reads).toEqual([
      [12, 12],
      [0, 6],
      [30, 6],
    ]);
  });

  test("writes each byte of a grey row three times, beside rows in colour", () => {
    expect(read([10, 12, 18], [2, 6, 2]).answer).toEqual([
      ...[10, 10, 10, 11, 11, 11],
      ...[12, 13, 14, 15, 16, 17],
      ...[18, 18, 18, 19, 19, 19],
    ]);
    const shares = read([51], [2], {asShares: true}).answer;
    expect(shares).toEqual([0.2, 0.2, 0.2, 52 / 255, 52 / 255, 52 / 255].map(Math.fround));
  });

  test("goes on where a read gave only some of the bytes", () => {
    const {answer, reads} = read([10], [6], {}, 4);
    expect(answer).toEqual([10, 11, 12, 13, 14, 15]);
    expect(reads).toEqual([
      [10, 6],
      [14, 2],
    ]);
  });

  test("never reads more than a megabyte at once, unless a row is larger", () => {
    const lengthsOf = (length: number, count: number) => {
      const asked: number[] = [];
      const reader = openRowReader({
        fstatSync,
        readSync: ((_: number, into: Uint8Array, at: number, bytes: number) => {
          asked.push(bytes);
          into.fill(7, at, at + bytes);
          return bytes;
        }) as typeof readSync,
      });
      const room = new SharedArrayBuffer(length * count);
      const starts = Float64Array.from({length: count}, (_, n) => n * length);
      const lengths = new Uint32Array(count).fill(length);
      expect(reader({file, size: length, starts, lengths, asShares: false, room})).toBeUndefined();
      expect(new Uint8Array(room).every((byte) => byte === 7)).toBe(true);
      return asked;
    };
    expect(lengthsOf(2 ** 19, 5)).toEqual([2 ** 20, 2 ** 20, 2 ** 19]);
    expect(lengthsOf(2 ** 20 + 1, 2)).toEqual([2 ** 20 + 1, 2 ** 20 + 1]);
  });

  test("tells a file that ends too soon, one that was changed, and an error of the system", () => {
    expect(read([57], [6]).failure).toEqual({got: "fewer bytes"});
    const state = stampOf(fstatSync(file));
    expect(read([0], [6], {state}).failure).toBeUndefined();
    expect(read([0], [6], {state: {...state, bytes: 61}}).failure).toEqual({got: "another time"});
    expect(read([0], [6], {state: {...state, changed: 0}}).failure).toEqual({got: "another time"});
    expect(read([0], [6], {file: 99_999, state}).failure).toMatchObject({code: "EBADF"});
  });
});

describe("rows of a file", () => {
  test("are read whole where one is larger than the usual room", async () => {
    const size = 2 ** 20 + 3;
    const large = join(folder, "large");
    writeFileSync(large, new Uint8Array(2 * size).fill(51, size));
    const rows = storedRows({
      ...{path: large, file: openSync(large, "r"), size},
      ...{startOf: (place) => place * size, lengthOf: () => size},
    });
    const into = new Float32Array(2 * size);
    await rows.read([1, 0], into);
    expect([into[0], into[size - 1], into[size], into[2 * size - 1]]).toEqual([0.2, 0.2, 0, 0].map(Math.fround));
  });

  test("that cannot be read are reported with the path and the reason", async () => {
    const of = (path: string, flags: string) =>
      storedRows({path, file: openSync(path, flags), size: 1, startOf: (place) => place, lengthOf: () => 1});
    await expect(of(folder, "r").read([0], new Uint8Array(1))).rejects.toThrow(
      `${folder}: expected to read it, got a folder`,
    );
    const written = join(folder, "written");
    await expect(of(written, "w").read([0], new Uint8Array(1))).rejects.toThrow(
      `${written}: expected to read it, got EBADF`,
    );
  });
});

describe("a split of rows", () => {
  /** Rows that are their places, and what was asked of them. */
  const rowsOf = (size: number) => {
    const asked: (Uint8Array | Float32Array)[] = [];
    const rows: StoredRows = {
      size,
      async read(places, into) {
        asked.push(into);
        for (let n = 0; n < places.length; n++) into.fill(places[n], n * size, (n + 1) * size);
      },
    };
    return {rows, asked};
  };
  const labels = Uint8Array.of(7, 8, 9);

  test("begins at its first row, and has its own labels", async () => {
    const split = storedSplit({rows: rowsOf(2).rows, first: 10, count: 3}, labels, [1, 2, 1]);
    const {pixels, labels: own, count} = await split.read([2, 0]);
    expect([count, [...pixels], [...own]]).toEqual([2, [12, 12, 10, 10], [9, 7]]);
    expect([...((await split.readBytes?.([1])) ?? [])]).toEqual([11, 11]);
    expect([split.labelOf?.(1), split.files]).toEqual([8, undefined]);
    await expect(split.read([3])).rejects.toThrow("image index: expected below 3, got 3");
  });

  test("reads into the room that is handed, if that has its length", async () => {
    const {rows, asked} = rowsOf(3);
    const split = storedSplit({rows, first: 0, count: 3}, labels, [1, 3, 1]);
    const given = [new Float32Array(6), new Float32Array(5), new Uint8Array(6), new Uint8Array(7)] as const;
    expect((await split.read([0, 1], given[0])).pixels).toBe(given[0]);
    expect((await split.read([0, 1], given[1])).pixels).toHaveLength(6);
    expect(await split.readBytes?.([0, 1], given[2])).toBe(given[2]);
    expect(await split.readBytes?.([0, 1], given[3])).toHaveLength(6);
    expect(asked.map((into) => given.indexOf(into as never))).toEqual([0, -1, 2, -1]);
  });

  test.each([
    [3 * 32 * 32, 1365],
    [2 ** 20, 4],
    [2 ** 22, 1],
    [2 ** 24, 1],
  ])("of pictures of %d bytes asks for %d ahead: 16 MiB of numbers, or one", (size, ahead) => {
    expect(storedSplit({rows: rowsOf(size).rows, first: 0, count: 3}, labels, [1, size, 1]).ahead).toBe(ahead);
  });
});
