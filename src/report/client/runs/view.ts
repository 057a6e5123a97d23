import type {RunsDetail, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {h, type Kid, rem, svg} from "../dom";
import {int, plural} from "../format";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import type {PageView} from "../views";
import {mountJoinedMap} from "./joined-map";
import {listsOf, walkOf} from "./lists";
import {mountImageInRuns} from "./one-image";
import {mountWho} from "./who-is-right";

/** Runs of a setting from which on its spread is believed. */
const ENOUGH_SEEDS = 3;

/** The view of two runs: is this one better than the other, or was it luck? */
export function mountRuns(data: Data, shown: RunsShown, store: Store): PageView {
  const who = mountWho(data, shown, store);
  const one = shown.inRuns ? mountImageInRuns(data, shown, store) : null;
  const map = shown.maps ? mountJoinedMap(data, shown, shown.maps, store) : null;
  const both = [one, map].filter((part) => part !== null);
  const draw = () => {
    for (const part of [who, ...both]) part.draw();
  };
  store.on(({view}, changed) => {
    if (view === "runs" && (["image", "selection", "view"] as const).some((key) => changed.has(key))) draw();
  });
  const left = h(
    "div",
    {class: "left"},
    h("div", {class: "hero of-2"}, lead(shown, data), seeds(shown)),
    who.root,
    ...(both.length > 0 ? [h("div", {class: `pair of-${both.length}`}, ...both.map(({root}) => root))] : []),
    ...(shown.details?.length ? [details(shown, data)] : []),
    differences(shown),
  );
  const step = (by: 1 | -1) => {
    const list = walkOf(listsOf(shown, store.state.selection));
    if (list.length === 0) return;
    const at = list.findIndex(([index]) => index === store.state.image);
    store.set({image: list[(Math.max(at, 0) + by + list.length) % list.length][0]});
  };
  const clear = () => {
    if (store.state.selection.kind === "lasso") store.set({selection: {kind: "mistakes"}});
  };
  return {left, side: null, draw, step, clear};
}

/** "within seed noise": what the row of questions says of this view. */
export function runsFinding({noise, right, baseRight}: RunsShown): string {
  const net = right - baseRight;
  const change = net === 0 ? "as many right" : `${net > 0 ? "+" : "−"}${int(Math.abs(net))} right`;
  return {
    beyond: `${change}, beyond seed noise`,
    within: `${change}, within seed noise`,
    unknown: change,
    seed: "another seed",
  }[noise.verdict];
}

function lead(shown: RunsShown, {words}: Data): HTMLElement {
  const {base, run, images, isPart, right, baseRight, fixed, broken, p, noise, edits, changed, settings} = shown;
  const strong = (text: string) => h("strong", {}, text);
  // a reason is told only if the seeds of both settings are known
  const isKnown = settings.length > 1 && settings.every(({runs}) => runs.length >= ENOUGH_SEEDS);
  const because = edits
    ? ` ${isKnown ? "because of" : "with the decisions about"} ${plural(edits.dropped + edits.relabelled, "training image")}`
    : "";
  const chance = 100 * p;
  const luck = chance < 1 ? "fewer than 1" : `${Math.round(chance)}`;
  const verdict: {readonly [kind in RunsShown["noise"]["verdict"]]: string} = {
    beyond: "Beyond seed noise: the settings' means differ.",
    within: "Within seed noise: another seed alone changes as many.",
    unknown: "Seed noise unknown: one cannot say whether another seed would change as much.",
    seed: "The two runs differ by their seed alone: this is what chance does.",
  };
  const mark = noise.verdict === "seed" ? "" : `${MARKS[noise.verdict]} `;
  const kids: Kid[] = [
    `Were both equally good, a split as uneven as ${int(fixed.length)} : ${int(broken.length)} would come up in ${luck} of 100 comparisons. `,
    h("span", {class: "noise"}, `${mark}${noise.said ?? verdict[noise.verdict]}`),
    ...(noise.source ? [" ", ...withCode(noise.source)] : []),
  ];
  return h(
    "div",
    {class: "hero-say"},
    h(
      "h1",
      {class: "lead"},
      `${run} gets `,
      strong(int(right)),
      isPart
        ? ` right of the ${int(images)} test ${words.many} that both have, ${base} `
        : ` of ${int(images)} right, ${base} `,
      strong(int(baseRight)),
      ".",
    ),
    h(
      "p",
      {class: "sub"},
      `${plural(changed, "answer")} changed${because}: ${int(fixed.length)} turned right, ${int(broken.length)} wrong. `,
      ...kids.map((kid) => kid || ""),
    ),
  );
}

const MARKS: {readonly [kind in RunsDetail["noise"]]: string} = {beyond: "▲", within: "▨", unknown: "○"};

/** A text in which a command stands between backticks. */
function withCode(text: string): Kid[] {
  return text.split("`").map((part, n) => (n % 2 === 1 ? h("code", {}, part) : part));
}

/** Classes and confusions that differ, each with its mark. */
function details({details: list = [], base, run}: RunsShown, {names}: Data): HTMLElement {
  const help =
    "Right answers for each class, and how often one class was taken for another. ▲ is more than another seed changes, ▨ is not more, ○ is unknown because there are too few seeds; " +
    "the marks are corrected for the number of rows (Holm 1979).";
  const {root, body} = panel("details", "Class by class", help);
  const name = ({label, predicted}: RunsDetail) =>
    predicted === undefined ? `${names[label]}, right` : `${names[label]} taken for ${names[predicted]}`;
  const heads = ["", base, run, "Seeds"];
  const head = h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {scope: "col"}, text))));
  const rows = list.map((one) =>
    h(
      "tr",
      {},
      h("th", {scope: "row"}, name(one)),
      ...[one.before, one.after].map((count) => h("td", {}, int(count))),
      h("td", {title: `${one.noise} seed noise`}, MARKS[one.noise]),
    ),
  );
  const table = h("table", {class: "layers options-table"}, head, h("tbody", {}, ...rows));
  body.append(h("div", {class: "cls-wrap", tabindex: "0"}, table));
  return root;
}

/** A strip a setting, a dot a seed, the mean a line. */
function seeds({settings, base, run}: RunsShown): HTMLElement {
  const help =
    "Right answers of every run that was compared, and of whole runs beside them that differ by their seed alone. Runs that differ by their seed alone share a strip; the line is their mean. The filled dot is this run, " +
    "the hollow one the run that it is compared with.";
  const {root, body} = panel("seeds", "Right answers by seed", help);
  const host = h("div", {class: "chart seeds-chart"});
  body.append(host);
  const all = settings.flatMap(({right}) => right);
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const size = rem() * 0.75;
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const [left, right] = [size * 2, size * 2];
    const x = (value: number) =>
      high > low ? left + ((width - left - right) * (value - low)) / (high - low) : width / 2;
    const row = (height - size * 2) / settings.length;
    const told = settings.map((setting) => setting.runs.map((name, n) => `${name} ${setting.right[n]}`).join(", "));
    const sheet = svg("svg", {...{width, height, role: "img"}, "aria-label": `Right answers: ${told.join("; ")}`});
    settings.forEach((setting, s) => {
      const y = row * (s + 0.5);
      const mean = setting.right.reduce((sum, value) => sum + value, 0) / setting.right.length;
      sheet.append(svg("line", {class: "grid", x1: 0, x2: width, y1: y, y2: y}));
      if (setting.right.length > 1)
        sheet.append(svg("line", {class: "ph", x1: x(mean), x2: x(mean), y1: y - row * 0.3, y2: y + row * 0.3}));
      setting.runs.forEach((name, n) => {
        const kind = name === run ? "seed this" : name === base ? "seed base" : "seed";
        const dot = svg("circle", {class: kind, cx: x(setting.right[n]), cy: y, r: kind === "seed" ? 4 : 6});
        dot.append(svg("title", {}, `${name}: ${int(setting.right[n])} right`));
        sheet.append(dot);
      });
    });
    for (const value of new Set([low, high])) {
      sheet.append(
        svg("text", {class: "tick", x: x(value), y: height - size * 0.3, "text-anchor": "middle"}, int(value)),
      );
    }
    host.replaceChildren(sheet);
  };
  drawWhenSized(host, draw);
  return root;
}

/** The options that the two runs do not share. */
function differences({options, base, run}: RunsShown): HTMLElement {
  const {root, body} = panel(
    "options",
    "What differs between the runs",
    "Options of the two runs that differ, as run.json has them.",
  );
  const head = h("thead", {}, h("tr", {}, ...["Option", base, run].map((text) => h("th", {scope: "col"}, text))));
  const rows = options.map((one) =>
    h("tr", {}, h("th", {scope: "row"}, one.name), h("td", {}, one.base), h("td", {}, one.other)),
  );
  body.append(
    options.length
      ? h(
          "div",
          {class: "cls-wrap", tabindex: "0"},
          h("table", {class: "layers options-table"}, head, h("tbody", {}, ...rows)),
        )
      : h("p", {class: "empty"}, "Nothing but the seed, or not even that."),
  );
  return root;
}
