import {css, FOR, INK_2, INK_3} from "./color";
import {drawExplained, type Size, type Weighted} from "./explained-image";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

/** One look of the network at an image from which parts were removed. */
export interface Frame extends Weighted {
  readonly pixels: Float32Array;
  /** The segments that were removed before this look. */
  readonly gone: readonly number[];
  /** The most probable classes, the most probable first. */
  readonly top: readonly {readonly name: string; readonly probability: number}[];
}

export interface Filmstrip extends Size {
  readonly title: string;
  readonly frames: readonly Frame[];
  /** The lines under the strip: one for each frame, then one that says how it ended. */
  readonly notes: readonly string[];
}

const TILE = 200;
const GAP = 22;
const PER_ROW = 5;
const TOP = 66;
const BARS = 74;
/** How many rounds are drawn; the terminal and the numbers show all of them. */
const MOST = 50;

/**
 * Draws the rounds of removing and asking again: each look with the segments for and against the class, the removed
 * segments hatched, and the most probable classes.
 */
export function filmstrip({title, height, width, channels, frames: all, notes: lines}: Filmstrip): Sheet {
  const frames = all.slice(0, MOST);
  const left = all.length - frames.length;
  const notes = left
    ? [
        ...lines.slice(0, MOST),
        `The ${left.toLocaleString("en")} rounds after these are not drawn.`,
        ...lines.slice(all.length),
      ]
    : lines;
  const zoom = TILE / Math.max(height, width);
  const columns = Math.min(PER_ROW, Math.max(1, frames.length));
  const rows = Math.ceil(frames.length / columns);
  const rowHeight = height * zoom + BARS + 26;
  const sheetWidth = Math.max(760, 32 + columns * (TILE + GAP) - GAP);
  const sheetHeight = TOP + rows * rowHeight + notes.length * 17 + 12;
  return sheetOf(sheetWidth, sheetHeight, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: sheetWidth - 32});
    frames.forEach(({pixels, segments, weights, gone, top}, n) => {
      const x = 16 + (n % columns) * (TILE + GAP);
      const y = TOP + Math.floor(n / columns) * rowHeight;
      text(context, `round ${n + 1}`, x, y - 12, {size: 11, color: INK_3});
      drawExplained(context, pixels, {height, width, channels}, {segments, weights}, x, y, zoom);
      hatch(context, segments, new Set(gone), width, x, y, zoom);
      top.forEach(({name, probability}, row) => {
        const line = y + height * zoom + 18 + row * 22;
        context.fillStyle = row === 0 ? css(FOR, 0.85) : css(FOR, 0.3);
        context.fillRect(x, line + 6, Math.max(1, probability * TILE), 4);
        text(context, name, x, line - 3, {size: row === 0 ? 13 : 11, bold: row === 0, maxWidth: TILE - 52});
        const share = `${(100 * probability).toFixed(1)}%`;
        text(context, share, x + TILE, line - 3, {size: 11, color: INK_2, align: "right"});
      });
    });
    notes.forEach((note, row) => {
      const y = TOP + rows * rowHeight + 6 + row * 17;
      const end = row >= frames.length; // after a line for each round, one that says how it ended
      text(context, note, 16, y, {size: 12, color: INK_2, bold: end, maxWidth: sheetWidth - 32});
    });
  });
}

/** Draws diagonal lines over the pixels of some segments. */
function hatch(
  context: Canvas2D,
  segments: Uint16Array,
  gone: ReadonlySet<number>,
  width: number,
  x: number,
  y: number,
  zoom: number,
): void {
  if (gone.size === 0) return;
  context.save();
  context.beginPath();
  segments.forEach((segment, p) => {
    if (gone.has(segment)) context.rect(x + (p % width) * zoom, y + Math.floor(p / width) * zoom, zoom, zoom);
  });
  context.clip();
  context.beginPath();
  const height = (segments.length / width) * zoom;
  for (let offset = -height; offset < width * zoom; offset += 7) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.strokeStyle = "rgba(98, 106, 118, 0.75)";
  context.lineWidth = 1.2;
  context.stroke();
  context.restore();
}
