import {ENOUGH_SEEDS} from "../../../numbers/seed-noise";
import type {RunsDetail, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {int, plural} from "../format";
import {panel} from "../panels/panel";
import type {Store} from "../state";
import type {PageView} from "../views";
import {mountJoinedMap} from "./joined-map";
import {countsOf, listsOf, narrowingOf, walkOf} from "./lists";
import {mountImageInRuns} from "./one-image";
import {mountSeedStrips, overSeeds} from "./seed-strips";
import {mountWho} from "./who-is-right";

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
    if (view === "runs" && (["image", "selection", "slices", "view"] as const).some((key) => changed.has(key))) {
      all.hidden = store.state.slices.length === 0;
      draw();
    }
  });
  const all = h("p", {class: "sub runs-all", hidden: true});
  all.textContent = `These figures are about all ${int(shown.images)} test ${data.words.many}; the lists below are about the chosen slices.`;
  const said = lead(shown, data);
  said.append(all);
  const left = h(
    "div",
    {class: "left"},
    h("div", {class: "hero of-2"}, said, mountSeedStrips(shown)),
    who.root,
    ...(both.length > 0 ? [h("div", {class: `pair of-${both.length}`}, ...both.map(({root}) => root))] : []),
    ...(shown.details?.length ? [details(shown, data)] : []),
    differences(shown),
  );
  const step = (by: 1 | -1) => {
    const list = walkOf(listsOf(shown, narrowingOf(data, store)));
    if (list.length === 0) return;
    const at = list.findIndex(([index]) => index === store.state.image);
    store.set({image: list[(Math.max(at, 0) + by + list.length) % list.length][0]});
  };
  const clear = () => {
    if (store.state.selection.kind === "lasso") store.set({selection: {kind: "mistakes"}});
    else store.set({slices: []});
  };
  return {left, side: null, draw, step, clear};
}

/** The words about this view in the row of questions, such as "within seed noise". */
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
  const {base, run, images, isPart, right, baseRight, p, noise, edits, changed, settings} = shown;
  const counts = countsOf(shown);
  const strong = (text: string) => h("strong", {}, text);
  // a reason is given only if the seeds of both settings are known
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
    `Were both equally good, a split as uneven as ${int(counts.fixed)} : ${int(counts.broken)} would come up in ${luck} of 100 comparisons. `,
    overSeeds(shown),
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
      `${plural(changed, "answer")} changed${because}: ${int(counts.fixed)} turned right, ${int(counts.broken)} wrong. `,
      ...kids.map((kid) => kid || ""),
    ),
  );
}

const MARKS: {readonly [kind in RunsDetail["noise"]]: string} = {beyond: "▲", within: "▨", unknown: "○"};

/** Shows a text in which a command is between backticks. */
function withCode(text: string): Kid[] {
  return text.split("`").map((part, n) => (n % 2 === 1 ? h("code", {}, part) : part));
}

/** Shows the classes and confusions that differ, each with its mark. */
function details({details: list = [], confusions = 0, base, run}: RunsShown, {names}: Data): HTMLElement {
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
  const more = confusions - list.filter(({predicted}) => predicted !== undefined).length;
  if (more > 0)
    body.append(
      h("p", {class: "panel-foot"}, `${plural(more, "more confusion")} ${more === 1 ? "differs" : "differ"} less.`),
    );
  return root;
}

/** Shows the options in which the two runs differ. */
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
