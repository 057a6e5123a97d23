import {AGAINST, css, FOR, INK_2, INK_3, LINE, mix, type Rgb, signed} from "./color";
import {type Canvas2D, type Figure, figure} from "./figure";
import {drawPixels} from "./image-grid";
import {text} from "./text";

export interface Segments {
  readonly title: string;
  readonly height: number;
  readonly width: number;
  /** 1 grey, 3 colour. */
  readonly channels: number;
  /** The images, one after another. */
  readonly images: Float32Array;
  readonly explanations: readonly SegmentExplanation[];
}

/** One image's segments, and what each adds to the probability of one class. */
export interface SegmentExplanation {
  /** Place in the test split. */
  readonly index: number;
  readonly caption: string;
  /** The true class. */
  readonly label: number;
  readonly explained: number;
  readonly explainedName: string;
  readonly probability: number;
  /** Label of each pixel, from 0. */
  readonly segments: Uint16Array;
  /** One a segment: positive speaks for the class. */
  readonly weights: Float64Array;
  /** Standard error of each weight. */
  readonly errors: Float64Array;
  readonly intercept: number;
  /** Weighted. */
  readonly r2: number;
  readonly localPrediction: number;
  readonly samples: number;
  readonly near: number;
  /** Spearman's, of both halves of the masks; null where either half's weights are all alike. */
  readonly halvesCorrelation: number | null;
  /** Jaccard's, of the five strongest segments of both halves. */
  readonly halvesTop5: number;
}

const COLUMNS = 5;
const TILE = 168;
const GAP = 18;
const TOP = 78;
const WORDS = 84;

/**
 * Each image with its superpixels, blue where they speak for the explained class and orange where against, as strong
 * as the image's own strongest; and beside it what it takes to know how far to trust that.
 */
export function segments({title, height, width, channels, images, explanations}: Segments): Figure {
  const zoom = TILE / Math.max(height, width);
  const [tileWidth, tileHeight] = [width * zoom, height * zoom];
  const columns = Math.max(1, Math.min(COLUMNS, explanations.length));
  const rows = Math.ceil(explanations.length / columns);
  const sheetWidth = Math.max(560, 16 * 2 + columns * (TILE + GAP) - GAP);
  const sheetHeight = TOP + rows * (tileHeight + WORDS + 14) + 40;
  const size = height * width * channels;
  return figure(sheetWidth, sheetHeight, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true});
    drawKey(context, 16, 48);
    explanations.forEach((explanation, n) => {
      const x = 16 + (n % columns) * (TILE + GAP);
      const y = TOP + Math.floor(n / columns) * (tileHeight + WORDS + 14);
      const pixels = images.subarray(n * size, (n + 1) * size);
      drawExplained(context, pixels, {height, width, channels}, explanation, x, y, zoom);
      drawWords(context, explanation, x, y + tileHeight + 14, tileWidth);
    });
    const notes = [
      "R²: share of the masked images' answers that the linear fit explains (weighted).   ±: 95 % interval over the draw of masks.",
      "top 5 agree: overlap of the five strongest segments of both halves of the masks.   Orange figures: do not trust the picture.",
    ];
    notes.forEach((note, row) => {
      text(context, note, 16, sheetHeight - 30 + 15 * row, {size: 10, color: INK_3, maxWidth: sheetWidth - 32});
    });
  });
}

/** One image under its segments' colours, with their outlines, at (x, y). */
export function drawExplained(
  context: Canvas2D,
  pixels: Float32Array,
  {height, width, channels}: {readonly height: number; readonly width: number; readonly channels: number},
  {segments: labels, weights}: Pick<SegmentExplanation, "segments" | "weights">,
  x: number,
  y: number,
  zoom: number,
): void {
  const full = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) || 1;
  const painted = new Float32Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const share = weights[labels[p]] / full;
    const color = channels === 1 ? inked(pixels[p], share) : tinted(pixels, p * channels, share);
    for (let c = 0; c < 3; c++) painted[3 * p + c] = color[c] / 255;
  }
  drawPixels(context, painted, width, height, 3, x, y, zoom);
  drawOutlines(
    context,
    labels,
    width,
    height,
    x,
    y,
    zoom,
    channels === 1 ? "rgba(67, 74, 85, 0.5)" : "rgba(255, 255, 255, 0.6)",
  );
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, width * zoom + 1, height * zoom + 1);
}

/** Grey images as dark ink on paper of the segment's colour, so that both are seen. */
function inked(ink: number, share: number): Rgb {
  return mix(signed(share), [0x15, 0x18, 0x1d], 0.72 * Math.min(1, Math.max(0, ink)));
}

/** Colour images greyed by half, with the segment's colour over them, stronger with its weight. */
function tinted(pixels: Float32Array, at: number, share: number): Rgb {
  const rgb: Rgb = [255 * pixels[at], 255 * pixels[at + 1], 255 * pixels[at + 2]];
  const grey = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  return mix(mix(rgb, [grey, grey, grey], 0.5), share < 0 ? AGAINST : FOR, 0.75 * Math.abs(share));
}

/** A line wherever two neighbouring pixels belong to different segments. */
export function drawOutlines(
  context: Canvas2D,
  labels: ArrayLike<number>,
  width: number,
  height: number,
  x: number,
  y: number,
  zoom: number,
  style: string,
): void {
  context.beginPath();
  for (let p = 0; p < width * height; p++) {
    const [column, row] = [p % width, Math.floor(p / width)];
    const [px, py] = [x + column * zoom, y + row * zoom];
    if (column > 0 && labels[p] !== labels[p - 1]) {
      context.moveTo(px, py);
      context.lineTo(px, py + zoom);
    }
    if (row > 0 && labels[p] !== labels[p - width]) {
      context.moveTo(px, py);
      context.lineTo(px + zoom, py);
    }
  }
  context.strokeStyle = style;
  context.lineWidth = 0.8;
  context.stroke();
}

function drawWords(context: Canvas2D, explanation: SegmentExplanation, x: number, y: number, width: number): void {
  const {caption, label, explained, explainedName, probability, r2, weights, errors, halvesTop5, near} = explanation;
  const strongest = weights.reduce((best, w, j) => (Math.abs(w) > Math.abs(weights[best]) ? j : best), 0);
  const half = 1.96 * errors[strongest];
  const line = (words: string, row: number, color = INK_2) =>
    text(context, words, x, y + 1 + 16 * row, {size: 11, color, maxWidth: width});
  const doubtful = (bad: boolean) => (bad ? css(AGAINST) : INK_2);
  const name = {size: 13, bold: true, color: label === explained ? css(FOR) : css(AGAINST), maxWidth: width};
  text(context, `sees ${explainedName}  ${percent(probability)}`, x, y, name);
  line(caption, 1);
  line(`R² ${r2.toFixed(2)}   ${near} near masks`, 2, doubtful(!(r2 >= 0.5)));
  line(`strongest ${number(weights[strongest])} ± ${half < 0.01 ? half.toFixed(3) : half.toFixed(2)}`, 3);
  line(`top 5 agree ${percent(halvesTop5)}`, 4, doubtful(halvesTop5 < 0.5));
}

function drawKey(context: Canvas2D, x: number, y: number): void {
  const [length, height] = [120, 9];
  for (let i = 0; i < length; i++) {
    context.fillStyle = css(signed((2 * i) / (length - 1) - 1));
    context.fillRect(x + 58 + i, y - height / 2, 1.2, height);
  }
  text(context, "against", x, y, {size: 11, color: css(AGAINST)});
  text(context, "for", x + 58 + length + 8, y, {size: 11, color: css(FOR)});
  const rest = "the class seen; each image's strongest segment in full colour";
  text(context, rest, x + 58 + length + 32, y, {size: 11, color: INK_2});
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

function number(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
