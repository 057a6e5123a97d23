import {readFileSync} from "node:fs";
import {deflateSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {UserError} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {decodeImage} from "../../../src/pipeline/data/images/image-file";
import {pixelsOf} from "../../support/pixels-of";
import {PNG_SIGNATURE, pngChunk, pngHeader} from "../../support/png-chunks";

const read = (name: string) => readFileSync(`test/fixtures/images/${name}`);

/** "same" where the pixels are those of the whole file, "other" where they are not, else the refusal. */
async function readingOf(bytes: Uint8Array, whole: {readonly size: string; readonly pixels: Uint8Array}) {
  try {
    const image = await decodeImage(bytes, "damaged.file");
    if (`${image.height} x ${image.width}` !== whole.size) return "another size";
    return Buffer.compare(await pixelsOf(image), whole.pixels) === 0 ? "same" : "other";
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // a crash is no refusal
    expect(error.message).toMatch(/^damaged\.file: expected .+, got .+/);
    return "refused";
  }
}

async function wholeOf(bytes: Uint8Array) {
  const image = await decodeImage(bytes, "whole.file");
  return {size: `${image.height} x ${image.width}`, pixels: await pixelsOf(image)};
}

function count(readings: readonly string[]): {readonly [reading: string]: number} {
  const counts: {[reading: string]: number} = {};
  for (const reading of readings) counts[reading] = (counts[reading] ?? 0) + 1;
  return counts;
}

const PNGS = ["rgb.png", "alpha.png", "grey16.png", "palette.png", "kind-interlaced-3x1.png", "kind-grey-2.png"];
const JPEGS = [
  "grey.jpg",
  "progressive.jpg",
  "exif-6.jpg",
  "kind-subsampled.jpg",
  "kind-restarts.jpg",
  "kind-progressive-restarts.jpg",
  "kind-optimized-grey.jpg",
];

describe("a damaged PNG", () => {
  test.each(PNGS)("%s with any one byte changed is refused", async (name) => {
    const bytes = read(name);
    const whole = await wholeOf(bytes);
    const random = randomSource(7);
    const readings: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] ^= 1 + Math.floor(255 * random());
      readings.push(await readingOf(changed, whole));
    }
    expect(count(readings)).toEqual({refused: bytes.length});
  });

  test.each(PNGS)("%s is refused wherever it is cut", async (name) => {
    const bytes = read(name);
    const whole = await wholeOf(bytes);
    const readings: string[] = [];
    for (let length = 0; length < bytes.length; length++)
      readings.push(await readingOf(bytes.subarray(0, length), whole));
    expect(count(readings)).toEqual({refused: bytes.length});
  });

  const header = pngHeader(4, 4);
  const rows = Buffer.alloc(4 * 13);
  const file = (...chunks: readonly Uint8Array[]) => Buffer.concat([PNG_SIGNATURE, ...chunks]);
  const [pixels, end] = [pngChunk("IDAT", deflateSync(rows)), pngChunk("IEND")];
  const palette = pngChunk("PLTE", new Uint8Array(3));
  const headerWith = (at: number, value = 1) => {
    const data = Uint8Array.from(header.subarray(8, 21));
    data[at] = value;
    return pngChunk("IHDR", data);
  };
  const filtered = Buffer.from(rows);
  filtered[26] = 5;
  test.each<[string, Uint8Array, string]>([
    [
      "a row too few",
      file(header, pngChunk("IDAT", deflateSync(rows.subarray(13))), end),
      "39 of its 52 bytes of pixels",
    ],
    [
      "a row too many",
      file(header, pngChunk("IDAT", deflateSync(Buffer.alloc(65))), end),
      "more than its 52 bytes of pixels",
    ],
    ["a filter that is none", file(header, pngChunk("IDAT", deflateSync(filtered)), end), "filter type 5 in row 2"],
    [
      "a cut stream under right checksums",
      file(header, pngChunk("IDAT", deflateSync(rows).subarray(0, -3)), end),
      "pixels that break off",
    ],
    [
      "pixels parted by another chunk",
      file(header, pixels, pngChunk("tEXt"), pngChunk("IDAT"), end),
      "parted by other chunks",
    ],
    ["no pixels", file(header, end), "one without pixels"],
    ["no header", file(pixels, end), "one without a size"],
    ["two headers", file(header, header, pixels, end), "one with two headers"],
    ["no palette", file(pngHeader(4, 4, 8, 3), pixels, end), "one without its palette"],
    ["an impossible depth", file(pngHeader(4, 4, 4, 2), pixels, end), "colour type 2 with 4 bits"],
    ["no size", file(pngHeader(0, 4), pixels, end), "a size of 0 x 4"],
    ["no height", file(pngHeader(4, 0), pixels, end), "a size of 4 x 0"],
    ["a width that is too large", file(pngHeader(2 ** 31, 4), pixels, end), "a size of 2147483648 x 4"],
    ["a height that is too large", file(pngHeader(4, 2 ** 31), pixels, end), "a size of 4 x 2147483648"],
    ["a header that is too short", file(pngChunk("IHDR", header.subarray(8, 20)), pixels, end), "one without a size"],
    ["a header that is too long", file(pngChunk("IHDR", header.subarray(8, 22)), pixels, end), "one without a size"],
    ["an unknown compression", file(headerWith(10), pixels, end), "compression 1, filter 0 and interlace 0"],
    ["an unknown filter method", file(headerWith(11), pixels, end), "compression 0, filter 1 and interlace 0"],
    ["an unknown interlace", file(headerWith(12, 2), pixels, end), "compression 0, filter 0 and interlace 2"],
    ["a palette after its pixels", file(pngHeader(4, 4, 8, 3), pixels, palette, end), "one without its palette"],
    ["Apple's form", file(pngChunk("IHDR", header.subarray(8, 21)), pngChunk("CgBI"), pixels, end), "Apple's own form"],
    [
      "an unknown chunk that it needs",
      file(header, pngChunk("ABCD"), pixels, end),
      "an unknown kind that it needs, ABCD",
    ],
  ])("%s is refused in its own words", async (_, bytes, words) => {
    await expect(decodeImage(bytes, "x.png")).rejects.toThrow(words);
  });

  test("what follows a PNG's end is no part of it", async () => {
    const bytes = read("rgb.png");
    const whole = await wholeOf(bytes);
    expect(await readingOf(Buffer.concat([bytes, Buffer.from("more")]), whole)).toBe("same");
  });

  test("a large picture is checked as it is unpacked, and a bomb behind a small size is not unpacked", async () => {
    const [width, height] = [3000, 1200];
    const large = deflateSync(Buffer.alloc(height * (1 + 3 * width)));
    const sound = file(pngHeader(width, height), pngChunk("IDAT", large), end);
    expect((await decodeImage(sound, "large.png")).width).toBe(width);
    const cut = file(pngHeader(width, height), pngChunk("IDAT", large.subarray(0, large.length / 2)), end);
    await expect(decodeImage(cut, "large.png")).rejects.toThrow("pixels that break off");
    const bomb = file(pngHeader(width, height - 1), pngChunk("IDAT", large), end);
    await expect(decodeImage(bomb, "large.png")).rejects.toThrow("more than its 10792199 bytes of pixels");
    const small = file(pngHeader(4, 4), pngChunk("IDAT", large), end);
    await expect(decodeImage(small, "large.png")).rejects.toThrow("more than its 52 bytes of pixels");
  });
});

describe("a damaged JPEG", () => {
  test.each([...JPEGS, "kind-thumbnail.jpg"])(
    "%s is refused wherever it is cut, with an end set after it too",
    async (name) => {
      const bytes = read(name);
      const whole = await wholeOf(bytes);
      const end = Buffer.of(0xff, 0xd9);
      const readings: string[] = [];
      for (let length = 0; length < bytes.length; length++)
        readings.push(await readingOf(bytes.subarray(0, length), whole));
      for (let length = 0; length < bytes.length - 2; length++) {
        readings.push(await readingOf(Buffer.concat([bytes.subarray(0, length), end]), whole));
      }
      expect(count(readings)).toEqual({refused: 2 * bytes.length - 2});
    },
  );

  test("with a byte changed that no block can be is refused: seven in ten of those that change a picture", async () => {
    const random = randomSource(11);
    const readings: string[] = [];
    for (const name of JPEGS) {
      const bytes = read(name);
      const whole = await wholeOf(bytes);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes);
        changed[at] ^= 1 + Math.floor(255 * random());
        readings.push(await readingOf(changed, whole));
      }
    }
    // What stays: bytes of a coefficient or of a table that make sense as they are now. No reader can tell.
    const {refused, same = 0, other = 0, ...sizes} = count(readings);
    expect(Object.keys(sizes)).toEqual(["another size"]); // a little smaller: the same blocks
    expect(refused / (readings.length - same)).toBeGreaterThan(0.7);
    expect(other / readings.length).toBeLessThan(0.2);
  });
});
