import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {deflateSync} from "node:zlib";
import {createCanvas} from "@napi-rs/canvas";
import {afterAll, expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import {commonSize} from "../../../src/pipeline/data/decoding/common-size";
import {plainPng} from "../../../src/pipeline/data/decoding/plain-png";
import {decodingPool} from "../../../src/pipeline/data/decoding/pool";
import {type ReadPicture, readPictures} from "../../../src/pipeline/data/decoding/read-pictures";
import {fitImage} from "../../../src/pipeline/data/images/fit-image";
import {decodeImage} from "../../../src/pipeline/data/images/image-file";
import {temporaryFolder} from "../../support/idx-files";
import {PNG_SIGNATURE, pngChunk, pngHeader} from "../../support/png-chunks";

const pool = decodingPool(1);
afterAll(() => pool.end());

const folder = temporaryFolder();
/** Pictures of both kinds, in colour and in grey, upright, of several sizes. */
const paths = Array.from({length: 9}, (_, n) => {
  const canvas = createCanvas(20 + n, 30 - n);
  const context = canvas.getContext("2d");
  context.fillStyle = n % 2 ? "#707070" : "#a03060";
  context.fillRect(n, n, 12, 9);
  const path = join(folder, `${n}.${n % 3 ? "png" : "jpg"}`);
  writeFileSync(path, n % 3 ? canvas.toBuffer("image/png") : canvas.toBuffer("image/jpeg"));
  return path;
});
const options = {shape: [16, 16, 3] as const, maxPixels: 1e6};

async function all(parts: AsyncGenerator<readonly ReadPicture[]>): Promise<ReadPicture[]> {
  const read: ReadPicture[] = [];
  for await (const part of parts) read.push(...part);
  return read.map(({content, bytes, isGrey}) => ({content: Buffer.from(content), bytes: Buffer.from(bytes), isGrey}));
}

test("threads decode pictures to the same bytes, in the same order", async () => {
  const here = await all(readPictures(paths, options));
  expect(here.map(({isGrey}) => isGrey)).toContain(true);
  expect(here.map(({isGrey}) => isGrey)).toContain(false);
  for (const [n, {content}] of here.entries()) expect(readFileSync(paths[n]).equals(content)).toBe(true);
  expect(await all(readPictures(paths, options, pool))).toEqual(here);
});

test.each([
  [1, 0],
  [3, 2],
])(
  "a PNG of %d samples a pixel that needs no scaling has the pixels that the decoder gives, by every filter",
  async (samples, type) => {
    const random = randomSource(5);
    const [height, width] = [23, 17];
    const rows = Uint8Array.from({length: height * (1 + samples * width)}, () => 256 * random());
    for (let y = 0; y < height; y++) rows[y * (1 + samples * width)] = y % 5;
    const gamma = pngChunk("gAMA", Uint8Array.of(0, 0, 0x40, 0));
    const parts = [pngHeader(width, height, 8, type), gamma, pngChunk("IDAT", deflateSync(rows)), pngChunk("IEND")];
    const file = Buffer.concat([PNG_SIGNATURE, ...parts]);
    const shape = [height, width, 3] as const;
    const own = await plainPng(file, "f", shape, {maxPixels: 1e6});
    expect(own?.samples).toBe(samples);
    const {pixels} = await fitImage(await decodeImage(file, "f"), shape, "crop");
    const expected = Array.from(pixels, (value) => Math.round(255 * value));
    expect(Array.from(own?.pixels ?? [])).toEqual(expected.filter((_, i) => samples === 3 || i % 3 === 0));
    // of another size, with a transparent colour, and turned: left to the decoder
    expect(await plainPng(file, "f", [width, height, 3], {maxPixels: 1e6})).toBeUndefined();
    expect(await plainPng(file, "f", shape, {maxPixels: 5})).toBeUndefined();
    const clear = pngChunk("tRNS", new Uint8Array(2 * samples));
    const transparent = Buffer.concat([PNG_SIGNATURE, parts[0], clear, ...parts.slice(2)]);
    expect(await plainPng(transparent, "f", shape, {maxPixels: 1e6})).toBeUndefined();
  },
);

test("a thread tells a damaged, a missing and a too large picture in the same words", async () => {
  const damaged = join(folder, "damaged.png");
  writeFileSync(damaged, readFileSync(paths[1]).subarray(0, -30));
  const padded = join(folder, "padded.jpg");
  writeFileSync(padded, Buffer.concat([readFileSync(paths[0]), Buffer.alloc(8000)]));
  for (const [path, most] of [
    [damaged, 1e6],
    [padded, 600], // as many pixels as it has, but more than 8 bytes for each
    [join(folder, "missing.png"), 1e6],
    [paths[0], 100],
  ] as const) {
    const told = (own?: typeof pool) =>
      all(readPictures([path], {...options, maxPixels: most}, own)).catch((error: Error) => error.message);
    const [here, there] = [await told(), await told(pool)];
    expect(there).toContain(path);
    expect(there).toBe(here);
  }
});

test("threads read a file of more than a megabyte as a smaller one", async () => {
  const large = join(folder, "large.jpg");
  writeFileSync(large, Buffer.concat([readFileSync(paths[0]), Buffer.alloc(2 ** 20)]));
  expect(await all(readPictures([large, paths[1]], options, pool))).toEqual(
    await all(readPictures([large, paths[1]], options)),
  );
  expect(await commonSize([large], 64, {pool})).toEqual({height: 30, width: 20});
});

test("threads find the size that all pictures have, or that they have none", async () => {
  const alike = [paths[4], paths[4], paths[4]];
  expect(await commonSize(alike, 64, {pool})).toEqual({height: 26, width: 24});
  expect(await commonSize(alike, 25, {pool})).toBeUndefined();
  expect(await commonSize(paths, 64, {pool})).toBeUndefined();
  expect(await commonSize(paths, 64, {})).toBeUndefined();
});
