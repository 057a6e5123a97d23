import {readFileSync} from "node:fs";
import {createCanvas} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";

import {fitImage} from "../../../src/pipeline/data/images/fit-image";
import {type DecodedImage, decodeImage} from "../../../src/pipeline/data/images/image-file";
import {resampler} from "../../../src/pipeline/data/images/resize";
import {pixelsOf} from "../../support/pixels-of";
import {pngChunk, rgbPngFile} from "../../support/png-chunks";

const FOLDER = "test/fixtures/images";
const decode = (name: string) => decodeImage(readFileSync(`${FOLDER}/${name}`), name);
const at = async (image: DecodedImage, x: number, y: number) => {
  const pixels = await pixelsOf(image);
  return Array.from(pixels.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3));
};

/** JPEG moves colours by a few of 255. */
function near(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  expect(actual.length).toBe(expected.length);
  const most = Array.from(actual, (v, c) => Math.abs(v - expected[c])).reduce((a, b) => Math.max(a, b), 0);
  expect(most).toBeLessThanOrEqual(within);
}

/** The stored picture of a file that is larger than is drawn in one go: 1500 wide, 1100 high, EXIF orientation 6. */
const largeAt = (x: number, y: number, c: number) => (7 * x + 13 * y + 101 * c + ((x * y) >> 5)) & 255;
const LARGE = rgbPngFile(1500, 1100, largeAt, [
  pngChunk("eXIf", Buffer.from("4d4d002a00000008000101120003000000010006000000000000", "hex")),
]);

const [RED, BLUE, GREEN] = [
  [220, 30, 30],
  [30, 30, 220],
  [30, 200, 30],
];

describe("decoding", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("a JPEG of EXIF orientation %i stands upright", async (orientation) => {
    const image = await decode(`exif-${orientation}.jpg`);
    expect([image.width, image.height]).toEqual([24, 16]);
    near(await at(image, 3, 1), GREEN, 8);
    near(await at(image, 4, 13), RED, 8);
    near(await at(image, 20, 1), BLUE, 8);
  });

  test.each(["rgb.png", "palette.png"])("%s gives its very colours", async (name) => {
    const image = await decode(name);
    expect(await at(image, 3, 1)).toEqual(GREEN);
    expect(await at(image, 4, 13)).toEqual(RED);
    expect(await at(image, 20, 8)).toEqual(BLUE);
  });

  test("a progressive JPEG decodes as any", async () =>
    near(await at(await decode("progressive.jpg"), 20, 8), BLUE, 8));

  test.each(["grey.png", "grey16.png", "grey.jpg"])("%s gives equal red, green and blue", async (name) => {
    const [r, g, b] = await at(await decode(name), 4, 13);
    near([r, g, b], [87, 87, 87], 2); // Pillow's luma of the red: 0.299 · 220 + 0.587 · 30 + 0.114 · 30
    expect([g, b]).toEqual([r, r]);
  });

  test("what is transparent lies over white", async () => {
    const image = await decode("alpha.png");
    expect(await at(image, 20, 1)).toEqual(BLUE);
    expect(await at(image, 20, 12)).toEqual([255, 255, 255]);
    near(await at(image, 20, 6), [142, 142, 237], 2); // half of each
  });

  const {images} = JSON.parse(readFileSync(`${FOLDER}/kinds.json`, "utf8"));
  test.each(Object.keys(images))("%s gives Pillow's pixels", async (name) => {
    const {height, width, within, rgb} = images[name];
    const image = await decode(name);
    expect([image.height, image.width]).toEqual([height, width]);
    near(await pixelsOf(image), Buffer.from(rgb, "base64"), within);
  });

  test("a PNG that is named as a JPEG is read as what it is", async () => {
    const image = await decodeImage(readFileSync(`${FOLDER}/rgb.png`), "photograph.jpg");
    expect(await at(image, 3, 1)).toEqual(GREEN);
  });

  test("the bands of a large image are the image, turned too", async () => {
    const image = await decodeImage(LARGE, "large.png");
    expect([image.height, image.width]).toEqual([1500, 1100]);
    const bands = [];
    for await (const {top, rows} of image.bands()) bands.push([top, rows]);
    expect(bands).toEqual([
      [0, 953],
      [953, 547],
    ]);
    // stored lying: its left side is the upright picture's top, its lower side the left
    const pixels = await pixelsOf(image);
    let wrong = 0;
    for (let y = 0; y < 1500; y++) {
      for (let x = 0; x < 1100; x++) {
        for (let c = 0; c < 3; c++) if (pixels[3 * (1100 * y + x) + c] !== largeAt(y, 1099 - x, c)) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  test("a JPEG of more than 256 pixels on a side has both of its sides", async () => {
    const canvas = createCanvas(300, 517);
    canvas.getContext("2d").fillRect(0, 0, 300, 517);
    const {height, width} = await decodeImage(canvas.toBuffer("image/jpeg"), "large.jpg");
    expect([height, width]).toEqual([517, 300]);
  });

  test("CMYK is refused in plain words", async () => {
    await expect(decode("cmyk.jpg")).rejects.toThrow("cmyk.jpg: expected a grey or RGB image, got CMYK");
  });

  test.each([
    ["GIF89a", "a GIF image"],
    ["RIFF\x24\0\0\0WEBPVP8 ", "a WebP image"],
    ["\0\0\0\x18ftypheic", "a HEIC image"],
    ["\0\0\0\x1cftypavif", "an AVIF image"],
    ["BM\x46\0\0\0", "a BMP image"],
    ["II*\0\x08\0\0\0", "a TIFF image"],
    ["<svg xmlns=", "an SVG drawing"],
    ["PK\x03\x04", "a zip file"],
    ["", "an empty file"],
    ["hello", "a file that starts with 68 65 6c 6c"],
  ])("%j is refused as what it is", async (start, kind) => {
    await expect(decodeImage(Buffer.from(start, "latin1"), "some/file.png")).rejects.toThrow(
      `some/file.png: expected a PNG or JPEG image, got ${kind}`,
    );
  });

  test("an image of more pixels than are allowed is refused before it is decoded, and the flag is named", async () => {
    const bytes = Buffer.from(readFileSync(`${FOLDER}/rgb.png`));
    bytes.writeUInt32BE(200_000, 16);
    bytes.writeUInt32BE(200_000, 20);
    const message = "bomb.png: expected at most 89478485 pixels, got 200000 x 200000; --max-pixels lifts the limit";
    await expect(decodeImage(bytes, "bomb.png")).rejects.toThrow(message);
    const whole = readFileSync(`${FOLDER}/rgb.png`);
    await expect(decodeImage(whole, "small.png", {maxPixels: 383})).rejects.toThrow(
      "expected at most 383 pixels, got 24 x 16",
    );
    expect((await decodeImage(whole, "small.png", {maxPixels: 384})).width).toBe(24);
  });
});

test("resampling is Pillow's, larger and smaller", () => {
  const {cases} = JSON.parse(readFileSync(`${FOLDER}/resize.json`, "utf8"));
  for (const {from, to, values, resized} of cases) {
    const found = resampler([from[0], from[1], 1], to);
    for (let y = 0; y < from[0]; y++) found.add(Float32Array.from(values.slice(y * from[1], (y + 1) * from[1])));
    expect(found.values).toBeAllClose(resized, {rtol: 0, atol: 1e-6}); // both round to float32 in between
  }
});

describe("fitting to a model's input", () => {
  test("cuts the middle, or squeezes", async () => {
    const image = await decode("rgb.png");
    const cropped = await fitImage(image, [16, 16, 3], "crop");
    expect(cropped.shape).toEqual([16, 16, 3]);
    // columns 4 to 19 of 24: the green block keeps four of its eight
    const green = Array.from({length: 16}, (_, x) => cropped.pixels[3 * x + 1] > 0.5).filter(Boolean).length;
    expect(green).toBe(4);
    const stretched = await fitImage(image, [16, 12, 3], "stretch");
    expect(Array.from({length: 12}, (_, x) => stretched.pixels[3 * x + 1] > 0.5).filter(Boolean).length).toBe(4);
  });

  test("cuts the middle of a picture that is higher than wide", async () => {
    const rgba = Uint8ClampedArray.from({length: 5 * 9 * 4}, (_, i) => (i % 4 === 3 ? 255 : 5 * Math.floor(i / 20)));
    const image: DecodedImage = {
      ...{height: 9, width: 5},
      async *bands() {
        yield {top: 0, rows: 4, rgba: rgba.subarray(0, 80)};
        yield {top: 4, rows: 5, rgba: rgba.subarray(80)};
      },
    };
    const rowsOf = async (height: number, width: number) => {
      const {pixels} = await fitImage(image, [height, width, 3], "crop");
      return Array.from({length: height}, (_, y) => Math.round((255 * pixels[3 * y * width]) / 5));
    };
    expect(await rowsOf(5, 5)).toEqual([2, 3, 4, 5, 6]);
    expect(await rowsOf(4, 5)).toEqual([2, 3, 4, 5]);
    expect(await rowsOf(9, 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("makes one channel by luma, and turns paper to background where asked", async () => {
    const image = await decode("rgb.png");
    const grey = await fitImage(image, [16, 24, 1], "crop");
    expect(grey.pixels[13 * 24 + 4]).toBeCloseTo((0.299 * 220 + 0.587 * 30 + 0.114 * 30) / 255, 6);
    const inverted = await fitImage(image, [16, 24, 1], "crop", true);
    expect(inverted.pixels).toBeAllClose(
      grey.pixels.map((v) => 1 - v),
      {rtol: 0, atol: 1e-6},
    );
  });

  test("gives the same whether an image comes in one band or in many", async () => {
    const image = await decode("rgb.png");
    const inRows: DecodedImage = {
      ...image,
      async *bands() {
        for await (const {rgba} of image.bands()) {
          for (let y = 0; y < image.height; y++) {
            yield {top: y, rows: 1, rgba: rgba.slice(y * image.width * 4, (y + 1) * image.width * 4)};
          }
        }
      },
    };
    for (const shape of [
      [7, 9, 3],
      [40, 31, 1],
      [16, 24, 3],
    ] as const) {
      const whole = await fitImage(image, shape, "crop");
      expect(await fitImage(inRows, shape, "crop")).toEqual(whole);
    }
  });

  test("ends between two bands where the user is interrupted", async () => {
    const interrupt = new AbortController();
    const fitting = fitImage(await decodeImage(LARGE, "large.png"), [8, 8, 3], "crop", false, interrupt.signal);
    interrupt.abort();
    await expect(fitting).rejects.toBe(interrupt.signal.reason);
  });
});
