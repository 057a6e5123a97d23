import {createCanvas} from "@napi-rs/canvas";
import type {Images} from "../../../nouns/samples";

/** The side of the largest sprite in pixels: it takes 64 MB while it is drawn, and browsers draw it in one piece. */
const MOST_SIDE = 4000;

/** The side, in pixels, of the square that holds all images. */
function sideOf({count, shape: [height, width]}: Images): number {
  return Math.ceil(Math.sqrt(count)) * Math.max(height, width);
}

/**
 * Makes images small enough for one sprite: it averages them over squares with the smallest possible side in whole
 * pixels. Images that fit are returned unchanged. Undefined if there are too many for even one pixel each.
 */
export function spriteImages(images: Images): Images | undefined {
  const {count, shape, pixels} = images;
  const [height, width, channels] = shape;
  const step = Math.ceil(sideOf(images) / MOST_SIDE);
  if (step <= 1) return images;
  if (step > Math.max(height, width)) return undefined;
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const small = new Float32Array(count * rows * columns * channels);
  const areas = new Float32Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) areas[Math.floor(y / step) * columns + Math.floor(x / step)]++;
  }
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const block = Math.floor(y / step) * columns + Math.floor(x / step);
        const from = ((n * height + y) * width + x) * channels;
        const to = (n * rows * columns + block) * channels;
        for (let c = 0; c < channels; c++) small[to + c] += pixels[from + c] / areas[block];
      }
    }
  }
  return spriteImages({count, shape: [rows, columns, channels], pixels: small});
}

/** Draws all images in one square, row by row; grey ones as dark ink on white. Another thread packs it. */
export async function spritePng({count, shape: [height, width, channels], pixels}: Images): Promise<Buffer> {
  const side = Math.ceil(Math.sqrt(count));
  const canvas = createCanvas(side * width, side * height);
  const context = canvas.getContext("2d");
  const sheet = context.createImageData(side * width, side * height);
  for (let n = 0; n < count; n++) {
    const [left, top] = [(n % side) * width, Math.floor(n / side) * height];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((n * height + y) * width + x) * channels;
        const to = 4 * ((top + y) * side * width + left + x);
        for (let c = 0; c < 3; c++) {
          sheet.data[to + c] = Math.round(255 * (channels === 1 ? 1 - pixels[from] : pixels[from + c]));
        }
        sheet.data[to + 3] = 255;
      }
    }
  }
  context.putImageData(sheet, 0, 0);
  return canvas.encode("png");
}
