import {meanAndDeviation} from "../../../numbers/intervals";
import {ENOUGH_SEEDS} from "../../../numbers/seed-noise";
import type {RunsShown} from "../../runs-file";
import {h, rem, svg} from "../dom";
import {int} from "../format";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import {fittedTo} from "../text-width";

type Setting = RunsShown["settings"][number];

/** The mean of a setting's right answers, and one standard deviation to either side of it. */
export interface Band {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The band of a setting; null for a single run, which does not show how much its seed does. */
export function bandOf(right: readonly number[]): Band | null {
  if (right.length < 2) return null;
  const {mean, deviation} = meanAndDeviation(right);
  return {mean, low: mean - deviation, high: mean + deviation};
}

/** The difference of the two settings' means, in words; "" unless enough seeds of both are known. */
export function overSeeds({settings, base, run}: RunsShown): string {
  const [first, second] = [base, run].map((name) => settings.find(({runs}) => runs.includes(name))?.right ?? []);
  if (first === second || Math.min(first.length, second.length) < ENOUGH_SEEDS) return "";
  const by = meanAndDeviation(second).mean - meanAndDeviation(first).mean;
  const seeds =
    first.length === second.length ? `${first.length} seeds each` : `${first.length} and ${second.length} seeds`;
  return `Over ${seeds}: ${by < 0 ? "−" : "+"}${Math.abs(by).toFixed(1)} on average. `;
}

/** With room for it, a strip's name stands on its left: so many rems wide. */
const [NAME, ROOM] = [7, 26];

/** A strip a setting: a dot a seed, the mean a line, a band of one standard deviation to either side. */
export function mountSeedStrips({settings, base, run}: RunsShown): HTMLElement {
  const help =
    "Right answers of every run that was compared, and of whole runs beside them that differ by their seed alone. Runs that differ by their seed alone share a strip; " +
    "the line is their mean, the band one standard deviation to either side: what another seed does. The filled dot is this run, the hollow one the run that it is compared with.";
  const {root, body, bar} = panel("seeds", "Right answers by seed", help);
  bar.append(
    h(
      "p",
      {class: "seeds-key"},
      h("span", {class: "ab ab-a"}, fittedTo(run, 10, 0.875, 400)),
      h("span", {class: "ab ab-b"}, fittedTo(base, 10, 0.875, 400)),
    ),
  );
  const host = h("div", {class: "chart seeds-chart", style: {"--strips": String(settings.length)}});
  body.append(host);
  if (settings.every(({runs}) => runs.length === 1)) {
    body.append(h("p", {class: "panel-foot"}, "○ One seed each: no one can say whether another seed does as much."));
  }
  const bands = settings.map(({right}) => bandOf(right));
  const told = settings.map(({runs, right}, s) => {
    const {mean, low, high} = bands[s] ?? {mean: right[0], low: right[0], high: right[0]};
    const spread = high > low ? `mean ${mean.toFixed(1)}, standard deviation ${(high - mean).toFixed(1)}: ` : "";
    return spread + runs.map((name, n) => `${name} ${right[n]}`).join(", ");
  });
  const names = stripNames(settings);
  const seedsOf = ({runs}: Setting) => (runs.length === 1 ? "one seed" : `${runs.length} seeds`);
  const all = settings.flatMap(({right}) => right);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const [low, high] = [
    Math.min(least, ...bands.flatMap((band) => band?.low ?? [])),
    Math.max(most, ...bands.flatMap((band) => band?.high ?? [])),
  ];
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const size = rem() * 0.75;
    const isBeside = width >= ROOM * rem();
    const [left, right] = [isBeside ? NAME * rem() + size : size * 2, size * 2];
    const x = (value: number) =>
      high > low ? left + ((width - left - right) * (value - low)) / (high - low) : (left + width) / 2;
    const row = (height - size * 2) / settings.length;
    const sheet = svg("svg", {...{width, height, role: "img"}, "aria-label": `Right answers: ${told.join("; ")}`});
    for (const value of new Set([least, most])) {
      sheet.append(
        svg("line", {class: "grid", x1: x(value), x2: x(value), y1: 0, y2: height - size * 1.75}),
        svg("text", {class: "tick", x: x(value), y: height - size * 0.3, "text-anchor": "middle"}, int(value)),
      );
    }
    settings.forEach((setting, s) => {
      // a name that stands above its strip takes a line of its room
      const above = isBeside ? 0 : size * 1.25;
      const [y, half] = [row * (s + 0.5) + above / 2, Math.min(size, (row - above) * 0.4)];
      const name = (x: number, y: number, text: string) => {
        sheet.append(svg("text", {class: "strip-name", x, y}, text, svg("title", {}, names[s].whole)));
      };
      if (isBeside) {
        name(0, y - size * 0.25, fitted(names[s], NAME));
        name(0, y + size, seedsOf(setting));
      } else name(0, y - half - size * 0.4, `${fitted(names[s], width / rem() - 5)}, ${seedsOf(setting)}`);
      const band = bands[s];
      if (band) {
        const [from, to] = [x(band.low), x(band.high)];
        const box = {x: from, y: y - half, width: Math.max(2, to - from), height: 2 * half};
        sheet.append(
          svg("rect", {class: "seed-band", ...box}, svg("title", {}, told[s])),
          svg("line", {class: "seed-mean", x1: x(band.mean), x2: x(band.mean), y1: y - half, y2: y + half}),
        );
      }
      // the two runs lie above the other seeds
      const marked = (name: string) => Number(name === run || name === base);
      const order = setting.runs.map((_, n) => n).sort((a, b) => marked(setting.runs[a]) - marked(setting.runs[b]));
      for (const n of order) {
        const name = setting.runs[n];
        const kind = name === run ? "seed this" : name === base ? "seed base" : "seed";
        const dot = svg("circle", {class: kind, cx: x(setting.right[n]), cy: y, r: kind === "seed" ? 4 : 6});
        dot.append(svg("title", {}, `${name}: ${int(setting.right[n])} right`));
        sheet.append(dot);
      }
    });
    host.replaceChildren(sheet);
  };
  drawWhenSized(host, draw);
  return root;
}

/**
 * The names of the strips: each is that of its setting's first run, without epoch and seed. For names that begin alike
 * there is a short form, too, which begins where they differ.
 */
export function stripNames(
  settings: readonly Pick<Setting, "runs">[],
): {readonly whole: string; readonly short: string}[] {
  const names = settings.map(({runs}) => {
    const name = runs[0].replace(/@\d+$/, "");
    return runs.length > 1 ? name.replace(/-seed-\d+$/, "") : name;
  });
  const parts = names.map((name) => name.split("-"));
  const shared = parts[0].findIndex((part, n) => parts.some((own) => own[n] !== part));
  const most = Math.min(...parts.map(({length}) => length)) - 1;
  const cut = names.length < 2 ? 0 : Math.min(shared < 0 ? most : shared, most);
  return names.map((whole, n) => ({whole, short: cut > 0 ? `…${parts[n].slice(cut).join("-")}` : whole}));
}

/** The whole name where it fits into so many rems, else the short one. */
function fitted({whole, short}: {readonly whole: string; readonly short: string}, width: number): string {
  return fittedTo(whole, width, 0.75, 400) === whole ? whole : fittedTo(short, width, 0.75, 400);
}
