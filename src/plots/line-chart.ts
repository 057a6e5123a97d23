import {AGAINST, css, FOR, INK_2, INK_3, LINE, type Rgb} from "./color";
import {type Canvas2D, type Figure, figure} from "./figure";
import {text} from "./text";

export interface LineChart {
  readonly title: string;
  /** Under the axis. */
  readonly x: string;
  readonly panels: readonly {
    readonly label: string;
    /** Where the vertical axis begins and ends; by default where the lines do. */
    readonly low?: number;
    readonly high?: number;
    readonly lines: readonly {
      readonly name: string;
      readonly points: readonly (readonly [x: number, y: number])[];
      readonly dashed?: boolean;
    }[];
  }[];
  /** A part of the horizontal axis that is shaded, and what happened there. */
  readonly span?: {readonly from: number; readonly to: number; readonly label: string};
  readonly note?: string;
}

const [WIDTH, HEIGHT, LEFT, TOP] = [560, 150, 70, 62];
const COLORS: readonly Rgb[] = [FOR, AGAINST, [0x62, 0x6a, 0x76], [0x4d, 0x8b, 0x57], [0x7a, 0x4d, 0x8b]];
/** Under a panel, its lines' names; between panels. */
const [KEY, GAP] = [18, 46];

/** Lines over one axis, panel below panel. */
export function lineChart({title, x, panels, span, note}: LineChart): Figure {
  const xs = panels.flatMap(({lines}) => lines.flatMap(({points}) => points.map(([at]) => at)));
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const placeX = (at: number) => LEFT + ((at - first) / (last - first || 1)) * WIDTH;
  const bottom = TOP + panels.length * (HEIGHT + GAP + KEY) + (note ? 18 : 0);
  return figure(LEFT + WIDTH + 40, bottom, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: LEFT + WIDTH});
    for (const [p, {label, lines, ...range}] of panels.entries()) {
      const top = TOP + p * (HEIGHT + GAP + KEY);
      const ys = lines.flatMap(({points}) => points.map(([, y]) => y));
      const {low = Math.min(...ys), high = Math.max(...ys)} = range;
      const placeY = (y: number) => top + (1 - (y - low) / (high - low || 1)) * HEIGHT;
      text(context, label, LEFT, top - 12, {size: 12, bold: true});
      if (span) {
        context.fillStyle = "rgba(20, 125, 120, 0.12)";
        context.fillRect(placeX(span.from), top, Math.max(2, placeX(span.to) - placeX(span.from)), HEIGHT);
        if (p === 0) text(context, span.label, placeX(span.from) + 4, top + 10, {size: 10, color: INK_2});
      }
      axes(context, top, [low, high], [first, last], p === panels.length - 1 ? x : "");
      for (const [n, {points, dashed}] of lines.entries()) {
        context.strokeStyle = css(COLORS[n % COLORS.length]);
        context.lineWidth = 1.6;
        context.setLineDash(dashed ? [5, 4] : []);
        context.beginPath();
        for (const [i, [at, y]] of points.entries()) {
          if (i === 0) context.moveTo(placeX(at), placeY(y));
          else context.lineTo(placeX(at), placeY(y));
        }
        context.stroke();
        context.setLineDash([]);
      }
      key(context, lines, top + HEIGHT + 34);
    }
    if (note) text(context, note, 16, bottom - 10, {size: 11, color: INK_3, maxWidth: LEFT + WIDTH});
  });
}

function axes(
  context: Canvas2D,
  top: number,
  [low, high]: readonly [number, number],
  [first, last]: readonly [number, number],
  label: string,
): void {
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  for (const share of [0, 0.5, 1]) {
    const y = top + share * HEIGHT;
    context.beginPath();
    context.moveTo(LEFT, y);
    context.lineTo(LEFT + WIDTH, y);
    context.stroke();
    text(context, words(high - share * (high - low)), LEFT - 8, y, {size: 10, color: INK_3, align: "right"});
    const at = first + share * (last - first);
    text(context, words(at), LEFT + share * WIDTH, top + HEIGHT + 12, {size: 10, color: INK_3, align: "center"});
  }
  if (label) text(context, label, LEFT + WIDTH / 2, top + HEIGHT + 24, {size: 10, color: INK_2, align: "center"});
}

function key(context: Canvas2D, lines: LineChart["panels"][number]["lines"], y: number): void {
  let x = LEFT;
  for (const [n, {name, dashed}] of lines.entries()) {
    context.strokeStyle = css(COLORS[n % COLORS.length]);
    context.lineWidth = 2;
    context.setLineDash(dashed ? [5, 4] : []);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 20, y);
    context.stroke();
    context.setLineDash([]);
    text(context, name, x + 26, y, {size: 11, color: INK_2});
    x += 40 + 7 * name.length;
  }
}

const words = (value: number) => (Number.isInteger(value) ? `${value}` : value.toPrecision(3));
