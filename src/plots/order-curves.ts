import {AGAINST, css, FOR, INK_2, INK_3, LINE, type Rgb} from "./color";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface OrderCurves {
  readonly title: string;
  readonly curves: readonly {
    readonly name: string;
    /** The probability at evenly spaced shares of the image, from 0 to 1. */
    readonly deletion: Float64Array;
    readonly insertion: Float64Array;
    /** Null if hiding segments never changes the probability, because then no order is better than another. */
    readonly deletionArea: number | null;
    readonly insertionArea: number | null;
  }[];
}

const SIDE = 300;
const TOP = 84;
const COLORS: readonly Rgb[] = [FOR, [0x62, 0x6a, 0x76], AGAINST];

/**
 * Draws how fast the class's probability falls as parts are hidden, and rises as they are shown, in LIME's order and in
 * the orders of the controls.
 */
export function orderCurves({title, curves}: OrderCurves): Sheet {
  return sheetOf(2 * SIDE + 140, TOP + SIDE + 58 + 17 * curves.length, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: 2 * SIDE + 108});
    for (const [column, kind] of (["deletion", "insertion"] as const).entries()) {
      const x = 56 + column * (SIDE + 60);
      const hint = kind === "deletion" ? "deletion: lower is better" : "insertion: higher is better";
      text(context, hint, x, TOP - 16, {size: 13, bold: true});
      axes(context, x, TOP, kind === "deletion" ? "share of the image hidden" : "share of the image shown");
      curves.forEach((curve, c) => {
        const values = curve[kind];
        const place = (p: number, i: number) =>
          [x + (i / (values.length - 1)) * SIDE, TOP + (1 - p) * SIDE] as [number, number];
        stroke(context, c, Array.from(values, place));
        const y = TOP + SIDE + 52 + 17 * c;
        const area = curve[kind === "deletion" ? "deletionArea" : "insertionArea"];
        stroke(context, c, [
          [x, y],
          [x + 26, y],
        ]);
        const words = area === null ? "nothing changes the answer" : `area ${area.toFixed(3)}`;
        text(context, `${curve.name}: ${words}`, x + 34, y, {size: 12, color: INK_2});
      });
    }
  });
}

/** The line of the c-th curve. Curves differ in their dashes, too, and not only in colour. */
function stroke(context: Canvas2D, c: number, points: readonly (readonly [number, number])[]): void {
  context.strokeStyle = css(COLORS[c % COLORS.length]);
  context.lineWidth = c === 0 ? 2.5 : 1.5;
  context.setLineDash(c === 0 ? [] : c === 1 ? [6, 4] : [2, 3]);
  context.beginPath();
  points.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.stroke();
  context.setLineDash([]);
}

function axes(context: Canvas2D, x: number, y: number, label: string): void {
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    context.beginPath();
    context.moveTo(x, y + (1 - share) * SIDE);
    context.lineTo(x + SIDE, y + (1 - share) * SIDE);
    context.stroke();
    const percent = `${100 * share}%`;
    text(context, percent, x - 6, y + (1 - share) * SIDE, {size: 10, color: INK_3, align: "right"});
    text(context, percent, x + share * SIDE, y + SIDE + 12, {size: 10, color: INK_3, align: "center"});
  }
  text(context, label, x + SIDE / 2, y + SIDE + 28, {size: 11, color: INK_2, align: "center"});
}
