/** @file The types of what LIME needs: a black box, images for it, and a source of chance. */

/** Height, width and channels of one image, in pixels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images as numbers in [0, 1], row-major: channel c of pixel (y, x) of image n is
 * `pixels[((n * height + y) * width + x) * channels + c]`.
 */
export interface Images {
  readonly count: number;
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** A black box: images go in, class probabilities come out. LIME asks it nothing else. */
export interface Classifier {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /**
   * @param images Valid until the promise resolves; the caller then reuses the buffer.
   * @returns Probabilities, `out[n * classes + k]`.
   */
  predict(images: Images): Promise<Float32Array>;
}

/** A source of uniform numbers in [0, 1). */
export type RandomSource = () => number;
