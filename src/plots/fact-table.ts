import {INK_2, LINE} from "./color";
import type {Canvas2D, Sheet} from "./figure";
import {text, textWidth} from "./text";

/** Rows with a name and its value, under headings. */
export interface FactTable {
  readonly title: string;
  readonly parts: readonly {
    readonly heading: string;
    readonly rows: readonly (readonly [name: string, value: string])[];
  }[];
}

const [WIDTH, TOP, NAMES, EDGE] = [670, 52, 190, 16];
/**
 * The heights of a heading, of a row's first line, of its other lines, and of a whole sheet, which has the proportions
 * of a page in landscape format.
 */
const [HEADING, ROW, MORE, HEIGHT] = [32, 20, 16, 452];
const VALUE = {size: 12} as const;

/** A line of the table: a heading, or one of the lines of a row. */
type Line = {readonly height: number} & (
  | {readonly heading: string}
  | {readonly name: string; readonly value: string; readonly isFirst: boolean}
);

/**
 * Draws a table for reading: what a network is made of, and what it was asked and answered. Long values continue in the
 * next line, long tables on the next sheet.
 */
export function factSheets({title, parts}: FactTable): Sheet[] {
  const sheets: Line[][] = [];
  let [lines, height]: [Line[], number] = [[], HEIGHT];
  const add = (line: Line, together = line.height) => {
    if (height + together > HEIGHT) {
      lines = [];
      sheets.push(lines);
      height = TOP;
    }
    lines.push(line);
    height += line.height;
  };
  for (const {heading, rows} of parts) {
    const own = rows.flatMap(([name, value]) =>
      wrapped(value, WIDTH - NAMES - EDGE).map((words, n): Line => {
        return {name: n === 0 ? name : "", value: words, isFirst: n === 0, height: n === 0 ? ROW : MORE};
      }),
    );
    const whole = own.reduce((sum, line) => sum + line.height, HEADING);
    // a part stays together if it can; a heading is never alone at a sheet's end
    add({heading, height: HEADING}, whole <= HEIGHT - TOP ? whole : HEADING + 2 * ROW);
    for (const line of own) add(line);
  }
  return sheets.map((some, n) => sheetOf(n === 0 ? title : `${title}, sheet ${n + 1}`, some));
}

function sheetOf(title: string, lines: readonly Line[]): Sheet {
  const draw = (context: Canvas2D) => {
    text(context, title, EDGE, 24, {size: 17, bold: true, maxWidth: WIDTH - 2 * EDGE});
    let y = TOP;
    for (const line of lines) {
      y += line.height;
      if ("heading" in line) {
        text(context, line.heading, EDGE, y - ROW / 2, {size: 13, bold: true, maxWidth: WIDTH - 2 * EDGE});
        continue;
      }
      const middle = y - MORE / 2;
      if (line.isFirst) {
        context.strokeStyle = LINE;
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(EDGE, middle - ROW / 2);
        context.lineTo(WIDTH - EDGE, middle - ROW / 2);
        context.stroke();
      }
      text(context, line.name, EDGE, middle, {...VALUE, color: INK_2, maxWidth: NAMES - 24});
      text(context, line.value, NAMES, middle, {...VALUE, maxWidth: WIDTH - NAMES - EDGE});
    }
  };
  return {width: WIDTH, height: HEIGHT, draw};
}

/** Breaks a text into lines of at most this many units, at least one line. A word that is longer is divided. */
export function wrapped(words: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (textWidth(longer, VALUE) <= most) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    const parts = partsOf(word, most);
    lines.push(...parts.slice(0, -1));
    line = parts[parts.length - 1];
  }
  return line || lines.length === 0 ? [...lines, line] : lines;
}

function partsOf(word: string, most: number): string[] {
  const parts = [""];
  for (const letter of word) {
    const longer = parts[parts.length - 1] + letter;
    if (parts[parts.length - 1] && textWidth(longer, VALUE) > most) parts.push(letter);
    else parts[parts.length - 1] = longer;
  }
  return parts;
}
