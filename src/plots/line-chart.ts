import {AGAINST, css, FOR, INK_2, INK_3, LINE, type Rgb} from "./color";
import {type Canvas2D, type Figure, figure, type Sheet} from "./figure";
import {text, textWidth} from "./text";

export interface LineChart {
  readonly title: string;
  /** The words under the axis. */
  readonly x: string;
  readonly panels: readonly {
    readonly label: string;
    /** Where the vertical axis begins and ends; by default, where the lines do. */
    readonly low?: number;
    readonly high?: number;
    readonly lines: readonly {
      readonly name: string;
      readonly points: readonly (readonly [x: number, y: number])[];
      readonly dashed?: boolean;
    }[];
  }[];
  /** Words under the places 0, 1, … of the horizontal axis, instead of numbers. */
  readonly places?: readonly string[];
  /** The places whose words are bold. */
  readonly marked?: readonly number[];
  /** A part of the horizontal axis that is shaded, and what happened there. */
  readonly span?: {readonly from: number; readonly to: number; readonly label: string};
  readonly note?: string;
}

const [WIDTH, HEIGHT, LEFT, TOP] = [560, 150, 70, 62];
const COLORS: readonly Rgb[] = [FOR, AGAINST, [0x62, 0x6a, 0x76], [0x4d, 0x8b, 0x57], [0x7a, 0x4d, 0x8b]];
/** The height of a row of names of lines under a panel, and the gap between panels. */
const [KEY, GAP] = [18, 52];
/** The height of words under an axis. */
const WORDS = 64;

/** Draws panels with lines, one below the other, over the same horizontal axis. */
export function lineChart(chart: LineChart): Figure {
  const {width, height, draw} = lineSheet(chart);
  return figure(width, height, draw);
}

export function lineSheet({title, x, panels, span, note, places, marked = []}: LineChart): Sheet {
  const xs = panels.flatMap(({lines}) => lines.flatMap(({points}) => points.map(([at]) => at)));
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const placeX = (at: number) => LEFT + ((at - first) / (last - first || 1)) * WIDTH;
  const foot = places ? WORDS : 0;
  const keys = panels.map(({lines}) => keyPlaces(lines));
  const rows = Math.max(1, ...keys.map((places) => Math.max(...places.map(({row}) => row + 1))));
  const tall = HEIGHT + GAP + rows * KEY + foot;
  const bottom = TOP + panels.length * tall + (note ? 18 : 0);
  const draw = (context: Canvas2D) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: LEFT + WIDTH});
    for (const [p, {label, lines, ...range}] of panels.entries()) {
      const top = TOP + p * tall;
      const ys = lines.flatMap(({points}) => points.map(([, y]) => y));
      const {low = Math.min(...ys), high = Math.max(...ys)} = range;
      const placeY = (y: number) => top + (1 - (y - low) / (high - low || 1)) * HEIGHT;
      text(context, label, LEFT, top - 12, {size: 12, bold: true});
      if (span) {
        context.fillStyle = "rgba(20, 125, 120, 0.12)";
        context.fillRect(placeX(span.from), top, Math.max(2, placeX(span.to) - placeX(span.from)), HEIGHT);
        if (p === 0) text(context, span.label, placeX(span.from) + 4, top + 10, {size: 10, color: INK_2});
      }
      axes(context, top, [low, high], places ? undefined : [first, last], p === panels.length - 1 && !places ? x : "");
      if (places) wordsUnder(context, places, marked, placeX, top + HEIGHT + 6);
      if (low < 0 && high > 0) zeroLine(context, placeY(0));
      for (const [n, {points, dashed}] of lines.entries()) {
        context.strokeStyle = css(COLORS[n % COLORS.length]);
        context.lineWidth = 1.6;
        context.setLineDash(dashesOf(n, dashed));
        context.beginPath();
        for (const [i, [at, y]] of points.entries()) {
          if (i === 0) context.moveTo(placeX(at), placeY(y));
          else context.lineTo(placeX(at), placeY(y));
        }
        context.stroke();
        context.setLineDash([]);
      }
      key(context, lines, keys[p], top + HEIGHT + 38 + foot);
    }
    if (note) text(context, note, 16, bottom - 10, {size: 11, color: INK_3, maxWidth: LEFT + WIDTH});
  };
  return {width: LEFT + WIDTH + 40, height: bottom, draw};
}

/** Writes words that are read from below. If there is no room for all, some are left out, but not the marked ones. */
function wordsUnder(
  context: Canvas2D,
  places: readonly string[],
  marked: readonly number[],
  placeX: (at: number) => number,
  top: number,
): void {
  const step = Math.max(1, Math.ceil(12 / (placeX(1) - placeX(0))));
  for (const [n, word] of places.entries()) {
    const bold = marked.includes(n);
    if (n % step !== 0 && !bold) continue;
    const style = {size: 10, color: bold ? "#15181d" : INK_3, bold, align: "right", angle: -Math.PI / 2} as const;
    text(context, word, placeX(n), top, {...style, maxWidth: WORDS - 8});
  }
}

function zeroLine(context: Canvas2D, y: number): void {
  context.strokeStyle = css(COLORS[2]);
  context.lineWidth = 0.8;
  context.beginPath();
  context.moveTo(LEFT, y);
  context.lineTo(LEFT + WIDTH, y);
  context.stroke();
}

function axes(
  context: Canvas2D,
  top: number,
  [low, high]: readonly [number, number],
  range: readonly [first: number, last: number] | undefined,
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
    if (!range) continue;
    const at = range[0] + share * (range[1] - range[0]);
    text(context, words(at), LEFT + share * WIDTH, top + HEIGHT + 12, {size: 10, color: INK_3, align: "center"});
  }
  if (label) text(context, label, LEFT + WIDTH / 2, top + HEIGHT + 25, {size: 10, color: INK_2, align: "center"});
}

/** The places of the names of a panel's lines: as many in a row as fit. */
function keyPlaces(lines: LineChart["panels"][number]["lines"]): {readonly x: number; readonly row: number}[] {
  let [x, row] = [LEFT, 0];
  return lines.map(({name}) => {
    const wide = name === "" ? 0 : 42 + textWidth(name, {size: 11});
    if (x > LEFT && x + wide > LEFT + WIDTH + 30) [x, row] = [LEFT, row + 1];
    const place = {x, row};
    x += wide;
    return place;
  });
}

/** If there are more lines than colours, those of the second round are dashed. */
function dashesOf(n: number, dashed?: boolean): number[] {
  return dashed ? [5, 4] : n >= COLORS.length ? [2, 3] : [];
}

function key(
  context: Canvas2D,
  lines: LineChart["panels"][number]["lines"],
  places: readonly {readonly x: number; readonly row: number}[],
  top: number,
): void {
  for (const [n, {name, dashed}] of lines.entries()) {
    if (name === "") continue;
    const y = top + places[n].row * KEY;
    context.strokeStyle = css(COLORS[n % COLORS.length]);
    context.lineWidth = 2;
    context.setLineDash(dashesOf(n, dashed));
    context.beginPath();
    context.moveTo(places[n].x, y);
    context.lineTo(places[n].x + 20, y);
    context.stroke();
    context.setLineDash([]);
    text(context, name, places[n].x + 26, y, {size: 11, color: INK_2, maxWidth: WIDTH});
  }
}

const words = (value: number) => (Number.isInteger(value) ? `${value}` : value.toPrecision(3));
