import {h} from "../dom";
import type {Volume} from "./windows";

/**
 * Makes an image for the network from a picture file: its middle square, scaled, and in grey if the network sees grey.
 */
export async function pictureOf(
  file: File,
  [height, width, channels]: readonly [number, number, number],
): Promise<Volume> {
  const image = await createImageBitmap(file);
  const canvas = h("canvas", {width, height});
  const context = canvas.getContext("2d", {willReadFrequently: true});
  if (!context) throw new Error("expected a canvas, got none");
  const scale = Math.max(width / image.width, height / image.height);
  const [w, t] = [image.width * scale, image.height * scale];
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // transparent parts are drawn over white, as in training
  context.fillRect(0, 0, width, height);
  context.drawImage(image, (width - w) / 2, (height - t) / 2, w, t);
  image.close();
  const {data: levels} = context.getImageData(0, 0, width, height);
  return {height, width, channels, values: valuesOf(levels, channels)};
}

/**
 * The network's numbers of a picture, in [0, 1].
 *
 * @param levels `[pixel, 4]`: red, green, blue and opacity of each pixel, in 0 to 255.
 * @param channels 3, or 1 for the grey value by Rec. 601's shares.
 */
export function valuesOf(levels: ArrayLike<number>, channels: number): Float32Array {
  const values = new Float32Array((levels.length / 4) * channels);
  for (let p = 0; p < levels.length / 4; p++) {
    const [red, green, blue] = [levels[4 * p], levels[4 * p + 1], levels[4 * p + 2]];
    if (channels === 1) values[p] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    else values.set([red / 255, green / 255, blue / 255], 3 * p);
  }
  return values;
}
