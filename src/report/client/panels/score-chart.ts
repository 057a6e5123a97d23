import {fitted} from "../../../plots/fitted";
import {type Box, broughtInside, lengthWithin, placeLabels} from "../../../plots/labels";
import {hueVariable} from "../colors";
import type {Data} from "../data";
import {polyline, rem, svg} from "../dom";
import {pct} from "../format";
import {textWidth} from "../text-width";

/** A class is drawn in grey if its probability never rose above this after training began. */
const MATTERED = 0.12;
/** The most grey lines. */
const MOST_GREY = 30;

/**
 * Draws the probabilities of an image's classes, with one column for each stop: the true class, and up to three others
 * that ever mattered, in colour and with their names; the rest in grey.
 *
 * @param stops The columns.
 */
export function drawScoreChart(host: HTMLElement, data: Data, i: number, stops: readonly number[]): void {
  const {names, labels, epochs, answers, looks} = data;
  const [width, height] = [host.clientWidth, host.clientHeight];
  if (!width) return;
  const size = rem() * 0.75;
  const column = width / stops.length;
  const y = (p: number) => size * 0.6 + (height - size * 1.2) * (1 - p);
  const line = (k: number) =>
    stops.flatMap((s, n) => {
      const p = answers[s]?.of(i, k);
      return p === undefined ? [] : [{at: [column * (n + 0.5), y(p)] as const, stop: s, p}];
    });
  const truth = line(labels[i]).map(({p}) => pct(p));
  const spoken = `Probability of ${names[labels[i]]} by epoch: ${truth.join(", ")}`;
  const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spoken});
  for (const p of [0, 0.5, 1]) sheet.append(svg("line", {class: "grid", x1: 0, x2: width, y1: y(p), y2: y(p)}));

  const classes = Array.from({length: data.classes}, (_, k) => k);
  const peaks = classes.map((k) => ({
    k,
    peak: Math.max(0, ...line(k).map(({stop, p}) => (epochs[stop] > 0 ? p : 0))),
  }));
  const mattered = peaks.sort((a, b) => b.peak - a.peak).slice(0, 3);
  const coloured = [...new Set([labels[i], ...mattered.filter(({peak}) => peak > MATTERED).map(({k}) => k)])];
  const points = (k: number) => line(k).map(({at}) => at);
  const path = (k: number, name: string) => svg("path", {class: name, d: polyline(points(k))});
  for (const k of classes.filter((k) => !coloured.includes(k)).slice(0, MOST_GREY)) sheet.append(path(k, "p-low"));
  for (const k of coloured) {
    const drawn = path(k, k === labels[i] ? "p-true" : "p-hi");
    drawn.style.stroke = hueVariable(looks[k]);
    sheet.append(drawn);
    for (const [cx, cy] of points(k)) {
      const dot = svg("circle", {r: 2.6, cx, cy});
      dot.style.fill = hueVariable(looks[k]);
      sheet.append(dot);
    }
  }
  sheet.append(
    ...lineNames(
      coloured.map((k) => ({name: fitted(names[k], 12), line: points(k)})),
      width,
      height,
    ),
  );
  host.replaceChildren(sheet);
}

/**
 * Places each line's name beside one of its points, so that it covers as little of any line as possible, is far from
 * other lines, and covers no other name.
 */
function lineNames(
  lines: readonly {readonly name: string; readonly line: readonly (readonly [number, number])[]}[],
  width: number,
  height: number,
): SVGElement[] {
  const size = rem() * 0.8125;
  const bounds: Box = {left: 0, top: 0, right: width, bottom: height};
  const wanted = lines.map(({name, line}) => {
    const [wide, high] = [textWidth(name, `700 ${size}px`) + 4, size * 1.1];
    const others = lines.filter((other) => other.line !== line);
    const places = line.flatMap(([px, py]) => {
      const apart = Math.min(
        30,
        ...others.flatMap((other) => other.line.filter(([x]) => x === px).map(([, y]) => Math.abs(y - py))),
      );
      return [-1, 1].flatMap((side) =>
        [0, 1, -1].map((beside) => {
          const middle = [px + beside * (wide / 2 + 4), py + side * (high / 2 + 3)] as const;
          const [x, y] = broughtInside(middle, wide, high, bounds);
          const box = {left: x - wide / 2, top: y - high / 2, right: x + wide / 2, bottom: y + high / 2};
          const crossed = lines.reduce((sum, other) => sum + lengthWithin(other.line, box), 0);
          return {at: [x, y] as const, cost: 2 * crossed - apart};
        }),
      );
    });
    return {width: wide, height: high, places: places.sort((a, b) => a.cost - b.cost).map(({at}) => at)};
  });
  return placeLabels(wanted, bounds).flatMap((box, n) =>
    box
      ? [
          svg(
            "text",
            {
              class: "p-lab",
              x: (box.left + box.right) / 2,
              y: (box.top + box.bottom) / 2 + size * 0.35,
              "text-anchor": "middle",
            },
            lines[n].name,
          ),
        ]
      : [],
  );
}
