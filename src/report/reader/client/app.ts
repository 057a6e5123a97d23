import {h, type Kid} from "../../client/dom";
import {int, pct} from "../../client/format";
import {listenToKeys} from "../../client/page-keys";
import {pageTools} from "../../client/page-tools";
import {panel} from "../../client/panels/panel";
import {nameFiles} from "../../client/save-panel";
import {createStore} from "../../client/state";
import {mountTimeline, type Times} from "../../client/timeline";
import {mountAttention} from "./attention-panel";
import {mountLogits, mountLosses, mountScores} from "./curves";
import type {ReaderData} from "./data";
import {mountLead} from "./lead";
import {mountNodes, mountOutputs} from "./nodes";
import {mountOne} from "./one-question";
import {mountPlaces} from "./places-panel";
import {mountQuestions} from "./questions-panel";
import {firstReaderState, type ReaderState} from "./state";
import {mountText} from "./text-panel";

/** Puts a reader's page together: the frame of the report, with a text instead of the picture. */
export function mountReader(data: ReaderData): void {
  const {file, steps, last} = data;
  document.title = `${file.name} – epochscope`;
  if (last < 0) {
    document.body.replaceChildren(h("p", {class: "fatal"}, `${file.name} has begun; its first look is not done yet.`));
    return;
  }
  const store = createStore<ReaderState>(firstReaderState(data));
  nameFiles((name) => `${file.name}-${name}-step-${`${steps[store.state.stop]}`.padStart(5, "0")}`);
  const figure = (s: number) => pct(file.looks[s].exactMatch, 0);
  const times: Times = {
    ...{last, numbers: steps, figure},
    words: {one: "Step", other: "Second step", many: "Steps"},
    name: (s) => `step ${steps[s]}, ${figure(s)} exact`,
  };
  const time = mountTimeline(times, store);
  const has = data.tracked.length > 0;
  const parts = {
    lead: mountLead(data, store),
    scores: mountScores(data, store),
    losses: mountLosses(data, store),
    questions: mountQuestions(data, store),
    ...(has
      ? {
          text: mountText(data, store),
          places: mountPlaces(data, store),
          logits: mountLogits(data, store),
          attention: mountAttention(data, store),
          nodes: mountNodes(data, store),
          outputs: mountOutputs(data, store),
          one: mountOne(data, store),
        }
      : {}),
  };
  const row = (name: string, ...kids: Kid[]) => {
    const present = kids.filter(Boolean);
    return present.length > 0 && h("div", {class: `${name} of-${present.length}`}, ...present);
  };
  const side = parts.one && h("section", {class: "side", "aria-label": "Chosen question"}, parts.one.root);
  const left = h(
    "div",
    {class: "left"},
    row("hero", parts.lead.root, parts.scores.root),
    row(
      "pair reading",
      has && h("div", {class: "stack"}, parts.text?.root, parts.logits?.root, parts.nodes?.root),
      parts.places?.root,
    ),
    parts.attention?.root,
    row("pair weights", parts.losses.root, parts.outputs?.root),
    parts.questions.root,
    about(data),
  );
  const draw = () => {
    for (const part of Object.values(parts)) part?.draw();
  };
  const tools = pageTools(draw, new AbortController().signal);
  const top = h(
    "header",
    {class: "top"},
    h(
      "div",
      {class: "brand"},
      h("p", {class: "word"}, h("span", {class: "mark", "aria-hidden": "true"}), "epochscope"),
      h("p", {class: "run", title: file.name}, `a reader, ${int(steps[last])} steps, seed ${file.options.seed}`),
      h("div", {class: "top-tools"}, ...tools.elements),
    ),
    time.root,
  );
  document.body.replaceChildren(top, h("main", {class: side ? "page" : "page alone"}, left, side || null));

  store.on((_, changed) => {
    const moves = ["stop", "question", "evidence", "layer", "head", "node", "list"] as const;
    if (moves.some((key) => changed.has(key))) draw();
  });
  const next = (by: number) =>
    has && store.set({question: (store.state.question + by + data.tracked.length) % data.tracked.length});
  const keys: {readonly [key: string]: () => void} = {
    ArrowRight: () => store.go(Math.min(last, store.state.stop + 1)),
    ArrowLeft: () => store.go(Math.max(0, store.state.stop - 1)),
    j: () => next(1),
    k: () => next(-1),
    t: tools.flip,
    "?": tools.explain,
  };
  const offControls: {readonly [key: string]: () => void} = {
    Home: () => store.go(0),
    End: () => store.go(last),
    " ": time.toggle,
  };
  listenToKeys({keys, offControls, shown: () => ({}), stop: () => time.stop()}, new AbortController().signal);
  // first drawing: everything counts as changed
  const all = {...store.state};
  for (const key of Object.keys(all)) (store.state as unknown as {[key: string]: unknown})[key] = undefined;
  store.set(all);
}

/** Shows how the run was made, with every option. */
function about({file}: ReaderData): HTMLElement {
  const {root, body} = panel(
    "about-reader",
    "How this was made",
    "All options of the run; an option that was not given has its default.",
  );
  const rows = Object.entries(file.options).map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, value === "" ? "–" : String(value))),
  );
  const left = file.notKept.length > 0 ? `Because it would be too large: ${file.notKept.join("; ")}.` : "";
  body.append(
    h("p", {class: "meta"}, `${file.name}, begun ${file.startedAt}`),
    h("dl", {class: "told"}, ...rows),
    ...(left ? [h("p", {class: "meta not-kept"}, left)] : []),
  );
  return root;
}
