import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {decodeImage, fitImage} from "../src/pipeline/data/image-file";
import {resize} from "../src/pipeline/data/resize";

const FOLDER = "test/fixtures/images";
const decode = (name: string) => decodeImage(readFileSync(`${FOLDER}/${name}`), name);
const at = ({width, rgb}: {width: number; rgb: Float32Array}, x: number, y: number) =>
  Array.from(rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3), (v) => Math.round(255 * v));

/** JPEG moves colours by a few of 255. */
function near(actual: number[], expected: number[], within: number): void {
  actual.forEach((v, c) => {
    expect(Math.abs(v - expected[c])).toBeLessThanOrEqual(within);
  });
}

const [RED, BLUE, GREEN] = [
  [220, 30, 30],
  [30, 30, 220],
  [30, 200, 30],
];

describe("decoding", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("a JPEG of EXIF orientation %i stands upright", async (orientation) => {
    const image = await decode(`exif-${orientation}.jpg`);
    expect([image.width, image.height]).toEqual([24, 16]);
    near(at(image, 3, 1), GREEN, 8);
    near(at(image, 4, 13), RED, 8);
    near(at(image, 20, 1), BLUE, 8);
  });

  test.each(["rgb.png", "palette.png"])("%s gives its very colours", async (name) => {
    const image = await decode(name);
    expect(at(image, 3, 1)).toEqual(GREEN);
    expect(at(image, 4, 13)).toEqual(RED);
    expect(at(image, 20, 8)).toEqual(BLUE);
  });

  test("a progressive JPEG decodes as any", async () => near(at(await decode("progressive.jpg"), 20, 8), BLUE, 8));

  test.each(["grey.png", "grey16.png", "grey.jpg"])("%s gives equal red, green and blue", async (name) => {
    const [r, g, b] = at(await decode(name), 4, 13);
    near([r, g, b], [87, 87, 87], 2); // Pillow's luma of the red: 0.299 · 220 + 0.587 · 30 + 0.114 · 30
    expect([g, b]).toEqual([r, r]);
  });

  test("what is transparent lies over white", async () => {
    const image = await decode("alpha.png");
    expect(at(image, 20, 1)).toEqual(BLUE);
    expect(at(image, 20, 12)).toEqual([255, 255, 255]);
    near(at(image, 20, 6), [142, 142, 237], 2); // half of each
  });

  test("CMYK is refused in plain words", async () => {
    await expect(decode("cmyk.jpg")).rejects.toThrow("cmyk.jpg: expected a grey or RGB image, got CMYK");
  });

  test("other files, empty ones and broken ones are refused by name", async () => {
    await expect(decode("picture.gif")).rejects.toThrow(
      "picture.gif: expected a PNG or JPEG image, got a file that starts with 47 49 46 38",
    );
    await expect(decodeImage(new Uint8Array(0), "empty.png")).rejects.toThrow(
      "empty.png: expected a PNG or JPEG image, got a file that starts with nothing",
    );
    for (const name of ["rgb.png", "exif-1.jpg"]) {
      const bytes = readFileSync(`${FOLDER}/${name}`);
      for (const length of [20, 60, bytes.length - 12]) {
        await expect(decodeImage(bytes.subarray(0, length), name)).rejects.toThrow(/expected a whole (PNG|JPEG) image/);
      }
    }
  });

  test("a PNG that claims to be enormous is refused before it is decoded", async () => {
    const bytes = Buffer.from(readFileSync(`${FOLDER}/rgb.png`));
    bytes.writeUInt32BE(200_000, 16);
    bytes.writeUInt32BE(200_000, 20);
    await expect(decodeImage(bytes, "bomb.png")).rejects.toThrow(
      "expected at most 100000000 pixels, got 200000 x 200000",
    );
  });
});

test("resampling is Pillow's, larger and smaller", () => {
  const {cases} = JSON.parse(readFileSync(`${FOLDER}/resize.json`, "utf8"));
  for (const {from, to, values, resized} of cases) {
    const found = resize(Float32Array.from(values), [from[0], from[1], 1], to);
    expect(found).toBeAllClose(resized, {rtol: 0, atol: 1e-6}); // both round to float32 in between
  }
});

describe("fitting to a model's input", () => {
  test("cuts the middle, or squeezes", async () => {
    const image = await decode("rgb.png");
    const cropped = fitImage(image, [16, 16, 3], "crop");
    expect(cropped.shape).toEqual([16, 16, 3]);
    // columns 4 to 19 of 24: the green block keeps four of its eight
    const green = Array.from({length: 16}, (_, x) => cropped.pixels[3 * x + 1] > 0.5).filter(Boolean).length;
    expect(green).toBe(4);
    const stretched = fitImage(image, [16, 12, 3], "stretch");
    expect(Array.from({length: 12}, (_, x) => stretched.pixels[3 * x + 1] > 0.5).filter(Boolean).length).toBe(4);
  });

  test("makes one channel by luma, and turns paper to background where asked", async () => {
    const image = await decode("rgb.png");
    const grey = fitImage(image, [16, 24, 1], "crop");
    expect(grey.pixels[13 * 24 + 4]).toBeCloseTo((0.299 * 220 + 0.587 * 30 + 0.114 * 30) / 255, 6);
    const inverted = fitImage(image, [16, 24, 1], "crop", true);
    expect(inverted.pixels).toBeAllClose(
      grey.pixels.map((v) => 1 - v),
      {rtol: 0, atol: 1e-6},
    );
  });
});
