import type {DecodedImage} from "../../src/pipeline/data/images/image-file";

/** Red, green and blue of every pixel, 0 to 255. */
export async function pixelsOf(image: DecodedImage): Promise<Uint8Array> {
  const pixels = new Uint8Array(image.height * image.width * 3);
  for await (const {top, rgba} of image.bands()) {
    for (let p = 0; p < rgba.length / 4; p++) {
      const to = 3 * (top * image.width + p);
      pixels.set(rgba.subarray(4 * p, 4 * p + 3), to);
    }
  }
  return pixels;
}
