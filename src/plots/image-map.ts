import {classColor} from "./color";
import {type Figure, figure} from "./figure";
import {blend, type Pixels} from "./pixels";
import {placed} from "./placed";
import {text} from "./text";

export interface ImageMap {
  readonly title: string;
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly labels: Uint16Array;
  /** Bytes, `pixels[((i * height + y) * width + x) * channels + c]`, 0 the background. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const SIDE = 1500;
const TOP = 44;
/** Images next to each other would fill about this share of the sheet. */
const FILL = 0.55;

/** The images themselves where a map has their points: grey ones in their class's ink, the background clear. */
export function imageMap(images: ImageMap): Figure {
  const {title, points, labels, height, width, channels} = images;
  const n = labels.length;
  const {xs, ys} = placed(points, n, {left: 24, top: TOP, side: SIDE});
  const size = Math.max(6, Math.min(64, SIDE * Math.sqrt(FILL / Math.max(1, n))));
  const [w, h] = [(size * width) / Math.max(height, width), (size * height) / Math.max(height, width)];
  const draw = channels === 1 ? drawInk : drawColour;
  return figure(
    SIDE + 48,
    TOP + SIDE + 24,
    (context) => text(context, title, 24, 24, {size: 20, bold: true}),
    (sheet) => {
      for (let i = 0; i < n; i++) {
        const [left, top] = [sheet.x(xs[i] - w / 2), sheet.y(ys[i] - h / 2)];
        const box = {left, top, width: w * sheet.scale, height: h * sheet.scale};
        draw(sheet, samplesOf(sheet, box, height, width), i, images);
      }
    },
  );
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Which pixels of the sheet a tile covers, and between which of the image's each of them lies. */
interface Samples {
  readonly left: number;
  readonly top: number;
  readonly columns: Axis;
  readonly rows: Axis;
}

interface Axis {
  readonly count: number;
  /** The image's pixel before, the one after, and how far it is towards that: linear interpolation. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float64Array;
}

function samplesOf(sheet: Pixels, box: Box, height: number, width: number): Samples {
  const left = Math.max(0, Math.round(box.left));
  const top = Math.max(0, Math.round(box.top));
  const right = Math.min(sheet.width, Math.round(box.left + box.width));
  const bottom = Math.min(sheet.height, Math.round(box.top + box.height));
  return {
    left,
    top,
    columns: axisOf(left, right, box.left, width / box.width, width),
    rows: axisOf(top, bottom, box.top, height / box.height, height),
  };
}

function axisOf(from: number, to: number, edge: number, scale: number, size: number): Axis {
  const count = Math.max(0, to - from);
  const [before, after] = [new Int32Array(count), new Int32Array(count)];
  const share = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = Math.min(size - 1, Math.max(0, (from + i + 0.5 - edge) * scale - 0.5));
    before[i] = Math.floor(at);
    after[i] = Math.min(size - 1, before[i] + 1);
    share[i] = at - before[i];
  }
  return {count, before, after, share};
}

// No array is taken apart in these loops: until they are compiled, each would be garbage at each of five million pixels.

/** A grey image: the opacity of its class's ink. */
function drawInk(sheet: Pixels, {left, top, columns, rows}: Samples, i: number, images: ImageMap): void {
  const {pixels, height, width, labels} = images;
  const [red, green, blue] = classColor(labels[i]);
  const start = i * height * width;
  for (let y = 0; y < rows.count; y++) {
    const above = start + rows.before[y] * width;
    const under = start + rows.after[y] * width;
    const down = rows.share[y];
    let to = 4 * ((top + y) * sheet.width + left);
    for (let x = 0; x < columns.count; x++, to += 4) {
      const a = columns.before[x];
      const b = columns.after[x];
      const across = columns.share[x];
      const upper = pixels[above + a] + (pixels[above + b] - pixels[above + a]) * across;
      const lower = pixels[under + a] + (pixels[under + b] - pixels[under + a]) * across;
      const value = upper + (lower - upper) * down;
      if (value > 0) blend(sheet.data, to, red, green, blue, value / 255);
    }
  }
}

/** A picture in its own colours. */
function drawColour(sheet: Pixels, {left, top, columns, rows}: Samples, i: number, images: ImageMap): void {
  const {pixels, height, width, channels} = images;
  const start = i * height * width * channels;
  for (let y = 0; y < rows.count; y++) {
    const above = start + rows.before[y] * width * channels;
    const under = start + rows.after[y] * width * channels;
    let to = 4 * ((top + y) * sheet.width + left);
    for (let x = 0; x < columns.count; x++, to += 4) {
      const a = columns.before[x] * channels;
      const b = columns.after[x] * channels;
      const across = columns.share[x];
      for (let c = 0; c < 3; c++) {
        const upper = pixels[above + a + c] + (pixels[above + b + c] - pixels[above + a + c]) * across;
        const lower = pixels[under + a + c] + (pixels[under + b + c] - pixels[under + a + c]) * across;
        sheet.data[to + c] = upper + (lower - upper) * rows.share[y];
      }
    }
  }
}
