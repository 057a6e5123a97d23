import type {Rgb} from "../../../report/client/colors";
import {sizeOf, testPixels} from "../../lesson";
import {contextOf} from "../elements";
import type {Page} from "../page";

/** All test pictures on one canvas, `PER_ROW` beside each other, each in a square of `cell` device pixels. */
export interface Atlas {
  readonly canvas: HTMLCanvasElement;
  readonly cell: number;
}

export const PER_ROW = 32;
/** Ink is a little stronger than it was written: small pictures are mostly edges. */
const STRONGER = 1.15;
/** The frame around a colour picture, in its pixels. */
const FRAME = 0.08;

/**
 * Draws every picture at the size in which the map shows it: grey ones in their class's colour, on nothing; colour ones as
 * they are, in a frame of their class's colour.
 */
export function makeAtlas({material, lesson, labels}: Page, colors: readonly Rgb[], cell: number): Atlas {
  const [height, width, channels] = lesson.shape;
  const side = Math.max(height, width);
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  const full = document.createElement("canvas");
  [full.width, full.height] = [PER_ROW * side, Math.ceil(lesson.test / PER_ROW) * side];
  const context = contextOf(full);
  const image = context.createImageData(full.width, full.height);
  const frame = Math.ceil(FRAME * side);
  for (let n = 0; n < lesson.test; n++) {
    const [cornerX, cornerY] = [(n % PER_ROW) * side, Math.floor(n / PER_ROW) * side];
    const pixels = testPixels(material, n);
    const [red, green, blue] = colors[labels[n]];
    for (let p = 0; p < sizeOf(lesson) / channels; p++) {
      const [x, y] = [p % width, Math.floor(p / width)];
      const to = 4 * ((cornerY + top + y) * full.width + cornerX + left + x);
      const isFrame = channels > 1 && (x < frame || y < frame || x >= width - frame || y >= height - frame);
      if (channels === 1 || isFrame) {
        const ink = channels > 1 ? 255 : lesson.isInk ? pixels[p] : 255 - pixels[p];
        image.data[to] = red;
        image.data[to + 1] = green;
        image.data[to + 2] = blue;
        image.data[to + 3] = Math.min(255, ink * STRONGER);
      } else {
        for (let c = 0; c < 3; c++) image.data[to + c] = pixels[p * channels + c];
        image.data[to + 3] = 255;
      }
    }
  }
  context.putImageData(image, 0, 0);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [PER_ROW * cell, (full.height / side) * cell];
  const small = contextOf(canvas);
  small.imageSmoothingQuality = "high";
  small.drawImage(full, 0, 0, canvas.width, canvas.height);
  return {canvas, cell};
}
