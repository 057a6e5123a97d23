import {html} from "../../escape/html";
import {chartMarks, type SizeChart} from "../../plots/size-chart";

const ALIGN = {left: "start", center: "middle", right: "end"} as const;
const path = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** A chart as SVG, with the page's light and dark colours and without a script. */
export function chartSvg(chart: SizeChart): string {
  const {width, height, rules, words, series} = chartMarks(chart);
  const grid = rules.map(
    ([x1, y1, x2, y2]) => `<line class="rule" x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}"/>`,
  );
  const labels = words.map(
    ({text, x, y, align}) =>
      `<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" text-anchor="${ALIGN[align]}">${html(text)}</text>`,
  );
  const lines = series.map(({dots, line, law, dashed}, n) => {
    const marks = dots.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3"/>`);
    const fitted = law.length ? `<polyline class="dashed thin" points="${path(law)}"/>` : "";
    return `<g class="line line-${n % 6}"><polyline${dashed ? ' class="dashed"' : ""} points="${path(line)}"/>${fitted}${marks.join("")}</g>`;
  });
  const key = series.filter(({name}) => name !== "");
  const names = key.map(
    ({name, dashed}) =>
      `<li class="line line-${series.findIndex((one) => one.name === name) % 6}"><svg viewBox="0 0 24 8" aria-hidden="true"><polyline${dashed ? ' class="dashed"' : ""} points="0,4 24,4"/></svg>${html(name)}</li>`,
  );
  return `<svg viewBox="0 30 ${width} ${height - 30}" role="img" aria-label="${html(chart.title)}">${grid.join("")}${labels.join("")}${lines.join("")}</svg>
<ul class="key">${names.join("")}</ul>`;
}
