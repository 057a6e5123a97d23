/** @file How pictures are handed to decoding threads, and what becomes of one, without such threads. */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {deflateSync} from "node:zlib";
import {createCanvas} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";

import {commonSize} from "../../../src/pipeline/data/decoding/common-size";
import {pictureBytes} from "../../../src/pipeline/data/decoding/picture-bytes";
import {plainPng} from "../../../src/pipeline/data/decoding/plain-png";
import type {DecodingPool} from "../../../src/pipeline/data/decoding/pool";
import type {DecodingQuestion, DecodingResult} from "../../../src/pipeline/data/decoding/questions";
import {MANY, poolFor, readPictures} from "../../../src/pipeline/data/decoding/read-pictures";
import {temporaryFolder} from "../../support/idx-files";
import {PNG_SIGNATURE, pngChunk, pngHeader, rgbPngFile} from "../../support/png-chunks";

/** A pool of two threads that answers when it is told, and the questions that it was asked. */
function waitingPool(answerOf: (question: DecodingQuestion) => DecodingResult) {
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  const pool: DecodingPool = {
    threads: 2,
    ask: (question) => {
      asked.push(question.paths.length);
      return new Promise((resolve) => waiting.push(() => resolve(answerOf(question))));
    },
    end() {},
  };
  return {pool, asked, answer: () => waiting.shift()?.()};
}

const names = (count: number) => Array.from({length: count}, (_, n) => `${n}`);

describe("threads", () => {
  test("are asked for pictures four questions ahead, of two megabytes each as far as is known", async () => {
    const {pool, asked, answer} = waitingPool(({paths}) => ({
      contents: new Uint8Array(paths.length * 2 ** 19),
      contentEnds: paths.map((_, n) => (n + 1) * 2 ** 19),
      pictures: Uint8Array.from({length: 3 * paths.length}, (_, n) => n),
      pictureEnds: paths.map((_, n) => 3 * (n + 1)),
    }));
    const reading = readPictures(names(14), {shape: [1, 1, 3], maxPixels: 9}, pool);
    const sizes: number[] = [];
    for (;;) {
      const next = reading.next();
      if (sizes.length === 0) expect(asked).toEqual([1, 1, 1, 1]); // nothing is known yet
      answer();
      const {done, value} = await next;
      if (done) break;
      sizes.push(value.length);
      for (const [n, {bytes, content, isGrey}] of value.entries())
        expect([[...bytes], content.length, isGrey]).toEqual([[3 * n, 3 * n + 1, 3 * n + 2], 2 ** 19, false]);
    }
    expect(sizes).toEqual([1, 1, 1, 1, 4, 4, 2]);
    expect(asked).toEqual(sizes);
  });

  test("are asked for at most 64 small pictures at a time", async () => {
    const {pool, asked, answer} = waitingPool(({paths}) => ({
      ...{contents: new Uint8Array(paths.length), contentEnds: paths.map((_, n) => n + 1)},
      ...{pictures: new Uint8Array(paths.length), pictureEnds: paths.map((_, n) => n + 1)},
    }));
    const reading = readPictures(names(132), {shape: [1, 1, 3], maxPixels: 9}, pool);
    for (let done: boolean | undefined = false; !done; ) {
      const next = reading.next();
      answer();
      const {value, done: ended} = await next;
      if (value) expect(value.every(({isGrey}) => isGrey)).toBe(true);
      done = ended;
    }
    expect(asked).toEqual([1, 1, 1, 1, 64, 64]);
  });

  test("are asked for the sizes of 256 pictures at a time, four questions ahead", async () => {
    const {pool, asked, answer} = waitingPool(({paths}) => ({sizes: paths.map(() => ({height: 2, width: 3}))}));
    const finding = commonSize(names(5 * 256 + 1), 3, {pool});
    await Promise.resolve();
    expect(asked).toEqual([256, 256, 256, 256]);
    const ended = finding.then(() => true);
    const turn = () => new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
    do answer();
    while (!(await Promise.race([ended, turn()])));
    expect(asked).toEqual([256, 256, 256, 256, 256, 1]);
    expect(await finding).toEqual({height: 2, width: 3});
  });

  test("are started for as many pictures as make it worth while", () => {
    expect(poolFor(MANY - 1)).toBeUndefined();
    const pool = poolFor(MANY);
    expect(pool?.threads).toBeGreaterThan(0);
    pool?.end();
  });
});

const folder = temporaryFolder();
const sized = (width: number, height: number) => {
  const path = join(folder, `${width}x${height}.png`);
  writeFileSync(path, createCanvas(width, height).toBuffer("image/png"));
  return path;
};

test("pictures have one size where both of their sides are alike, and none is longer than it may be", async () => {
  const [own, higher, wider] = [sized(24, 26), sized(24, 27), sized(25, 26)];
  expect(await commonSize([own, own], 26, {})).toEqual({height: 26, width: 24});
  expect(await commonSize([own], 25, {})).toBeUndefined();
  expect(await commonSize([own, higher], 64, {})).toBeUndefined();
  expect(await commonSize([own, wider], 64, {})).toBeUndefined();
  expect(await commonSize([sized(26, 24)], 25, {})).toBeUndefined();
});

test("pictures are read sixteen at a time, and none after the last", async () => {
  const parts: number[] = [];
  const paths = Array.from({length: 33}, () => sized(2, 2));
  for await (const part of readPictures(paths.slice(1), {shape: [2, 2, 3], maxPixels: 99})) parts.push(part.length);
  expect(parts).toEqual([16, 16]);
});

describe("a picture's bytes", () => {
  const options = {maxPixels: 1e6};
  const bytesOf = async (at: (x: number, y: number, c: number) => number, shape = [1, 2, 3] as const) =>
    pictureBytes(rgbPngFile(2, 1, at), "f", shape, options);

  test("are one for each pixel only where red, green and blue are the same in all of them", async () => {
    expect(await bytesOf((x) => 100 + x)).toEqual({bytes: Uint8Array.of(100, 101), isGrey: true});
    for (const channel of [0, 1, 2]) {
      const {bytes, isGrey} = await bytesOf((x, _, c) => (x === 1 && c === channel ? 7 : 9));
      expect([bytes.length, isGrey]).toEqual([6, false]);
    }
  });

  test("are the nearest ones where the picture is scaled", async () => {
    const {bytes, isGrey} = await bytesOf((_, __, c) => 10 * c, [2, 4, 3] as never);
    expect([[...bytes], isGrey]).toEqual([Array.from({length: 24}, (_, i) => 10 * (i % 3)), false]);
  });
});

describe("a PNG that needs no scaling", () => {
  const file = rgbPngFile(5, 3, (x, y, c) => 16 * x + 4 * y + c);
  const plain = (bytes: Uint8Array, [height, width] = [3, 5], maxPixels = 15) =>
    plainPng(bytes, "f", [height, width, 3], {maxPixels});

  test("has just this height and width, and no more pixels than are allowed", async () => {
    expect((await plain(file))?.pixels.slice(0, 6)).toEqual(Uint8Array.of(0, 1, 2, 16, 17, 18));
    expect(await plain(file, [3, 4])).toBeUndefined();
    expect(await plain(file, [2, 5])).toBeUndefined();
    expect(await plain(file, [3, 5], 14)).toBeUndefined();
  });

  test("has a whole header, and stands upright", async () => {
    expect(await plain(file.subarray(0, 32))).toBeUndefined();
    await expect(plain(file.subarray(0, 33))).rejects.toThrow("f: expected a whole PNG image");
    const turned = pngChunk("eXIf", Buffer.from("4d4d002a00000008000101120003000000010003000000000000", "hex"));
    expect(await plain(rgbPngFile(5, 3, () => 0, [turned]))).toBeUndefined();
    expect(await plain(readFileSync("test/fixtures/images/grey.jpg"))).toBeUndefined();
  });

  test.each([
    [[10, 11], 254, [8, 9]], // 8, 11 and the corner 10 have the plane 9: 8 and 10 are as near
    [[10, 8], 1, [11, 9]], // 11, 8 and the corner 10: 8 and 10 are as near
  ])(
    "by Paeth's filter takes the left byte or the upper one rather than the corner: %j",
    async (upper, byte, lower) => {
      const rows = Uint8Array.of(0, ...upper, 4, byte, 1);
      const parts = [pngHeader(2, 2, 8, 0), pngChunk("IDAT", deflateSync(rows)), pngChunk("IEND")];
      const found = await plain(Buffer.concat([PNG_SIGNATURE, ...parts]), [2, 2]);
      expect([...(found?.pixels ?? [])]).toEqual([...upper, ...lower]);
    },
  );
});
