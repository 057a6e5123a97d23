/** @file Draws images and what explains them onto small canvases, magnified by the style sheet. */

import {css, mix, type Rgb, tokens} from "./colors";
import type {Data} from "./data";
import {h} from "./dom";
import {ON_PROCESSOR} from "./on-processor";

/**
 * An image of the test split. Grey ones are ink without a background, so that a theme can invert them; see `showImage`.
 */
export function picture(data: Data, i: number): HTMLCanvasElement {
  const canvas = h("canvas", {class: data.image.channels === 1 ? "pic grey" : "pic"});
  showImage(canvas, data, i);
  return canvas;
}

/** Draws image i. The network sees white on black, but the page shows ink on paper. */
export function showImage(canvas: HTMLCanvasElement, data: Data, i: number): void {
  if (canvas.dataset.image === String(i)) return;
  canvas.dataset.image = String(i);
  const {height, width, channels} = data.image;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context || !width) return;
  const sheet = context.createImageData(width, height);
  const pixels = data.pixels(i);
  for (let p = 0; p < width * height; p++) {
    if (channels === 1) sheet.data[4 * p + 3] = pixels[p];
    else {
      for (let c = 0; c < 3; c++) sheet.data[4 * p + c] = pixels[p * channels + c];
      sheet.data[4 * p + 3] = 255;
    }
  }
  context.putImageData(sheet, 0, 0);
}

/** The source of the pictures under maps: all test images of a run, or one training image. */
export type Painted = Pick<Data, "image" | "pixels">;

/** The faint image under a map, in the map's own size: the theme's paper with `share` of the image's ink or colour. */
function ground(
  data: Painted,
  i: number,
  height: number,
  width: number,
  paper: Rgb,
  ink: Rgb,
): (p: number, share: number) => Rgb {
  const {image} = data;
  const pixels = data.pixels(i);
  return (p, share) => {
    const y = Math.floor((Math.floor(p / width) * image.height) / height);
    const x = Math.floor(((p % width) * image.width) / width);
    const at = (y * image.width + x) * image.channels;
    if (image.channels === 1) return mix(paper, ink, (pixels[at] / 255) * share);
    return mix(paper, [pixels[at], pixels[at + 1], pixels[at + 2]], share);
  };
}

/** Draws a saliency map over a faint image: magnitudes in teal, signed maps in blue (for) and orange (against). */
export function drawSaliency(
  canvas: HTMLCanvasElement,
  data: Painted,
  i: number,
  tile: Float32Array,
  {height, width, signed}: {height: number; width: number; signed: boolean},
): void {
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context) return;
  const {tile: paper, ink, saliency, ok, bad} = tokens();
  canvas.width = width;
  canvas.height = height;
  const under = ground(data, i, height, width, paper, ink);
  const sheet = context.createImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    const strength = Math.abs(tile[p]) ** 0.8;
    const color = mix(under(p, 0.32), signed ? (tile[p] > 0 ? ok : bad) : saliency, strength);
    sheet.data.set([...color, 255], 4 * p);
  }
  context.putImageData(sheet, 0, 0);
}

/**
 * Draws where a head looks, over a faint image: teal where a patch gets more than an even share of all patches'
 * attention. Each map has its own scale, but a nearly even map stays pale.
 *
 * @param shares `[rows * columns]`; they sum to 1.
 * @param most The share that gets full colour, if it is not the largest of these.
 * @param from The patch that looks; it gets a frame.
 */
export function drawAttention(
  canvas: HTMLCanvasElement,
  data: Data,
  i: number,
  shares: Float32Array,
  {rows, columns, side}: {rows: number; columns: number; side: number},
  {most = 0, from}: {most?: number; from?: number | undefined} = {},
): void {
  const {height, width} = data.image;
  const tile = attentionTile(shares, {rows, columns, side, height, width}, most);
  drawSaliency(canvas, data, i, tile, {height, width, signed: false});
  const context = from === undefined ? null : canvas.getContext("2d", ON_PROCESSOR);
  if (!context || from === undefined) return;
  context.strokeStyle = `rgb(${tokens().ink.join(" ")})`;
  context.strokeRect((from % columns) * side + 0.5, Math.floor(from / columns) * side + 0.5, side - 1, side - 1);
}

/**
 * The strength of each pixel's colour, in [0, 1]: how far its patch's share is above an even one, in parts of the
 * strongest. A share below twice the even one never gets full colour.
 *
 * @param most A share that gets full colour, if none of `shares` is larger.
 * @returns `[height, width]`; 0 for pixels at the right and at the bottom that belong to no patch.
 */
export function attentionTile(
  shares: ArrayLike<number>,
  {rows, columns, side, height, width}: {rows: number; columns: number; side: number; height: number; width: number},
  most = 0,
): Float32Array {
  const above = Array.from(shares, (share) => Math.max(0, share * shares.length - 1));
  const full = Math.max(1, most * shares.length - 1, ...above);
  return Float32Array.from({length: height * width}, (_, p) => {
    const [row, column] = [Math.floor(Math.floor(p / width) / side), Math.floor((p % width) / side)];
    return row < rows && column < columns ? above[row * columns + column] / full : 0;
  });
}

export interface LimePicture {
  readonly height: number;
  readonly width: number;
  readonly pieces: Uint16Array | Uint8Array;
  readonly weights: readonly number[];
  /** The weight that gets full colour, if it is not the strongest of these. */
  readonly full?: number;
}

/** Below this share of the strongest weight, a segment gets no colour. */
const FAINT = 0.04;
/** From this many screen pixels for each image pixel on, there is room for hatching and outlines. */
const DETAILED = 4;

/** Draws LIME's segments for (blue) and against (orange, hatched if there is room) over a faint image. */
export function drawLime(canvas: HTMLCanvasElement, data: Painted, i: number, lime: LimePicture, side: number): void {
  const {height, width, pieces, weights} = lime;
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context) return;
  const scale = Math.max(1, Math.round(side / Math.max(height, width)));
  canvas.width = width * scale;
  canvas.height = height * scale;
  const {tile: paper, ink, ok, bad} = tokens();
  const under = ground(data, i, height, width, paper, ink);
  // weights below 2 % are noise, so they do not get full colour
  const strongest = Math.max(lime.full ?? 0, 0.02, ...weights.map(Math.abs));
  for (let p = 0; p < width * height; p++) {
    const weight = (weights[pieces[p]] ?? 0) / strongest;
    const strength = Math.abs(weight);
    const base = under(p, strength > FAINT ? 0.45 : 0.3);
    const color = strength > FAINT ? mix(base, weight > 0 ? ok : bad, 0.25 + 0.65 * strength) : base;
    const [x, y] = [(p % width) * scale, Math.floor(p / width) * scale];
    context.fillStyle = css(color);
    context.fillRect(x, y, scale, scale);
    if (scale < DETAILED || weight >= -FAINT) continue;
    context.strokeStyle = css(mix(color, paper, 0.75));
    context.lineWidth = scale * 0.22;
    context.beginPath();
    context.moveTo(x, y + scale);
    context.lineTo(x + scale, y);
    context.stroke();
  }
  if (scale >= DETAILED) outline(context, lime, scale, css(mix(paper, ink, 0.75)));
}

/** Draws lines between segments. */
function outline(context: CanvasRenderingContext2D, lime: LimePicture, scale: number, color: string): void {
  const {height, width, pieces} = lime;
  context.strokeStyle = color;
  context.lineWidth = Math.max(1, scale * 0.14);
  context.beginPath();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const piece = pieces[y * width + x];
      if (x < width - 1 && pieces[y * width + x + 1] !== piece) {
        context.moveTo((x + 1) * scale, y * scale);
        context.lineTo((x + 1) * scale, (y + 1) * scale);
      }
      if (y < height - 1 && pieces[(y + 1) * width + x] !== piece) {
        context.moveTo(x * scale, (y + 1) * scale);
        context.lineTo((x + 1) * scale, (y + 1) * scale);
      }
    }
  }
  context.stroke();
}
