import type {ImageShape} from "../../../nouns/samples";
import {fitImage} from "../images/fit-image";
import {decodeImage} from "../images/image-file";
import {plainPng} from "./plain-png";

export interface PictureBytes {
  /** Red, green and blue of each pixel, 0 to 255, `[y][x][channel]`; for a grey picture, one byte for each pixel. */
  readonly bytes: Uint8Array;
  readonly isGrey: boolean;
}

/**
 * A picture's pixels as they are kept: cut from the middle to the shape's proportions, resampled, rounded to bytes.
 *
 * @param content The file's bytes.
 * @param path The path of the file, for errors.
 * @throws UserError if the picture is damaged or too large. @throws The signal's reason.
 */
export async function pictureBytes(
  content: Uint8Array,
  path: string,
  shape: ImageShape,
  {maxPixels, signal}: {readonly maxPixels: number; readonly signal?: AbortSignal | undefined},
): Promise<PictureBytes> {
  const plain = await plainPng(content, path, shape, {maxPixels, signal});
  if (plain) return plain.samples === 1 ? {bytes: plain.pixels, isGrey: true} : greyIfGrey(plain.pixels);
  const decoded = await decodeImage(content, path, {maxPixels, signal});
  const {pixels} = await fitImage(decoded, shape, "crop", false, signal);
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(255 * pixels[i]);
  return greyIfGrey(bytes);
}

/** One byte for each pixel, if red, green and blue are equal in every pixel. */
function greyIfGrey(bytes: Uint8Array): PictureBytes {
  for (let p = 0; p < bytes.length; p += 3) {
    if (bytes[p] !== bytes[p + 1] || bytes[p] !== bytes[p + 2]) return {bytes, isGrey: false};
  }
  const grey = new Uint8Array(bytes.length / 3);
  for (let n = 0; n < grey.length; n++) grey[n] = bytes[3 * n];
  return {bytes: grey, isGrey: true};
}
