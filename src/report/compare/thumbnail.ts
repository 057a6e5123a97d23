import type {SavedImages} from "../../pipeline/record/saved-run";
import {rgbPng} from "../../plots/png";

/** The longest side of a picture in a pile, in pixels. */
const LONGEST = 64;

/** A saved image as a PNG in a data URL; a large image is made smaller by taking the mean of each block of pixels. */
export function thumbnail({shape: [height, width, channels], pixels}: SavedImages, index: number): string {
  const block = Math.ceil(Math.max(height, width) / LONGEST);
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  const start = index * height * width * channels;
  const out = new Uint8Array(rows * (1 + 3 * columns)); // a filter byte of 0 before each row
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let c = 0; c < 3; c++) {
        let [sum, count] = [0, 0];
        for (let v = y * block; v < Math.min(height, (y + 1) * block); v++) {
          for (let u = x * block; u < Math.min(width, (x + 1) * block); u++) {
            sum += pixels[start + (v * width + u) * channels + (channels === 1 ? 0 : c)];
            count++;
          }
        }
        out[y * (1 + 3 * columns) + 1 + 3 * x + c] = Math.round(sum / count);
      }
    }
  }
  return `data:image/png;base64,${Buffer.from(rgbPng(out, columns, rows, "detailed")).toString("base64")}`;
}
