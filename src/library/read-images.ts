import type {ImageShape, Images} from "../nouns/samples";
import type {Fit} from "../pipeline/data/images/fit-image";
import {fitImage} from "../pipeline/data/images/fit-image";
import {decodeImage} from "../pipeline/data/images/image-file";
import {MOST_PIXELS} from "../pipeline/data/images/most-pixels";
import {readWhole} from "../pipeline/data/read-file";

/** How to make an image of a model's size from a picture. */
export interface ReadImagesOptions {
  /**
   * crop: the largest part in the middle that has the shape's proportions; stretch: the whole picture, squeezed. By
   * default crop.
   */
  readonly fit?: Fit;
  /** Whether bright and dark change places, as for dark digits on white paper. */
  readonly invert?: boolean;
  /** The largest picture that is decoded, in pixels. */
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads PNG and JPEG files into images that a model can take.
 *
 * @param shape Height, width and channels of every image; a model's is `model.imageShape`.
 * @returns Intensities in [0, 1], in the order of `files`.
 * @example const images = await readImages(["a.png", "b.jpg"], model.imageShape);
 * @throws EpochscopeError that names the file; the signal's reason.
 */
export async function readImages(
  files: readonly string[],
  shape: ImageShape,
  {fit = "crop", invert = false, maxPixels = MOST_PIXELS, signal}: ReadImagesOptions = {},
): Promise<Images> {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Float32Array(files.length * size);
  for (const [n, file] of files.entries()) {
    signal?.throwIfAborted();
    const decoded = await decodeImage(await readWhole(file, {most: 8 * maxPixels}), file, {maxPixels});
    pixels.set((await fitImage(decoded, shape, fit, invert)).pixels, n * size);
  }
  return {count: files.length, shape, pixels};
}
