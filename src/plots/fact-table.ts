import {INK_2, LINE} from "./color";
import type {Canvas2D, Sheet} from "./figure";
import {text} from "./text";

/** Rows of a name and its value, under headings. */
export interface FactTable {
  readonly title: string;
  readonly parts: readonly {
    readonly heading: string;
    readonly rows: readonly (readonly [name: string, value: string])[];
  }[];
}

const [WIDTH, ROW, TOP, NAMES] = [670, 20, 52, 190];

/** A table that is read, not a picture: what a network is made of, what it was asked and answered. */
export function factSheet({title, parts}: FactTable): Sheet {
  const height = TOP + parts.reduce((sum, {rows}) => sum + (rows.length + 2) * ROW, 0);
  const draw = (context: Canvas2D) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: WIDTH - 32});
    let y = TOP + ROW / 2;
    for (const {heading, rows} of parts) {
      text(context, heading, 16, y, {size: 13, bold: true});
      for (const [name, value] of rows) {
        y += ROW;
        context.strokeStyle = LINE;
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(16, y - ROW / 2);
        context.lineTo(WIDTH - 16, y - ROW / 2);
        context.stroke();
        text(context, name, 16, y, {size: 12, color: INK_2, maxWidth: NAMES - 24});
        text(context, value, NAMES, y, {size: 12, maxWidth: WIDTH - NAMES - 16});
      }
      y += 2 * ROW;
    }
  };
  return {width: WIDTH, height, draw};
}
