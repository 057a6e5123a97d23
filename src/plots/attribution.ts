import {AGAINST, css, FOR, INK_2, INK_3, magnitude, signed} from "./color";
import {drawPlain, paintedPixel, type Size} from "./explained-image";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {drawPixels} from "./image-grid";
import {text} from "./text";

export interface AttributionSheet extends Size {
  readonly title: string;
  /** A few words that say what blue and orange mean. */
  readonly key: string;
  /** Whether there are numbers below 0, which speak against the class. */
  readonly isSigned: boolean;
  readonly pixels: Float32Array;
  readonly maps: readonly PixelMap[];
  /** The small print under the sheet, line by line. */
  readonly notes: readonly string[];
}

/** How much each pixel speaks for one class. */
export interface PixelMap {
  readonly className: string;
  readonly probability: number;
  /** One number for each pixel, row after row. */
  readonly values: Float32Array;
  /** How far it can be trusted, line by line. Lines that say "do not trust it" are orange. */
  readonly trust: readonly {readonly words: string; readonly isDoubtful: boolean}[];
}

const TILE = 300;
const GAP = 18;
const TOP = 78;
const WORDS = 72;
const COLUMNS = 4;
/** How many maps are drawn; the numbers contain all of them. */
export const MOST_MAPS = 50;

/**
 * Draws the image, and beside it a map for each class over a pale copy of the image: blue where it speaks for the
 * class, orange where it speaks against it. Full colour is the 99th percentile of the map's own magnitudes.
 */
export function attribution(sheet: AttributionSheet): Sheet {
  const {title, key, isSigned, height, width, channels, pixels, notes} = sheet;
  const maps = sheet.maps.slice(0, MOST_MAPS);
  const zoom = TILE / Math.max(height, width);
  const columns = Math.min(COLUMNS, maps.length + 1);
  const rows = Math.ceil((maps.length + 1) / columns);
  const rowHeight = height * zoom + WORDS + 14;
  const sheetWidth = Math.max(660, 32 + columns * (TILE + GAP) - GAP);
  const sheetHeight = TOP + rows * rowHeight + 15 * notes.length + 12;
  const place = (n: number) => ({x: 16 + (n % columns) * (TILE + GAP), y: TOP + Math.floor(n / columns) * rowHeight});
  return sheetOf(sheetWidth, sheetHeight, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: sheetWidth - 32});
    drawKey(context, 16, 48, isSigned, key, sheetWidth - 32);
    drawPlain(context, pixels, {height, width, channels}, undefined, place(0).x, place(0).y, zoom);
    maps.forEach(({className, probability, values, trust}, n) => {
      const {x, y} = place(n + 1);
      drawMap(context, sheet, values, x, y, zoom);
      const words = y + height * zoom + 16;
      const share = `${(100 * probability).toFixed(probability > 0 && probability < 0.1 ? 1 : 0)}%`;
      text(context, `${className}  ${share}`, x, words, {size: 13, bold: true, color: css(FOR), maxWidth: TILE});
      trust.forEach((line, row) => {
        const color = line.isDoubtful ? css(AGAINST) : INK_2;
        text(context, line.words, x, words + 18 + 16 * row, {size: 11, color, maxWidth: TILE});
      });
    });
    const left = sheet.maps.length - maps.length;
    const all = left > 0 ? [...notes.slice(0, -1), `The first ${MOST_MAPS} of ${sheet.maps.length} maps.`] : notes;
    all.forEach((note, row) => {
      const y = sheetHeight - 8 - 15 * (all.length - row) + 7;
      text(context, note, 16, y, {size: 10, color: INK_3, maxWidth: sheetWidth - 32});
    });
  });
}

function drawMap(
  context: Canvas2D,
  {height, width, channels, pixels}: AttributionSheet,
  values: Float32Array,
  x: number,
  y: number,
  zoom: number,
): void {
  const full = magnitude(values);
  const painted = new Float32Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const color = paintedPixel(pixels, p, channels, Math.max(-1, Math.min(1, values[p] / full)));
    for (let c = 0; c < 3; c++) painted[3 * p + c] = color[c] / 255;
  }
  drawPixels(context, painted, width, height, 3, x, y, zoom);
}

function drawKey(context: Canvas2D, x: number, y: number, isSigned: boolean, key: string, room: number): void {
  const [length, height] = [120, 9];
  for (let i = 0; i < length; i++) {
    const share = i / (length - 1);
    context.fillStyle = css(signed(isSigned ? 2 * share - 1 : share));
    context.fillRect(x + 58 + i, y - height / 2, 1.2, height);
  }
  text(context, isSigned ? "against" : "nothing", x, y, {size: 11, color: isSigned ? css(AGAINST) : INK_2});
  text(context, "for", x + 58 + length + 8, y, {size: 11, color: css(FOR)});
  text(context, key, x + 58 + length + 32, y, {size: 11, color: INK_2, maxWidth: room - 58 - length - 32});
}
