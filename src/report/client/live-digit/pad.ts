import type {Volume} from "./windows";

/** A point of a picture, in its pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The pen's half width, as a share of the picture's side: 1.1 of 28 pixels, about as thick as MNIST's strokes. */
const PEN = 0.04;

/** An empty picture. Grey pictures are light on black, like MNIST's; coloured ones begin white. */
export function blank([height, width, channels]: readonly [number, number, number]): Volume {
  const values = new Float32Array(height * width * channels);
  return {height, width, channels, values: channels === 1 ? values : values.fill(1)};
}

/**
 * Draws a line with round ends and an edge that is smoothed over one pixel; it is light on grey pictures and black on
 * coloured ones.
 */
export function stroke({height, width, channels, values}: Volume, from: Point, to: Point): void {
  const reach = Math.max(0.8, PEN * Math.max(height, width));
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const ink = Math.min(1, Math.max(0, reach + 0.5 - distance));
      for (let c = 0; c < channels; c++) {
        const at = (y * width + x) * channels + c;
        values[at] = channels === 1 ? Math.max(values[at], ink) : Math.min(values[at], 1 - ink);
      }
    }
  }
}

/** The share of the picture that the digit fills: 20 of MNIST's 28 pixels. */
const DIGIT = 20 / 28;

/**
 * Places a grey drawing like MNIST's digits (LeCun et al. 1998): its box is scaled to 20 of 28 pixels, and its centre
 * of mass is put in the middle. An empty one stays empty.
 */
export function placedAsDigit(drawing: Volume): Volume {
  const {height, width, values} = drawing;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < 0.1) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return drawing;
  const scale = (DIGIT * Math.max(height, width)) / Math.max(right - left + 1, bottom - top + 1);
  const centre = massCentre(drawing);
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out[y * width + x] = between(
        drawing,
        centre.x + (x + 0.5 - width / 2) / scale - 0.5,
        centre.y + (y + 0.5 - height / 2) / scale - 0.5,
      );
    }
  }
  return {...drawing, values: out};
}

function massCentre({width, values}: Volume): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    x += values[i] * ((i % width) + 0.5);
    y += values[i] * (Math.floor(i / width) + 0.5);
  }
  return {x: x / sum, y: y / sum};
}

/** The value of a grey picture between its pixels (bilinear); 0 outside of it. */
function between({height, width, values}: Volume, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (i: number, j: number) => (i < 0 || j < 0 || i >= width || j >= height ? 0 : values[j * width + i]);
  const [across, down] = [x - left, y - top];
  const above = at(left, top) + across * (at(left + 1, top) - at(left, top));
  const under = at(left, top + 1) + across * (at(left + 1, top + 1) - at(left, top + 1));
  return above + down * (under - above);
}
