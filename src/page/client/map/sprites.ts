import {resampler} from "../../../pipeline/data/images/resize";
import type {Rgb} from "../../../report/client/colors";
import {type Material, testLabels, testPixels} from "../../lesson";

/**
 * All test pictures at the size in which the map shows them, as lists of the pixels that are not empty. Most of a digit
 * is empty, so drawing a thousand of them takes an eighth of the time of a thousand `drawImage` calls, in every
 * browser.
 */
export interface Sprites {
  /** A picture's side in device pixels. */
  readonly cell: number;
  /** How many pixels a row has in the image on which they are put. */
  readonly stride: number;
  /** Picture n has the entries `from[n]` up to `from[n + 1]`. */
  readonly from: Uint32Array;
  /** Where an entry's pixel is, counted from the picture's upper left corner along the image's rows. */
  readonly at: Uint32Array;
  /** Its colour in the order of an ImageData: red in the lowest byte, its cover (0 to 255) in the highest. */
  readonly color: Int32Array;
}

/** Ink is drawn a little stronger than in the data, because small pictures are mostly edges. */
const STRONGER = 1.15;
/** The frame around a colour picture, as a share of its side. */
const FRAME = 0.08;

/**
 * Grey pictures are drawn in their class's colour, without a background; coloured pictures are drawn unchanged, in a
 * frame of their class's colour.
 */
export function makeSprites(material: Material, colors: readonly Rgb[], cell: number, stride: number): Sprites {
  const {lesson} = material;
  const {test, isInk, shape} = lesson;
  const [height, width, channels] = shape;
  const scale = cell / Math.max(height, width);
  const [rows, columns] = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
  const corner = ((cell - rows) >> 1) * stride + ((cell - columns) >> 1);
  const isGrey = channels === 1;
  const frame = isGrey ? 0 : Math.ceil(FRAME * cell);
  const values = resized(material, rows, columns);
  const labels = testLabels(material);
  const from = new Uint32Array(test + 1);
  const [at, color] = [new Uint32Array(test * rows * columns), new Int32Array(test * rows * columns)];
  let entries = 0;
  for (let n = 0; n < test; n++) {
    const own = packed(colors[labels[n]]);
    for (let y = 0, i = n * channels; y < rows; y++) {
      for (let x = 0; x < columns; x++, i += test * channels) {
        const cover = isGrey ? Math.min(255, Math.round((isInk ? values[i] : 255 - values[i]) * STRONGER)) : 255;
        if (cover === 0) continue;
        const isFrame = x < frame || y < frame || x >= columns - frame || y >= rows - frame;
        at[entries] = corner + y * stride + x;
        color[entries++] =
          (isGrey || isFrame ? own : packed([values[i], values[i + 1], values[i + 2]])) | (cover << 24);
      }
    }
    from[n + 1] = entries;
  }
  return {cell, stride, from, at: at.slice(0, entries), color: color.slice(0, entries)};
}

/**
 * Puts picture `n` on an opaque image.
 *
 * @param image Its pixels in the order of an ImageData. @param corner The pixel of the picture's upper left corner.
 * @param strength 0 leaves the image as it is, 1 puts the picture on it in full.
 */
export function putSprite({from, at, color}: Sprites, n: number, image: Int32Array, corner: number, strength: number) {
  const share = Math.round(258 * strength); // 255 * 258 >>> 8 is 256, which means all of it
  for (let i = from[n]; i < from[n + 1]; i++) {
    const over = color[i];
    const under = image[corner + at[i]];
    const a = ((over >>> 24) * share) >>> 8; // 0 to 256
    const b = 256 - a;
    // red and blue at once, and green: neither runs over into the other
    const redBlue = (Math.imul(over & 0xff00ff, a) + Math.imul(under & 0xff00ff, b)) >>> 8;
    const green = (Math.imul(over & 0xff00, a) + Math.imul(under & 0xff00, b)) >>> 8;
    image[corner + at[i]] = (redBlue & 0xff00ff) | (green & 0xff00) | OPAQUE;
  }
}

/** The highest byte of an opaque pixel. */
export const OPAQUE = 0xff << 24;

/** A colour in the order of an ImageData: red in the lowest byte, nothing in the highest. */
export const packed = ([red, green, blue]: Rgb): number =>
  (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red);

/**
 * The test pictures in another size. They are resized all at once, as if each were a channel. @returns
 * `[(p * n + image) * channels + c]`.
 */
function resized({lesson, ...material}: Material, rows: number, columns: number): Float32Array {
  const [height, width, channels] = lesson.shape;
  const across = lesson.test * channels;
  const scaled = resampler([height, width, across], [rows, columns]);
  const row = new Float32Array(width * across);
  for (let y = 0; y < height; y++) {
    for (let n = 0; n < lesson.test; n++) {
      const pixels = testPixels({lesson, ...material}, n);
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          row[x * across + n * channels + c] = pixels[(y * width + x) * channels + c];
        }
      }
    }
    scaled.add(row);
  }
  return scaled.values;
}
