import {h, polyline, rem, svg} from "../../client/dom";
import {drawWhenSized} from "../../client/sized";
import {textWidth} from "../../client/text-width";

export interface ChartLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The CSS class that decides how the line is drawn. */
  readonly look: "ink" | "soft" | "thin" | "fit" | "for" | "against" | "teal";
}

export interface ChartOf {
  readonly title: string;
  /** The content of the chart in words, for a screen reader. */
  readonly said: string;
  readonly lines: readonly ChartLine[];
  readonly low?: number;
  readonly high?: number;
  /** A part of the horizontal axis that is shaded: a phase change. */
  readonly span?: {readonly from: number; readonly to: number; readonly label: string} | undefined;
  /** The place of a vertical line. */
  readonly at?: number;
  /** Words under the places of the axis, instead of numbers. */
  readonly places?: readonly string[];
  /** The place whose word is bold. */
  readonly marked?: readonly number[];
  readonly zero?: boolean;
}

/** A place for a chart of lines. It is drawn again if the result of `of` or its size changes. */
export function chartHost(
  of: () => ChartOf | null,
  click?: (x: number) => void,
): {readonly root: HTMLElement; draw(): void} {
  const root = h("div", {class: "chart lines"});
  let toX = (place: number) => place;
  const draw = () => {
    const chart = of();
    root.hidden = chart === null;
    if (chart) toX = drawChart(root, chart);
  };
  drawWhenSized(root, draw);
  if (click) root.addEventListener("click", (event) => click(toX(event.clientX - root.getBoundingClientRect().left)));
  else root.style.cursor = "default";
  return {root, draw};
}

const short = (value: number) => (Number.isInteger(value) ? `${value}` : String(Number(value.toPrecision(2))));

/** @returns A function that turns a place in pixels into one on the axis. */
function drawChart(host: HTMLElement, chart: ChartOf): (place: number) => number {
  const [width, height] = [host.clientWidth, host.clientHeight];
  if (!width || !height) return (x) => x;
  const {title, said, lines, span, at, places, marked = []} = chart;
  const size = rem() * 0.75;
  const foot = places
    ? Math.min(height * 0.4, Math.max(...places.map((word) => textWidth(word, `400 ${size}px`))) + size)
    : 1.7 * size;
  const [left, right, top, bottom] = [size * 3.2, size * 1.2, size * 3.2, foot];
  const all = lines.flatMap(({points}) => points);
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const [first, last] = places ? [0, places.length - 1] : [Math.min(...xs), Math.max(...xs)];
  const low = chart.low ?? Math.min(...(chart.zero ? [0] : []), ...ys);
  const high = chart.high ?? Math.max(...(chart.zero ? [0] : []), ...ys);
  const x = (v: number) => left + ((v - first) / (last - first || 1)) * (width - left - right);
  const y = (v: number) => top + (1 - (v - low) / (high - low || 1)) * (height - top - bottom);
  const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said});
  sheet.append(svg("text", {class: "ch-title", x: 0, y: size * 0.95}, title));
  if (span) {
    const box = {x: x(span.from), width: Math.max(2, x(span.to) - x(span.from)), y: top, height: height - top - bottom};
    sheet.append(svg("rect", {class: "ch-span", ...box}));
    const wide = textWidth(span.label, `400 ${size}px`);
    const beside = box.x + wide > width - right;
    const word = {
      class: "tick",
      x: beside ? box.x + box.width : box.x,
      y: top - size * 0.4,
      "text-anchor": beside ? "end" : "start",
    };
    sheet.append(svg("text", word, span.label));
  }
  const middle = (low + high) / 2;
  for (const tick of chart.zero && low < 0 && high > 0 ? [low, 0, high] : [low, middle, high]) {
    const line = {
      class: tick === 0 && chart.zero ? "grid zero" : "grid",
      x1: left,
      x2: width - right,
      y1: y(tick),
      y2: y(tick),
    };
    const text = {class: "tick", x: left - size * 0.5, y: y(tick) + size * 0.35, "text-anchor": "end"};
    sheet.append(svg("line", line), svg("text", text, short(tick)));
  }
  if (places) sheet.append(...wordsUnder(places, marked, x, height - bottom + size * 0.5, size));
  else {
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const tick = Math.round(first + share * (last - first));
      const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
      sheet.append(svg("text", {class: "tick", x: x(tick), y: height - size * 0.3, "text-anchor": anchor}, `${tick}`));
    }
  }
  if (at !== undefined) sheet.append(svg("line", {class: "ph", x1: x(at), x2: x(at), y1: top, y2: height - bottom}));
  for (const {points, look} of lines) {
    sheet.append(
      svg("path", {
        class: `line-${look}`,
        d: polyline(points.map(([a, b]) => [x(a), y(Math.max(low, Math.min(high, b)))])),
      }),
    );
  }
  sheet.append(...keyOf(lines, textWidth(title, `600 ${size * 1.083}px`) + size * 1.5, width, size));
  host.replaceChildren(sheet);
  return (place) => first + ((place - left) / (width - left - right)) * (last - first);
}

/** Draws words that are read from below, under their places; if there is no room for all, some are left out. */
function wordsUnder(
  places: readonly string[],
  marked: readonly number[],
  x: (v: number) => number,
  top: number,
  size: number,
) {
  const step = Math.max(1, Math.ceil((size * 1.05) / Math.max(1, x(1) - x(0))));
  return places.flatMap((word, n) => {
    if (n % step !== 0 && !marked.includes(n)) return [];
    const at = x(n) + size * 0.35;
    const text = {
      class: marked.includes(n) ? "tick right" : "tick",
      transform: `translate(${at} ${top}) rotate(-90)`,
      "text-anchor": "end",
    };
    return [svg("text", text, word)];
  });
}

/** Writes the names of the lines in the title's row and, if that is full, in the row below. */
function keyOf(lines: readonly ChartLine[], from: number, width: number, size: number): SVGElement[] {
  let [left, top] = [from, size * 0.95];
  return lines.flatMap(({name, look}) => {
    if (name === "") return [];
    const wide = size * 2.2 + textWidth(name, `400 ${size}px`);
    if (left + wide > width && left > 0) [left, top] = [0, top + size * 1.3];
    const mark = svg("line", {
      class: `line-${look}`,
      x1: left,
      x2: left + size * 1.6,
      y1: top - size * 0.3,
      y2: top - size * 0.3,
    });
    const text = svg("text", {class: "tick", x: left + size * 2, y: top}, name);
    left += wide + size;
    return [mark, text];
  });
}
