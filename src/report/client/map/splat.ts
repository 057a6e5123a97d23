/**
 * @file Draws thousands of dots straight into pixels. A canvas path of 10,000 arcs takes a software rasteriser tens of
 * milliseconds; blending each dot's few pixels takes about two, in every browser, and needs no WebGL.
 */

import {depthInside, MARKS, type Mark} from "../../../plots/marks";
import type {Rgb} from "../colors";

/** An opaque picture, `data[4 * (y * width + x)]` red, then green, blue and 255. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** How much of each pixel a mark covers: `cover[y * side + x]`, 0 to 256, its middle near the middle of the square. */
interface Stamp {
  readonly side: number;
  readonly cover: Uint16Array;
}

/** How many places within a pixel a dot's middle may have, along each axis; finer steps cannot be seen in motion. */
const PLACES = 4;
/** How many steps a pixel has for radii: they are rounded to a quarter of a pixel. */
const RADII = 4;

/** How far a mark other than a disc reaches from its middle, in radii. */
const REACH = 1.35;

const stamps = new Map<number, Stamp>();

/** A mark of `radius` whose middle is at (fx, fy) within the middle pixel; edges are smoothed over one pixel. */
function stampOf(mark: Mark, radius: number, fx: number, fy: number): Stamp {
  const r = Math.max(1, Math.round(radius * RADII));
  const [px, py] = [Math.floor(fx * PLACES), Math.floor(fy * PLACES)];
  const key = ((r * PLACES + px) * PLACES + py) * MARKS.length + MARKS.indexOf(mark);
  const known = stamps.get(key);
  if (known) return known;
  const reach = Math.ceil((r / RADII) * (mark === "disc" ? 1 : REACH) + 1);
  const side = 2 * reach + 1;
  const cover = new Uint16Array(side * side);
  const [cx, cy] = [reach + (px + 0.5) / PLACES, reach + (py + 0.5) / PLACES];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const depth = depthInside(mark, x + 0.5 - cx, y + 0.5 - cy, r / RADII);
      cover[y * side + x] = Math.round(256 * Math.min(1, Math.max(0, depth + 0.5)));
    }
  }
  const stamp = {side, cover};
  stamps.set(key, stamp);
  return stamp;
}

/** Fills the whole sheet with a colour. */
export function wipe({data}: Sheet, [red, green, blue]: Rgb): void {
  data[0] = red;
  data[1] = green;
  data[2] = blue;
  data[3] = 255;
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  words.fill(words[0]);
}

/**
 * Blends a dot over the sheet, and cuts off what is outside. @param alpha Opacity, 0 to 1. @param mark The dot's shape.
 */
export function splat(
  sheet: Sheet,
  x: number,
  y: number,
  radius: number,
  [red, green, blue]: Rgb,
  alpha: number,
  mark: Mark = "disc",
): void {
  const {width, height, data} = sheet;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const {side, cover} = stampOf(mark, radius, x - left, y - top);
  const reach = (side - 1) / 2;
  const firstRow = Math.max(0, reach - top);
  const lastRow = Math.min(side - 1, height - 1 - top + reach);
  const firstColumn = Math.max(0, reach - left);
  const lastColumn = Math.min(side - 1, width - 1 - left + reach);
  for (let row = firstRow; row <= lastRow; row++) {
    let to = 4 * ((top - reach + row) * width + left - reach + firstColumn);
    for (let at = row * side + firstColumn; at <= row * side + lastColumn; at++, to += 4) {
      const share = (cover[at] * alpha) / 256;
      if (share === 0) continue;
      data[to] += (red - data[to]) * share;
      data[to + 1] += (green - data[to + 1]) * share;
      data[to + 2] += (blue - data[to + 2]) * share;
    }
  }
}
