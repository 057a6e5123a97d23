import {createCanvas, GlobalFonts, type SKRSContext2D} from "@napi-rs/canvas";
import {type Pixels, pixelsOf} from "./pixels";
import {opaquePng} from "./png";

/** What every plot gives: an encoded PNG, and its size in pixels. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** A pure function: the same data give the same pixels; no clock, no files, no chance, no tensors. */
export type Plot<Data> = (data: Data) => Figure;

export type Canvas2D = SKRSContext2D;

/** Device pixels per unit, so that text stays sharp on a projector. */
const SCALE = 2;

// The canvas draws no text at all, and says nothing, where it has no font: so ours comes with the package.
for (const [file, family] of [
  ["DejaVuSans.ttf", "Plot"],
  ["DejaVuSans-Bold.ttf", "Plot Bold"],
  ["DejaVuSansMono.ttf", "Plot Mono"],
]) {
  GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), family);
}

/**
 * A white sheet of `width` × `height` units, drawn on by `draw`.
 *
 * @param over Draws over it pixel by pixel, at the end.
 */
export function figure(
  width: number,
  height: number,
  draw: (context: Canvas2D) => void,
  over?: (pixels: Pixels) => void,
): Figure {
  const canvas = createCanvas(Math.ceil(width * SCALE), Math.ceil(height * SCALE));
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  draw(context);
  const {width: w, height: h} = canvas;
  const data = canvas.data();
  over?.(pixelsOf(data, w, h, SCALE));
  return {width: w, height: h, png: opaquePng(data, w, h)};
}
