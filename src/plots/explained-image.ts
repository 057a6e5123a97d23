import {AGAINST, FOR, LINE, mix, type Rgb, signed} from "./color";
import type {Canvas2D} from "./figure";
import {drawPixels} from "./image-grid";

/** The size of an image in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for colour. */
  readonly channels: number;
}

/** An image's segments, and how much each adds to a class's probability. */
export interface Weighted {
  /** The segment of each pixel, counted from 0. */
  readonly segments: Uint16Array;
  /** One weight for each segment; a positive weight speaks for the class. */
  readonly weights: Float64Array;
  /** 1 for each segment that is painted; if it is absent, all are painted. */
  readonly shown?: Uint8Array;
}

/**
 * Chooses the segments to paint: the strongest ones until they cover a share of the image, and none that is weaker than
 * `least` (visualime's coverage, lime's min_weight).
 *
 * @param coverage The share of the image's area, in (0, 1]; the segment that reaches it is the last.
 * @param least    The smallest weight, as a probability.
 */
export function strongestShown({segments, weights}: Weighted, coverage: number, least: number): Uint8Array {
  const sizes = new Uint32Array(weights.length);
  for (const segment of segments) sizes[segment]++;
  const shown = new Uint8Array(weights.length);
  let covered = 0;
  const order = Array.from(weights.keys()).sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]));
  for (const j of order) {
    if (Math.abs(weights[j]) < least || covered >= coverage * segments.length) break;
    shown[j] = 1;
    covered += sizes[j];
  }
  return shown;
}

/**
 * Draws an image under the colours of its segments, with their outlines, at (x, y).
 *
 * @param full The weight of full colour; by default the strongest of the image.
 */
export function drawExplained(
  context: Canvas2D,
  pixels: Float32Array,
  {height, width, channels}: Size,
  {segments, weights, shown}: Weighted,
  x: number,
  y: number,
  zoom: number,
  full = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) || 1,
): void {
  const painted = new Float32Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const weight = shown && !shown[segments[p]] ? 0 : weights[segments[p]];
    const share = Math.max(-1, Math.min(1, weight / full));
    const color = paintedPixel(pixels, p, channels, share);
    for (let c = 0; c < 3; c++) painted[3 * p + c] = color[c] / 255;
  }
  drawPixels(context, painted, width, height, 3, x, y, zoom);
  drawOutlines(context, segments, width, height, x, y, zoom, outlineOf(channels));
  drawFrame(context, x, y, width * zoom, height * zoom);
}

/**
 * Draws the unchanged image, with or without the outlines of its segments. A grey image becomes dark ink on white
 * paper.
 */
export function drawPlain(
  context: Canvas2D,
  pixels: Float32Array,
  size: Size,
  segments: Uint16Array | undefined,
  x: number,
  y: number,
  zoom: number,
): void {
  const {height, width, channels} = size;
  const values = channels === 1 ? pixels.map((v) => 1 - v) : pixels;
  drawPixels(context, values, width, height, channels, x, y, zoom);
  if (segments) drawOutlines(context, segments, width, height, x, y, zoom, outlineOf(channels));
  drawFrame(context, x, y, width * zoom, height * zoom);
}

export function outlineOf(channels: number): string {
  return channels === 1 ? "rgba(67, 74, 85, 0.5)" : "rgba(255, 255, 255, 0.75)";
}

function drawFrame(context: Canvas2D, x: number, y: number, width: number, height: number): void {
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
}

/** A pixel's colour under a weight. @param share The share of full colour, −1 (against) to 1 (for). */
export function paintedPixel(pixels: Float32Array, p: number, channels: number, share: number): Rgb {
  return channels === 1 ? inked(pixels[p], share) : tinted(pixels, p * channels, share);
}

/** Draws a grey image as dark ink on paper of the segment's colour, so that both can be seen. */
function inked(ink: number, share: number): Rgb {
  return mix(signed(share), [0x15, 0x18, 0x1d], 0.72 * Math.min(1, Math.max(0, ink)));
}

/**
 * Draws a coloured image in pale grey, with the segment's colour over it, which is stronger for a larger weight. So
 * every colour has a meaning.
 */
function tinted(pixels: Float32Array, at: number, share: number): Rgb {
  const rgb: Rgb = [255 * pixels[at], 255 * pixels[at + 1], 255 * pixels[at + 2]];
  const grey = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  return mix(mix([grey, grey, grey], [255, 255, 255], 0.2), share < 0 ? AGAINST : FOR, 0.7 * Math.abs(share));
}

/** Draws a line wherever two neighbouring pixels belong to different segments. */
export function drawOutlines(
  context: Canvas2D,
  segments: ArrayLike<number>,
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
    if (column > 0 && segments[p] !== segments[p - 1]) {
      context.moveTo(px, py);
      context.lineTo(px, py + zoom);
    }
    if (row > 0 && segments[p] !== segments[p - width]) {
      context.moveTo(px, py);
      context.lineTo(px + zoom, py);
    }
  }
  context.strokeStyle = style;
  context.lineWidth = 0.8;
  context.stroke();
}

/**
 * For each segment, a pixel well inside it, where its number is written: the pixel that is farthest from all other
 * segments and from the edge of the image, in steps to one of 4 neighbours.
 */
export function innermostPixels(segments: Uint16Array, width: number, height: number, count: number): Int32Array {
  const depth = new Int32Array(width * height).fill(-1);
  let front: number[] = [];
  const neighbours = (p: number) => {
    const [column, row] = [p % width, Math.floor(p / width)];
    return [
      column > 0 ? p - 1 : -1,
      column < width - 1 ? p + 1 : -1,
      row > 0 ? p - width : -1,
      row < height - 1 ? p + width : -1,
    ];
  };
  for (let p = 0; p < depth.length; p++) {
    if (neighbours(p).some((q) => q < 0 || segments[q] !== segments[p])) {
      depth[p] = 0;
      front.push(p);
    }
  }
  while (front.length) {
    const next: number[] = [];
    for (const p of front) {
      for (const q of neighbours(p)) {
        if (q < 0 || depth[q] >= 0) continue;
        depth[q] = depth[p] + 1;
        next.push(q);
      }
    }
    front = next;
  }
  const innermost = new Int32Array(count).fill(-1);
  for (let p = 0; p < depth.length; p++) {
    const best = innermost[segments[p]];
    if (best < 0 || depth[p] > depth[best]) innermost[segments[p]] = p;
  }
  return innermost;
}
