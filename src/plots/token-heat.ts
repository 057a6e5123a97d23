import {createCanvas} from "@napi-rs/canvas";
import {css, INK_2, INK_3, LINE, magnitude, signed} from "./color";
import {type Canvas2D, type Figure, figure, type Sheet} from "./figure";
import {text, textWidth} from "./text";

export interface TokenHeat {
  readonly title: string;
  /** One token for each column. */
  readonly tokens: readonly string[];
  /** The first and the last column of the right answer, or none. */
  readonly marked?: readonly [first: number, last: number];
  /** One label for each row, such as the step. */
  readonly rows: readonly string[];
  readonly strips: readonly {
    readonly label: string;
    /** `[row * tokens + column]`. */
    readonly values: Float32Array;
  }[];
  /** The first and the last row beside which a bar stands, and words for what happened there. */
  readonly span?: {readonly from: number; readonly to: number; readonly label: string};
  readonly note?: string;
}

const LEFT = 74;
const CELL = {width: 22, height: 9} as const;
/**
 * The widths of columns: if there are many tokens, columns become narrower, down to the smallest width. Words need more
 * room than that, so some are left out.
 */
const [MOST_WIDTH, LEAST, WORD] = [1300, 2, 13];
/** With fewer rows than this, each row is higher. */
const FEW = 12;
/** The greatest height of a heat map; with more rows, the rows become lower. */
const MOST_HEIGHT = 420;
const HEAD = 78;
const GAP = 30;

/**
 * Draws the numbers of each token row by row, which shows how they developed step by step. All strips have the same
 * scale.
 */
export function tokenHeat(heat: TokenHeat): Figure {
  const {width, height, draw} = heatSheet(heat);
  return figure(width, height, draw);
}

export function heatSheet({title, tokens, marked, rows, strips, span, note}: TokenHeat): Sheet {
  const height = Math.max(1, Math.min(rows.length > FEW ? CELL.height : 2 * CELL.height, MOST_HEIGHT / rows.length));
  const cell = Math.max(LEAST, Math.min(CELL.width, MOST_WIDTH / Math.max(1, tokens.length)));
  const wide = tokens.length * cell;
  const named = Math.ceil(WORD / cell);
  const tall = rows.length * height;
  const full = magnitude(Float32Array.from(strips.flatMap(({values}) => [...values]))) || 1;
  const broad = Math.max(LEFT + wide + 60, 520);
  const bottom = HEAD + strips.length * (tall + GAP) + (note ? 18 : 0);
  const draw = (context: Canvas2D) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: broad - 32});
    for (const [column, token] of tokens.entries()) {
      const isMarked = marked && column >= marked[0] && column <= marked[1];
      if (column % named !== 0 && !isMarked) continue;
      context.save();
      context.translate(LEFT + (column + 0.5) * cell, HEAD - 8);
      context.rotate(-Math.PI / 4);
      text(context, token, 0, 0, {
        size: 10,
        color: isMarked ? "#16181d" : INK_2,
        bold: isMarked ?? false,
        maxWidth: 52,
      });
      context.restore();
    }
    for (const [s, {label, values}] of strips.entries()) {
      const top = HEAD + s * (tall + GAP);
      const sheet = createCanvas(tokens.length, rows.length);
      const sheetContext = sheet.getContext("2d");
      const image = sheetContext.createImageData(tokens.length, rows.length);
      for (let at = 0; at < values.length; at++) {
        image.data.set([...signed(values[at] / full).map(Math.round), 255], 4 * at);
      }
      sheetContext.putImageData(image, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(sheet, LEFT, top, wide, tall);
      context.strokeStyle = LINE;
      context.strokeRect(LEFT - 0.5, top - 0.5, wide + 1, tall + 1);
      if (marked) {
        context.strokeStyle = css([22, 24, 29]);
        context.lineWidth = 1.5;
        const [first, last] = marked;
        context.strokeRect(LEFT + first * cell, top - 1.5, (last - first + 1) * cell, tall + 3);
        context.lineWidth = 1;
      }
      if (span) {
        context.fillStyle = "rgb(20, 125, 120)";
        context.fillRect(LEFT - 6, top + span.from * height, 3, (span.to - span.from + 1) * height);
      }
      text(context, label, LEFT, top + tall + 13, {size: 12, bold: true});
      if (span) {
        const at = LEFT + textWidth(label, {size: 12, bold: true}) + 16;
        context.fillRect(at, top + tall + 7, 3, 12);
        text(context, span.label, at + 8, top + tall + 13, {size: 11, color: INK_2});
      }
      const every = Math.max(1, Math.ceil(rows.length / Math.max(2, Math.floor(tall / 14))));
      for (const [row, name] of rows.entries()) {
        if (row % every !== 0 && row !== rows.length - 1) continue;
        if (row !== rows.length - 1 && rows.length - 1 - row < every) continue; // there is no room beside the last one
        text(context, name, LEFT - 8, top + (row + 0.5) * height, {size: 10, color: INK_3, align: "right"});
      }
      drawScale(context, LEFT + wide + 10, top, tall, full);
    }
    if (note) text(context, note, 16, bottom - 10, {size: 11, color: INK_3});
  };
  return {width: broad, height: bottom, draw};
}

function drawScale(context: Canvas2D, x: number, y: number, height: number, full: number) {
  for (let i = 0; i < height; i++) {
    context.fillStyle = css(signed(1 - (2 * i) / Math.max(1, height - 1)));
    context.fillRect(x, y + i, 9, 1.2);
  }
  context.strokeStyle = LINE;
  context.strokeRect(x - 0.5, y - 0.5, 10, height + 1);
  for (const [share, value] of [
    [0, full],
    [0.5, 0],
    [1, -full],
  ] as const) {
    const sign = value > 0 ? "+" : value < 0 ? "−" : "";
    const at = y + 5 + share * (height - 10);
    text(context, value === 0 ? "0" : `${sign}${Math.abs(value).toPrecision(2)}`, x + 14, at, {size: 10, color: INK_2});
  }
}
