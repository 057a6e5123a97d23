import type {Canvas2D} from "./figure";
import {depthInside, type Mark} from "./marks";

/** A part of a sheet without transparency, as pixels: `data[4 * (y * width + x)]`, red, green, blue, opacity. */
export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Turns a place on the sheet, in units, into a place here, where pixel x covers x to x + 1. */
  x(units: number): number;
  y(units: number): number;
  /** How many pixels a unit has. */
  readonly scale: number;
}

/** A part of a sheet, in units. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws pixel by pixel on an empty part of the sheet; anything that was there is lost. Thousands of small marks take a
 * tenth of the time of as many paths; reading the part first would take as long as drawing all of them.
 */
export function onPixels(context: Canvas2D, part: Part, draw: (pixels: Pixels) => void): void {
  const scale = context.getTransform().a; // sheets are scaled, never turned
  const [x0, y0] = [Math.floor(part.left * scale), Math.floor(part.top * scale)];
  const [width, height] = [Math.ceil(part.width * scale), Math.ceil(part.height * scale)];
  const image = context.createImageData(width, height);
  image.data.fill(255); // white, opaque
  const [x, y] = [(units: number) => units * scale - x0, (units: number) => units * scale - y0];
  draw({data: image.data, width, height, x, y, scale});
  context.putImageData(image, x0, y0);
}

/**
 * Draws a disc. A pixel is covered by as much as the circle's edge reaches beyond the pixel's centre. @param opacity In
 * [0, 1].
 */
export function disc(
  {data, width, height}: Pixels,
  cx: number,
  cy: number,
  radius: number,
  color: readonly [number, number, number],
  opacity: number,
): void {
  // This uses no array destructuring: until it is compiled, that would leave an array to the garbage collector for each
  // of ten thousand points.
  const left = Math.max(0, Math.floor(cx - radius - 0.5));
  const right = Math.min(width - 1, Math.ceil(cx + radius - 0.5));
  const top = Math.max(0, Math.floor(cy - radius - 0.5));
  const bottom = Math.min(height - 1, Math.ceil(cy + radius - 0.5));
  const red = color[0];
  const green = color[1];
  const blue = color[2];
  for (let y = top; y <= bottom; y++) {
    const dy = y + 0.5 - cy;
    for (let x = left, at = 4 * (y * width + left); x <= right; x++, at += 4) {
      const dx = x + 0.5 - cx;
      const covered = radius + 0.5 - Math.sqrt(dx * dx + dy * dy);
      if (covered > 0) blend(data, at, red, green, blue, covered >= 1 ? opacity : covered * opacity);
    }
  }
}

/** How far a mark reaches beyond a disc's radius. */
const REACH = 1.35;

/** Draws a point with the mark of its class; a disc is drawn in the fast way. @param opacity In [0, 1]. */
export function point(
  pixels: Pixels,
  mark: Mark,
  cx: number,
  cy: number,
  radius: number,
  color: readonly [number, number, number],
  opacity: number,
): void {
  if (mark === "disc") {
    disc(pixels, cx, cy, radius, color, opacity);
    return;
  }
  const {data, width, height} = pixels;
  const reach = REACH * radius + 1;
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(height - 1, Math.ceil(cy + reach)); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(width - 1, Math.ceil(cx + reach)); x++) {
      const covered = depthInside(mark, x + 0.5 - cx, y + 0.5 - cy, radius) + 0.5;
      const share = opacity * Math.min(1, covered);
      if (covered > 0) blend(data, 4 * (y * width + x), color[0], color[1], color[2], share);
    }
  }
}

/** Draws a colour over the pixel whose bytes begin at `at`; the array does the rounding. @param share In [0, 1]. */
export function blend(
  data: Uint8ClampedArray,
  at: number,
  red: number,
  green: number,
  blue: number,
  share: number,
): void {
  data[at] += (red - data[at]) * share;
  data[at + 1] += (green - data[at + 1]) * share;
  data[at + 2] += (blue - data[at + 2]) * share;
}
