import {setImmediate} from "node:timers/promises";
import {createCanvas, type Image, loadImage} from "@napi-rs/canvas";

import {UserError} from "../../../nouns/options";
import {isTurned, type Orientation} from "./exif-orientation";
import {imageKindOf, otherKindOf} from "./image-kind";
import {checkJpeg, jpegSize} from "./jpeg-file";
import {MOST_PIXELS} from "./most-pixels";
import {checkPng, pngSize, type WholeImage} from "./png-file";

/** A decoded image, upright. Its pixels are given a few rows at a time, so that a large one takes little room. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  /**
   * Yields all rows from the top in bands of whole rows: red, green, blue and opacity of each pixel in 0 to 255, the
   * opacity always 255. A band is valid until the next one is asked for.
   */
  bands(): AsyncGenerator<{readonly top: number; readonly rows: number; readonly rgba: Uint8ClampedArray}>;
}

/** How many pixels a band has: 4 MB, which are drawn in 10 ms, so that an abort signal is noticed soon. */
const BAND = 2 ** 20;

/** The height and width of the upright image. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export interface DecodeOptions {
  /** A larger image is refused before it is decoded. */
  readonly maxPixels?: number;
  /** Ends the decoding. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes a PNG or JPEG file. It turns the image upright as its EXIF data say, and draws a transparent image over
 * white. Like Pillow, it ignores colour profiles and gamma, because networks are trained on the numbers without them.
 *
 * @param name The name of the file, for errors.
 * @throws UserError if it is no such file, is damaged or too large, or is in CMYK, whose colours need a profile.
 * @throws The signal's reason.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  {maxPixels = MOST_PIXELS, signal}: DecodeOptions = {},
): Promise<DecodedImage> {
  const kind = kindOf(bytes, name);
  checkSize(sizeOfImage(bytes, name), name, maxPixels);
  const whole = await (kind === "png" ? checkPng : checkJpeg)(bytes, name, signal);
  signal?.throwIfAborted();
  const image = await loadImage(whole.bytes).catch((error: Error) => {
    throw new UserError(
      `${name}: expected a whole ${kind.toUpperCase()} image, got one that its decoder refuses (${error.message})`,
    );
  });
  if (image.width !== whole.width || image.height !== whole.height) {
    const [expected, got] = [whole, image].map(({width, height}) => `${width} x ${height}`);
    throw new UserError(`${name}: expected the decoder to give ${expected} pixels, got ${got}`);
  }
  const {orientation} = whole;
  return {...uprightSize(whole), bands: () => bandsOf(image, orientation)};
}

/** The size of an upright PNG or JPEG image in pixels, as its header says. @throws UserError if it is no such file. */
export function sizeOfImage(bytes: Uint8Array, name: string): ImageSize {
  return uprightSize(kindOf(bytes, name) === "png" ? pngSize(bytes, name) : jpegSize(bytes, name));
}

function kindOf(bytes: Uint8Array, name: string) {
  const kind = imageKindOf(bytes);
  if (!kind) throw new UserError(`${name}: expected a PNG or JPEG image, got ${otherKindOf(bytes)}`);
  return kind;
}

function uprightSize({height, width, orientation}: Omit<WholeImage, "bytes">): ImageSize {
  return isTurned(orientation) ? {height: width, width: height} : {height, width};
}

function checkSize({height, width}: ImageSize, name: string, most: number): void {
  if (height * width <= most) return;
  throw new UserError(
    `${name}: expected at most ${most} pixels, got ${width} x ${height}; --max-pixels lifts the limit`,
  );
}

/**
 * For each orientation, how the upright picture's x and y follow from the stored ones: [a, b, c, d, e, f] with x = a·u
 * + c·v + e and y = b·u + d·v + f for the stored u and v; e and f in stored widths and heights.
 */
const TURNS: {readonly [O in Orientation]: readonly [number, number, number, number, "w" | "h" | 0, "w" | "h" | 0]} = {
  1: [1, 0, 0, 1, 0, 0],
  2: [-1, 0, 0, 1, "w", 0],
  3: [-1, 0, 0, -1, "w", "h"],
  4: [1, 0, 0, -1, 0, "h"],
  5: [0, 1, 1, 0, 0, 0],
  6: [0, 1, -1, 0, "h", 0],
  7: [0, -1, -1, 0, "h", "w"],
  8: [0, -1, 1, 0, 0, "w"],
};

async function* bandsOf(image: Image, orientation: Orientation): ReturnType<DecodedImage["bands"]> {
  const {height, width} = uprightSize({height: image.height, width: image.width, orientation});
  const rows = Math.max(1, Math.min(height, Math.floor(BAND / width)));
  const canvas = createCanvas(width, rows);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#ffffff";
  const [a, b, c, d, e, f] = TURNS[orientation];
  const shift = (side: "w" | "h" | 0) => (side === "w" ? image.width : side === "h" ? image.height : 0);
  for (let top = 0; top < height; top += rows) {
    if (top > 0) await setImmediate(); // lets an abort signal arrive
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillRect(0, 0, width, rows);
    context.setTransform(a, b, c, d, shift(e), shift(f) - top);
    context.drawImage(image, 0, 0);
    const count = Math.min(rows, height - top);
    yield {top, rows: count, rgba: context.getImageData(0, 0, width, count).data};
  }
}
