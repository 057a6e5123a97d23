import {AGAINST, css, FOR, INK_2, INK_3, LINE, type Rgb} from "./color";
import type {Canvas2D, Sheet} from "./figure";
import {text} from "./text";

/**
 * A chart that shows how something depends on a size. Both axes are logarithmic, the vertical one only if no value is
 * 0.
 */
export interface SizeChart {
  readonly title: string;
  /** The quantities on the axes. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly {
    readonly name: string;
    /** One dot for each; dots at the same size differ only by chance. */
    readonly points: readonly {readonly x: number; readonly values: readonly number[]}[];
    /** A fitted law, drawn between the first and the last size. */
    readonly law?: (x: number) => number;
    readonly dashed?: boolean;
  }[];
  readonly note?: string;
}

/** The marks of the chart in its units: dots, lines through means, and words. */
export interface ChartMarks {
  readonly width: number;
  readonly height: number;
  readonly rules: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[];
  readonly words: readonly {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly align: "left" | "center" | "right";
  }[];
  readonly series: readonly {
    readonly name: string;
    readonly dots: readonly (readonly [x: number, y: number])[];
    readonly line: readonly (readonly [x: number, y: number])[];
    readonly law: readonly (readonly [x: number, y: number])[];
    readonly dashed: boolean;
  }[];
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, FOOT] = [560, 270, 64, 54, 24, 46];
const COLORS: readonly Rgb[] = [
  FOR,
  AGAINST,
  [0x4d, 0x8b, 0x57],
  [0x7a, 0x4d, 0x8b],
  [0x8a, 0x6a, 0x1c],
  [0x62, 0x6a, 0x76],
];
/** How many points the line of a law has; how many units lie between two words under the axis. */
const [FINE, APART] = [60, 44];

/** The places of everything in the chart. */
export function chartMarks({x: xName, y: yName, series}: SizeChart): ChartMarks {
  const xs = series.flatMap(({points}) => points.map(({x}) => x));
  const ys = series.flatMap(({points}) => points.flatMap(({values}) => values));
  const isLogX = Math.min(...xs) > 0;
  const isLogY = Math.min(...ys) > 0 && Math.max(...ys) > 2 * Math.min(...ys);
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = isLogY ? [Math.min(...ys) / 1.1, Math.max(...ys) * 1.1] : [0, (Math.max(...ys) || 1) * 1.05];
  const share = (v: number, from: number, to: number, isLog: boolean) =>
    to === from ? 0.5 : isLog ? Math.log(v / from) / Math.log(to / from) : (v - from) / (to - from);
  const placeX = (v: number) => LEFT + share(v, first, last, isLogX) * WIDTH;
  const placeY = (v: number) => TOP + (1 - share(Math.min(high, Math.max(low, v)), low, high, isLogY)) * HEIGHT;
  const bottom = TOP + HEIGHT;
  const heights = ticksOf(low, high, isLogY);
  const sizes = apart(
    [...new Set(xs)].sort((a, b) => a - b),
    placeX,
  );
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    width: LEFT + WIDTH + RIGHT,
    height: bottom + FOOT,
    rules: heights.map((v) => [LEFT, placeY(v), LEFT + WIDTH, placeY(v)] as const),
    words: [
      ...heights.map((v) => ({text: percent(v), x: LEFT - 8, y: placeY(v), align: "right"}) as const),
      ...sizes.map((v) => ({text: v.toLocaleString("en"), x: placeX(v), y: bottom + 14, align: "center"}) as const),
      {text: xName, x: LEFT + WIDTH / 2, y: bottom + 32, align: "center"},
      {text: yName, x: LEFT - 8, y: TOP - 14, align: "left"},
    ],
    series: series.map(({name, points, law, dashed = false}) => {
      const [from, to] = [Math.min(...points.map(({x}) => x)), Math.max(...points.map(({x}) => x))];
      const between = Array.from({length: FINE + 1}, (_, n) => from * (to / from) ** (n / FINE));
      return {
        ...{name, dashed},
        dots: points.flatMap(({x, values}) => values.map((v) => [placeX(x), placeY(v)] as const)),
        line: points.map(({x, values}) => [placeX(x), placeY(mean(values))] as const),
        law: law ? between.map((x) => [placeX(x), placeY(law(x))] as const) : [],
      };
    }),
  };
}

/**
 * The ticks of an axis: on a logarithmic axis 1, 2 and 5 times a power of ten, with more between them if it is short;
 * on another axis, five even steps.
 */
function ticksOf(low: number, high: number, isLog: boolean): number[] {
  if (!isLog) return [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  const from = Math.floor(Math.log10(low));
  const tens = Array.from({length: Math.ceil(Math.log10(high)) - from + 1}, (_, n) => 10 ** (from + n));
  const within = (steps: readonly number[]) =>
    tens
      .flatMap((ten) => steps.map((step) => Number((step * ten).toPrecision(3))))
      .filter((v) => v >= low && v <= high);
  const few = within([1, 2, 5]);
  return few.length >= 4 ? few : within([1, 1.5, 2, 3, 4, 5, 7]);
}

/** The sizes whose words fit side by side, including the last one. */
function apart(sizes: readonly number[], placeX: (v: number) => number): number[] {
  const kept: number[] = [];
  for (const size of [...sizes].reverse()) {
    if (kept.length === 0 || placeX(kept[0]) - placeX(size) >= APART) kept.unshift(size);
  }
  return kept;
}

/** A share, written with enough digits to tell it from its neighbours on the axis. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value >= 10 || value === 0 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}

/** Draws the chart as a picture. */
export function sizeSheet(chart: SizeChart): Sheet {
  const {width, height, rules, words, series} = chartMarks(chart);
  const named = series.filter(({name}) => name !== "");
  const foot = height + 18 * named.length + (chart.note ? 18 : 0) + 8;
  const draw = (context: Canvas2D) => {
    text(context, chart.title, 16, 20, {size: 16, bold: true, maxWidth: width - 32});
    for (const [x1, y1, x2, y2] of rules)
      stroke(
        context,
        [
          [x1, y1],
          [x2, y2],
        ],
        LINE,
        1,
      );
    for (const {text: word, x, y, align} of words) text(context, word, x, y, {size: 11, color: INK_3, align});
    for (const [n, {dots, line, law, dashed}] of series.entries()) {
      const color = css(COLORS[n % COLORS.length]);
      stroke(context, line, color, 1.6, dashed);
      stroke(context, law, color, 1, true);
      context.fillStyle = color;
      for (const [x, y] of dots) {
        context.beginPath();
        context.arc(x, y, 2.6, 0, 2 * Math.PI);
        context.fill();
      }
    }
    for (const [n, {name, dashed}] of named.entries()) {
      const y = height + 18 * n;
      stroke(
        context,
        [
          [LEFT, y],
          [LEFT + 20, y],
        ],
        css(COLORS[series.findIndex((one) => one.name === name) % COLORS.length]),
        2,
        dashed,
      );
      text(context, name, LEFT + 28, y, {size: 11, color: INK_2, maxWidth: WIDTH - 30});
    }
    if (chart.note) text(context, chart.note, 16, foot - 14, {size: 11, color: INK_3, maxWidth: width - 32});
  };
  return {width, height: foot, draw};
}

function stroke(
  context: Canvas2D,
  points: readonly (readonly [number, number])[],
  color: string,
  width: number,
  dashed = false,
) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dashed ? [5, 4] : []);
  context.beginPath();
  for (const [i, [x, y]] of points.entries()) {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
  context.setLineDash([]);
}
