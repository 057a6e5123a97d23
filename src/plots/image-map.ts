import {classColor} from "./color";
import {drawn, type Figure, SCALE} from "./figure";
import {blend} from "./pixels";
import {placed} from "./placed";
import {packedPng, rgbRows} from "./png";
import {text} from "./text";

export interface ImageMap {
  readonly title: string;
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly labels: Uint16Array;
  /** How many images there are. */
  readonly classes: number;
  /** Bytes, `pixels[((i * height + y) * width + x) * channels + c]`, where 0 is the background. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const SIDE = 1500;
const TOP = 44;
/** If all images were side by side, they would fill about this share of the sheet. */
const FILL = 0.55;
const IMAGES_A_STEP = 500;

/**
 * Draws the images themselves at the places of their points on a map: grey ones in their class's colour, with a clear
 * background. Only the title is drawn on a canvas; the images are drawn directly into the rows of the file. Thousands
 * of images take a quarter of a second, in parts of some tens of milliseconds, and another thread packs them.
 *
 * @param turn A function that is awaited between two parts of the work.
 */
export async function imageMap(images: ImageMap, turn: () => Promise<void>): Promise<Figure> {
  const {title, points, labels, height, width, channels} = images;
  const n = labels.length;
  const {xs, ys} = placed(points, n, {left: 24, top: TOP, side: SIDE});
  const size = Math.max(6, Math.min(64, SIDE * Math.sqrt(FILL / Math.max(1, n))));
  const [w, h] = [(size * width) / Math.max(height, width), (size * height) / Math.max(height, width)];
  const head = drawn(SIDE + 48, TOP, (context) => text(context, title, 24, 24, {size: 20, bold: true}));
  const sheet = whiteSheet(head.width, (TOP + SIDE + 24) * SCALE);
  sheet.rows.set(rgbRows(head.pixels, head.width, head.height));
  await turn();
  const draw = channels === 1 ? drawInk : drawColour;
  const [columns, rows] = [axisFor(w * SCALE), axisFor(h * SCALE)];
  for (let i = 0; i < n; i++) {
    lay(columns, (xs[i] - w / 2) * SCALE, w * SCALE, width, sheet.width);
    lay(rows, (ys[i] - h / 2) * SCALE, h * SCALE, height, sheet.height);
    draw(sheet, columns, rows, i, images);
    if (i % IMAGES_A_STEP === IMAGES_A_STEP - 1) await turn();
  }
  // Large images have rows that resemble earlier ones, and small ones do not.
  const content = size * SCALE > Math.max(height, width) ? "flat" : "detailed";
  const png = await packedPng(sheet.rows, sheet.width, sheet.height, content);
  return {width: sheet.width, height: sheet.height, png};
}

/** A picture as the rows of a PNG: a filter byte, then red, green and blue of each pixel. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly rows: Uint8ClampedArray;
}

function whiteSheet(width: number, height: number): Sheet {
  const rows = new Uint8ClampedArray(height * (1 + 3 * width)).fill(255);
  for (let y = 0; y < height; y++) rows[y * (1 + 3 * width)] = 0;
  return {width, height, rows};
}

/**
 * Which pixels of the sheet an image's tile covers in one direction, and between which pixels of the image each of them
 * lies.
 */
interface Axis {
  /** The first pixel on the sheet. */
  start: number;
  count: number;
  /** For linear interpolation: the image's pixel before, the pixel after, and how near it is to the latter. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float64Array;
}

/**
 * @param length The length of a tile in the sheet's pixels. All tiles have the same size, so one axis is used for all
 * of them.
 */
function axisFor(length: number): Axis {
  const most = Math.ceil(length) + 1;
  const [before, after] = [new Int32Array(most), new Int32Array(most)];
  return {start: 0, count: 0, before, after, share: new Float64Array(most)};
}

/**
 * @param edge The place on the sheet where the tile begins.
 * @param size The image's size in its own pixels.
 * @param end The end of the sheet.
 */
function lay(axis: Axis, edge: number, length: number, size: number, end: number): void {
  const scale = size / length;
  axis.start = Math.max(0, Math.round(edge));
  axis.count = Math.max(0, Math.min(end, Math.round(edge + length)) - axis.start);
  for (let i = 0; i < axis.count; i++) {
    const at = Math.min(size - 1, Math.max(0, (axis.start + i + 0.5 - edge) * scale - 0.5));
    const before = Math.floor(at);
    axis.before[i] = before;
    axis.after[i] = Math.min(size - 1, before + 1);
    axis.share[i] = at - before;
  }
}

// These loops use no array destructuring: until they are compiled, it would leave an array to the garbage collector for
// each of millions of pixels.

/** A grey image: the opacity of its class's ink. */
function drawInk(sheet: Sheet, columns: Axis, rows: Axis, i: number, images: ImageMap): void {
  const {pixels, height, width, labels} = images;
  const [red, green, blue] = classColor(labels[i], images.classes);
  const start = i * height * width;
  for (let y = 0; y < rows.count; y++) {
    const above = start + rows.before[y] * width;
    const under = start + rows.after[y] * width;
    const down = rows.share[y];
    // Most of a digit is empty, so ink is only drawn from the first to the last column that has some in one of the two
    // rows.
    let first = 0;
    while (first < width && pixels[above + first] === 0 && pixels[under + first] === 0) first++;
    let last = width - 1;
    while (last > first && pixels[above + last] === 0 && pixels[under + last] === 0) last--;
    let x = 0;
    while (x < columns.count && columns.after[x] < first) x++;
    let to = placeOf(sheet, columns.start + x, rows.start + y);
    for (; x < columns.count && columns.before[x] <= last; x++, to += 3) {
      const a = columns.before[x];
      const b = columns.after[x];
      const across = columns.share[x];
      const upper = pixels[above + a] + (pixels[above + b] - pixels[above + a]) * across;
      const lower = pixels[under + a] + (pixels[under + b] - pixels[under + a]) * across;
      const value = upper + (lower - upper) * down;
      if (value > 0) blend(sheet.rows, to, red, green, blue, value / 255);
    }
  }
}

/** Draws a picture in its own colours. */
function drawColour(sheet: Sheet, columns: Axis, rows: Axis, i: number, images: ImageMap): void {
  const {pixels, height, width, channels} = images;
  const start = i * height * width * channels;
  for (let y = 0; y < rows.count; y++) {
    const above = start + rows.before[y] * width * channels;
    const under = start + rows.after[y] * width * channels;
    let to = placeOf(sheet, columns.start, rows.start + y);
    for (let x = 0; x < columns.count; x++, to += 3) {
      const a = columns.before[x] * channels;
      const b = columns.after[x] * channels;
      const across = columns.share[x];
      for (let c = 0; c < 3; c++) {
        const upper = pixels[above + a + c] + (pixels[above + b + c] - pixels[above + a + c]) * across;
        const lower = pixels[under + a + c] + (pixels[under + b + c] - pixels[under + a + c]) * across;
        sheet.rows[to + c] = upper + (lower - upper) * rows.share[y];
      }
    }
  }
}

/** The byte offset of a pixel's red channel. */
function placeOf({width}: Sheet, x: number, y: number): number {
  return y * (1 + 3 * width) + 1 + 3 * x;
}
