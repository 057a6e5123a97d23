import {createCanvas, loadImage} from "@napi-rs/canvas";

import {UserError} from "../options";
import type {ImageShape, Images} from "../types";
import {resize} from "./resize";

/** How an image of other proportions meets the model's input: cut in the middle, or squeezed. */
export type Fit = "crop" | "stretch";

/** A decoded image: red, green and blue of each pixel in [0, 1], upright. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  readonly rgb: Float32Array;
}

/** More pixels than this are refused rather than decoded: 400 MB as bytes. */
const MOST_PIXELS = 100_000_000;

/**
 * Decodes a PNG or JPEG file, turned upright as its EXIF says; where it is transparent, over white.
 *
 * @param name Of the file, for errors.
 * @throws UserError if it is no such file, is damaged or far too large, or is in CMYK, whose colours need a profile.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const {kind, frame} = headerOf(bytes, name);
  if (frame.components === 4 && kind === "jpeg") {
    throw new UserError(
      `${name}: expected a grey or RGB image, got CMYK (convert it first: its colours need a profile)`,
    );
  }
  // the decoder fills what is missing with nothing, and says nothing
  if (!Buffer.from(bytes).includes(kind === "png" ? "IEND" : Buffer.of(0xff, 0xd9))) {
    throw new UserError(`${name}: expected a whole ${kind.toUpperCase()} image, got one that breaks off`);
  }
  if (!(frame.width * frame.height <= MOST_PIXELS)) {
    throw new UserError(`${name}: expected at most ${MOST_PIXELS} pixels, got ${frame.width} x ${frame.height}`);
  }
  const image = await loadImage(Buffer.from(bytes)).catch((error: Error) => {
    throw new UserError(`${name}: expected a whole ${kind.toUpperCase()} image, got: ${error.message}`);
  });
  const {width, height} = image;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, width, height);
  const rgb = new Float32Array(width * height * 3);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) rgb[3 * p + c] = data[4 * p + c] / 255;
  return {height, width, rgb};
}

/** Pixels of a PNG or JPEG file as its header says them, before any turning. @throws UserError if it is no such file. */
export function sizeOfImage(bytes: Uint8Array, name: string): {readonly height: number; readonly width: number} {
  return headerOf(bytes, name).frame;
}

/**
 * The image as a model takes it: cut or squeezed to its proportions, resampled, grey where it has one channel.
 *
 * @param invert Turns light and dark about, for a model whose background is 0 and an image on white paper.
 */
export function fitImage({height, width, rgb}: DecodedImage, shape: ImageShape, fit: Fit, invert = false): Images {
  const [toHeight, toWidth, channels] = shape;
  let [cropHeight, cropWidth] = [height, width];
  if (fit === "crop") {
    cropHeight = Math.max(1, Math.min(height, Math.round((width * toHeight) / toWidth)));
    cropWidth = Math.max(1, Math.min(width, Math.round((height * toWidth) / toHeight)));
  }
  const [top, left] = [Math.floor((height - cropHeight) / 2), Math.floor((width - cropWidth) / 2)];
  const cut = new Float32Array(cropHeight * cropWidth * 3);
  for (let y = 0; y < cropHeight; y++) {
    const start = ((top + y) * width + left) * 3;
    cut.set(rgb.subarray(start, start + cropWidth * 3), y * cropWidth * 3);
  }
  const scaled = resize(cut, [cropHeight, cropWidth, 3], [toHeight, toWidth]);
  const pixels = channels === 1 ? luma(scaled) : scaled;
  return {count: 1, shape, pixels: invert ? pixels.map((v) => 1 - v) : pixels};
}

function headerOf(bytes: Uint8Array, name: string): {readonly kind: "png" | "jpeg"; readonly frame: Frame} {
  const kind = kindOf(bytes);
  if (!kind) throw new UserError(`${name}: expected a PNG or JPEG image, got a file that starts with ${hex(bytes)}`);
  const frame = kind === "png" ? pngSize(bytes) : jpegFrame(bytes);
  if (!frame) throw new UserError(`${name}: expected a whole ${kind.toUpperCase()} image, got one without a size`);
  return {kind, frame};
}

/** ITU-R BT.601, as Pillow's "L". */
function luma(rgb: Float32Array): Float32Array {
  return Float32Array.from({length: rgb.length / 3}, (_, p) => {
    return 0.299 * rgb[3 * p] + 0.587 * rgb[3 * p + 1] + 0.114 * rgb[3 * p + 2];
  });
}

function kindOf(bytes: Uint8Array): "png" | "jpeg" | undefined {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  return starts(0xff, 0xd8, 0xff) ? "jpeg" : undefined;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

function pngSize(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 33) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {width: view.getUint32(16), height: view.getUint32(20), components: 0};
}

/** Size and number of components of the frame header (ITU-T T.81, B.2.2); undefined if none is reached. */
function jpegFrame(bytes: Uint8Array): Frame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    // SOF0 to SOF15, less DHT, JPG and DAC, which share their range
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return {height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: bytes[at + 9]};
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function hex(bytes: Uint8Array): string {
  return bytes.length ? Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ") : "nothing";
}
