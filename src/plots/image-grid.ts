import {createCanvas} from "@napi-rs/canvas";
import {css, INK_2, INK_3, intensity, LINE, magnitude, type Rgb, sequential, signed} from "./color";
import {type Canvas2D, SCALE, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface ImageGrid {
  readonly title: string;
  readonly height: number;
  readonly width: number;
  /**
   * 1 for grey, 3 for colour. Signed and sequential maps always have one number for each pixel, also for coloured
   * images.
   */
  readonly channels: number;
  /** One caption for each column, or its lines. */
  readonly columns: readonly (string | readonly string[])[];
  readonly rows: readonly ImageRow[];
  /** The small print under the grid, line by line. */
  readonly note?: string | readonly string[];
}

export interface ImageRow {
  readonly label: string;
  /** One line under the label. */
  readonly note?: string;
  /**
   * One image for each column, one after another; a row may have fewer, and its last cells are then empty. Each has `height * width` numbers (times `channels` if `scale` is
   * intensity).
   */
  readonly values: Float32Array;
  readonly scale: "intensity" | "signed" | "sequential";
  /**
   * The magnitude of full colour; by default the 99th percentile of |values| over the whole row, so that columns can be
   * compared.
   */
  readonly limit?: number;
}

const GAP = 6;
const LABELS = 146;
const LINE_HEIGHT = 16;
/**
 * The longer side of a cell in units: small images are magnified to about the first number, and no image takes more
 * than the second.
 */
const CELL = 84;
const MOST_CELL = 256;
const CAPTION_HEIGHT = 13;
const SCALES = {intensity, signed, sequential};

/** Draws rows of images. Small images are magnified without smoothing, and each row has its own scale at its right. */
export function imageGrid({title, height, width, channels, columns, rows, note}: ImageGrid): Sheet {
  const notes = note === undefined ? [] : typeof note === "string" ? [note] : note;
  const longer = Math.max(height, width);
  const zoom = longer > MOST_CELL ? MOST_CELL / longer : Math.max(1, Math.round(CELL / longer));
  const [cellWidth, cellHeight] = [width * zoom, height * zoom];
  const lines = Math.max(1, ...columns.map((caption) => linesOf(caption).length));
  const top = 66 + CAPTION_HEIGHT * (lines - 1);
  const right = LABELS + columns.length * (cellWidth + GAP);
  const bottom = top + rows.length * (cellHeight + GAP);
  return sheetOf(
    Math.max(right + 96, 560),
    bottom + 12 + LINE_HEIGHT * notes.length + (notes.length ? 6 : 0),
    (context) => {
      text(context, title, 16, 24, {size: 17, bold: true, maxWidth: Math.max(right + 96, 560) - 32});
      columns.forEach((caption, column) => {
        const x = LABELS + column * (cellWidth + GAP) + cellWidth / 2;
        const own = linesOf(caption);
        own.forEach((line, row) => {
          const y = top - 12 - CAPTION_HEIGHT * (own.length - 1 - row);
          text(context, line, x, y, {size: 11, color: INK_2, align: "center", maxWidth: cellWidth + GAP - 2});
        });
      });
      rows.forEach(({label, note: small, values, scale, limit}, row) => {
        const y = top + row * (cellHeight + GAP);
        const full = scale === "intensity" ? 1 : (limit ?? magnitude(values));
        text(context, label, 16, y + cellHeight / 2 - (small ? 8 : 0), {size: 13, bold: true, maxWidth: LABELS - 24});
        if (small) text(context, small, 16, y + cellHeight / 2 + 9, {size: 10, color: INK_3, maxWidth: LABELS - 20});
        const depth = scale === "intensity" ? channels : 1;
        const size = height * width * depth;
        columns.forEach((_, column) => {
          const image = values.subarray(column * size, (column + 1) * size);
          if (image.length < size) return; // the row has fewer images
          const x = LABELS + column * (cellWidth + GAP);
          drawPixels(context, image, width, height, depth, x, y, zoom, (v) => SCALES[scale](v / full));
          context.strokeStyle = LINE;
          context.lineWidth = 1;
          context.strokeRect(x - 0.5, y - 0.5, cellWidth + 1, cellHeight + 1);
        });
        if (scale === "intensity") return;
        if (values.some((v) => v !== 0)) drawScale(context, scale, full, right + 6, y, cellHeight);
        else text(context, "0 everywhere", right + 4, y + cellHeight / 2, {size: 11, color: INK_2});
      });
      notes.forEach((line, i) => {
        text(context, line, 16, bottom + 14 + LINE_HEIGHT * i, {size: 11, color: INK_3});
      });
    },
  );
}

const linesOf = (caption: string | readonly string[]) => (typeof caption === "string" ? [caption] : caption);

/**
 * Draws an image at (x, y) with `depth` numbers for each pixel (1: through `color`; 3: as RGB in [0, 1]). Each pixel
 * becomes a square with the side `zoom`.
 */
export function drawPixels(
  context: Canvas2D,
  values: ArrayLike<number>,
  width: number,
  height: number,
  depth: number,
  x: number,
  y: number,
  zoom: number,
  color: (value: number) => Rgb = intensity,
): void {
  const tile = createCanvas(width, height);
  const tileContext = tile.getContext("2d");
  const image = tileContext.createImageData(width, height);
  const {data} = image;
  for (let p = 0; p < width * height; p++) {
    const rgb = depth === 1 ? color(values[p]) : undefined;
    for (let c = 0; c < 3; c++) data[4 * p + c] = Math.round(rgb ? rgb[c] : 255 * values[p * depth + c]);
    data[4 * p + 3] = 255;
  }
  tileContext.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = zoom * SCALE < 1; // several pixels fall on one: it gets their mean
  context.drawImage(tile, x, y, width * zoom, height * zoom);
}

function drawScale(
  context: Canvas2D,
  scale: "signed" | "sequential",
  full: number,
  x: number,
  y: number,
  height: number,
): void {
  const low = scale === "signed" ? -1 : 0;
  for (let i = 0; i < height; i++) {
    context.fillStyle = css(SCALES[scale](1 - (i / (height - 1)) * (1 - low)));
    context.fillRect(x, y + i, 9, 1.2);
  }
  context.strokeStyle = LINE;
  context.strokeRect(x - 0.5, y - 0.5, 10, height + 1);
  const number = (v: number) =>
    v === 0 ? "0" : `${v > 0 && low < 0 ? "+" : v < 0 ? "−" : ""}${Math.abs(v).toPrecision(2)}`;
  text(context, number(full), x + 14, y + 5, {size: 10, color: INK_2});
  if (low < 0) text(context, "0", x + 14, y + height / 2, {size: 10, color: INK_2});
  text(context, number(low * full), x + 14, y + height - 5, {size: 10, color: INK_2});
}
