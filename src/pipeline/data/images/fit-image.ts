import type {ImageShape, Images} from "../../../nouns/samples";
import type {DecodedImage} from "./image-file";
import {resampler} from "./resize";

/**
 * The treatment of an image whose proportions are not those of the model's input: its middle is cut out, or it is
 * squeezed.
 */
export type Fit = "crop" | "stretch";

/**
 * Makes an image that a model can take: cut or squeezed to the model's proportions, resampled, and grey if the model
 * has one channel. Rows are added up one after another, so that a large image takes no more memory than a band of it.
 *
 * @param invert Whether light and dark change places, for a model whose background is 0 and an image on white paper.
 * @param signal Ends the work. @throws The signal's reason.
 */
export async function fitImage(
  image: DecodedImage,
  shape: ImageShape,
  fit: Fit,
  invert = false,
  signal?: AbortSignal,
): Promise<Images> {
  const [toHeight, toWidth, channels] = shape;
  const {height, width} = image;
  let [cropHeight, cropWidth] = [height, width];
  if (fit === "crop") {
    cropHeight = Math.max(1, Math.min(height, Math.round((width * toHeight) / toWidth)));
    cropWidth = Math.max(1, Math.min(width, Math.round((height * toWidth) / toHeight)));
  }
  const [top, left] = [Math.floor((height - cropHeight) / 2), Math.floor((width - cropWidth) / 2)];
  const scaled = resampler([cropHeight, cropWidth, 3], [toHeight, toWidth]);
  const row = new Float32Array(3 * cropWidth);
  for await (const band of image.bands()) {
    signal?.throwIfAborted();
    for (let r = 0; r < band.rows; r++) {
      const y = band.top + r - top;
      if (y < 0 || y >= cropHeight) continue;
      readRow(band.rgba, 4 * (r * width + left), row);
      scaled.add(row);
    }
  }
  const pixels = channels === 1 ? luma(scaled.values) : scaled.values;
  return {count: 1, shape, pixels: invert ? pixels.map((v) => 1 - v) : pixels};
}

/** The numbers 0 to 255, divided by 255. A look-up takes half the time of a division. */
const SHARES = Float32Array.from({length: 256}, (_, byte) => byte / 255);

/** A row's red, green and blue in [0, 1], from bytes with an opacity. */
function readRow(rgba: Uint8ClampedArray, from: number, row: Float32Array): void {
  for (let p = 0, at = from; p < row.length; p += 3, at += 4) {
    row[p] = SHARES[rgba[at]];
    row[p + 1] = SHARES[rgba[at + 1]];
    row[p + 2] = SHARES[rgba[at + 2]];
  }
}

/** Turns colours into grey by ITU-R BT.601, as Pillow's mode "L" does. */
function luma(rgb: Float32Array): Float32Array {
  return Float32Array.from({length: rgb.length / 3}, (_, p) => {
    return 0.299 * rgb[3 * p] + 0.587 * rgb[3 * p + 1] + 0.114 * rgb[3 * p + 2];
  });
}
