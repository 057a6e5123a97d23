import {type Canvas, createCanvas, type SKRSContext2D} from "@napi-rs/canvas";
import {opaquePng, packedPng, rgbRows} from "./png";

/** An encoded PNG, and its size in pixels. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** A sheet that is not encoded yet, and its size in pixels. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/**
 * A sheet that can be drawn on any canvas: that of a picture, or that of a PDF page. Sizes are in units, not in pixels.
 */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  draw(context: Canvas2D): void;
}

/**
 * A pure function: the same data give the same pixels. It uses no clock, no files, no random numbers and no tensors.
 */
export type Plot<Data> = (data: Data) => Sheet;

export type Canvas2D = SKRSContext2D;

/** Device pixels per unit, so that text stays sharp on a projector. */
export const SCALE = 2;

/** The most device pixels of a sheet, with 4 bytes each; a larger sheet is drawn at a smaller scale. */
export const MOST_PIXELS = 16e6;
/** The smallest scale; a letter of 9 units can still be read at it. */
const LEAST_SCALE = 1;

/**
 * A white sheet of `width` × `height` units, on which `draw` draws.
 *
 * @throws RangeError if it would have more than 16 million units. A plot's size is limited, whatever the data are.
 */
export function figure(width: number, height: number, draw: (context: Canvas2D) => void): Figure {
  const {pixels, ...size} = drawn(width, height, draw);
  return {...size, png: opaquePng(pixels, size.width, size.height)};
}

export function sheetOf(width: number, height: number, draw: Sheet["draw"]): Sheet {
  return {width, height, draw};
}

/**
 * The same picture, in steps of some ten milliseconds and packed by another thread. Drawing only records the lines;
 * they become pixels when the pixels are asked for.
 *
 * @param turn A function that is awaited between two steps.
 */
export async function figureInTurns({width, height, draw}: Sheet, turn: () => Promise<void>): Promise<Figure> {
  const canvas = canvasOf(width, height, draw);
  await turn();
  const pixels = canvas.data();
  await turn();
  const rows = rgbRows(pixels, canvas.width, canvas.height);
  await turn();
  const png = await packedPng(rows, canvas.width, canvas.height, "flat");
  return {width: canvas.width, height: canvas.height, png};
}

/** The pixels of such a sheet: red, green, blue and opacity, row after row. */
export function drawn(width: number, height: number, draw: (context: Canvas2D) => void): Drawn {
  const canvas = canvasOf(width, height, draw);
  return {width: canvas.width, height: canvas.height, pixels: canvas.data()};
}

function canvasOf(width: number, height: number, draw: (context: Canvas2D) => void): Canvas {
  const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / (width * height)));
  if (!(scale >= LEAST_SCALE)) {
    const most = MOST_PIXELS.toLocaleString("en");
    throw new RangeError(`picture: expected at most ${most} units, got ${Math.ceil(width)} × ${Math.ceil(height)}`);
  }
  const canvas = createCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  draw(context);
  return canvas;
}
