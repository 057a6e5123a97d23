import {fitted} from "../../../plots/fitted";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct, plural} from "../format";
import {panel, segmented} from "../panels/panel";
import {picture} from "../pictures";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import type {SampleChoice, SampleOrder} from "./choices";
import type {TrainingData} from "./data";
import {decide} from "./decisions";
import {decisionsBar} from "./decisions-bar";
import {ownPicture, samplePicture} from "./sample-picture";
import {chosenRows, epochsAt} from "./samples";

type Tab = "suspects" | "forgotten" | "never" | "copies" | "decided" | "all";

/** How many are shown at first, and with each "Show more". */
const FIRST = 60;
const MORE = 300;

const ORDERS: readonly (readonly [SampleOrder, string])[] = [
  ["suspect", "most suspect"],
  ["confidence", "least sure of the label"],
  ["variability", "least steady"],
  ["forgotten", "forgotten most often"],
  ["learnedAt", "learned last"],
  ["loss", "largest loss"],
  ["error", "farthest from the label (EL2N)"],
  ["entropy", "hardest in the last epoch"],
];

/**
 * The list of training images: suspects, those of a cell, or those in a lasso. A button at its end saves the decisions
 * about them.
 */
export function mountSampleList(
  data: Data,
  training: TrainingData,
  store: Store,
): {root: HTMLElement; rows(): readonly number[]} {
  const {words, names, epochs} = data;
  const tabs = segmented<Tab>(
    "List",
    [
      ["suspects", "Suspect"],
      ["forgotten", "Forgotten"],
      ["never", "Never learned"],
      ...(training.copies > 0 ? [["copies", "Also in test"] as const] : []),
      ["decided", "Decided"],
      ["all", "All"],
    ],
    "suspects",
    (kind) => store.set({samples: {kind}}),
  );
  const order = h(
    "select",
    {"aria-label": "Order of the list"},
    ...ORDERS.filter(([value]) => !(value in training) || training[value as "error"]).map(([value, text]) =>
      h("option", {value}, `${text[0].toUpperCase()}${text.slice(1)} first`),
    ),
  );
  order.addEventListener("change", () => store.set({order: order.value as SampleOrder}));
  const help =
    "A label is suspect if another class had a higher score than it, on average over the epochs (area under the margin below 0, Pleiss et al. 2020). " +
    `A suspect label need not be wrong: hard ${words.many} are suspect too, and only you can decide. “3 → 8?” is labelled 3 and looks like 8. G keeps the ` +
    "label, S takes the suggested one, D drops the image, U takes the last decision back; J and K walk through the list.";
  const {root, head, body, bar} = panel("samples", "Suspect labels", help, order, tabs.root);
  const say = h("p", {class: "tray-say"});
  const clear = h("button", {class: "link tray-clear", type: "button"}, "Clear selection");
  clear.addEventListener("click", () => store.set({samples: {kind: "suspects"}}));
  const dropAll = h("button", {class: "link tray-clear", type: "button"});
  dropAll.addEventListener("click", () => {
    if (!confirm(`Drop ${plural(rows.length, words.one)} from the training set? You can take single ones back.`))
      return;
    decide(
      data,
      store,
      rows.map((row) => training.place(row)),
      {kind: "drop"},
    );
  });
  bar.firstElementChild?.after(h("div", {class: "tray-line"}, say, clear, dropAll));
  const list = showsScrolling(
    h("div", {class: "thumbs", role: "listbox", tabindex: "-1", "aria-label": `List of training ${words.many}`}),
  );
  const empty = h("p", {class: "empty"});
  const more = h("button", {class: "btn", type: "button"});
  const cut = h("p", {class: "on-paper empty"});
  body.append(list, empty, more, cut, decisionsBar(data, training, store));

  let limit = FIRST;
  let rows: readonly number[] = [];
  let picked: SampleChoice | undefined;
  more.addEventListener("click", () => {
    limit += MORE;
    draw();
  });
  const figure = (row: number): string => {
    const story = training.story(epochsAt(training, epochs[store.state.stop]));
    switch (store.state.order) {
      case "suspect":
        return training.margins[row].toFixed(1).replace("-", "−");
      case "confidence":
        return pct(story.confidence[row], 0);
      case "variability":
        return `± ${story.variability[row].toFixed(2)}`;
      case "forgotten":
        return `${story.forgotten[row]} ×`;
      case "learnedAt":
        return `epoch ${story.learnedAt[row]}`;
      case "loss":
        return story.loss[row].toFixed(2);
      case "error":
        return training.error?.(row).toFixed(2) ?? "";
      case "entropy":
        return `${training.entropy?.(row).toFixed(2)} nats`;
      default:
        return store.state.order satisfies never;
    }
  };
  const thumbOf = (row: number): HTMLElement => {
    const [label, other] = [names[training.labels[row]] || "–", names[training.suggested[row]] || "–"];
    const isSuspect = training.margins[row] < 0;
    const told = isSuspect ? `labelled ${label}, looks like ${other}` : `labelled ${label}`;
    const decision = store.state.decided.get(training.place(row));
    const mark = decision && {keep: "✓", drop: "×", relabel: ""}[decision.kind];
    const copy = store.state.samples.kind === "copies" ? training.copy(row) : null;
    const twin = copy && picture(data, copy.test);
    const sign = decision?.kind === "relabel" ? fitted(names[decision.to], 4) : mark;
    const thumb = h(
      "button",
      {
        type: "button",
        role: "option",
        class: `thumb${isSuspect ? " wrong" : ""}${decision ? " decided" : ""}`,
        title: told,
      },
      twin ? h("span", {class: "th-pair"}, ownPicture(data, training, row), twin) : samplePicture(training, row),
      h("span", {class: "th-cap"}, isSuspect ? `${fitted(label, 14)} → ${fitted(other, 14)}?` : fitted(label, 24)),
      h("span", {class: "th-p"}, copy ? `${copy.isNear ? "like" : "="} test:${copy.test}` : figure(row)),
      sign !== undefined && h("span", {class: "th-mark"}, sign),
    );
    thumb.addEventListener("click", () => store.set({sample: row, sheet: true}));
    return thumb;
  };
  const title = (choice: SampleChoice): string => {
    if (choice.kind === "cell") return `${names[choice.given]} that look like ${names[choice.suggested]}`;
    if (choice.kind === "lasso") return choice.name ?? `Lassoed ${words.many}`;
    return {
      suspects: "Suspect labels",
      forgotten: "Forgotten on the way",
      never: "Never learned",
      copies: "Also in test",
      decided: "Decided",
      all: `All training ${words.many}`,
    }[choice.kind];
  };
  const draw = () => {
    const {state} = store;
    if (state.samples !== picked) [picked, limit, list.scrollTop] = [state.samples, FIRST, 0];
    rows = chosenRows(training, state, epochs[state.stop]);
    const isAlone = state.samples.kind === "cell" || state.samples.kind === "lasso";
    tabs.set(isAlone ? null : (state.samples.kind as Tab));
    order.value = state.order;
    clear.hidden = !isAlone;
    dropAll.hidden = state.samples.kind !== "lasso" || rows.length === 0;
    setText(dropAll, `Drop all ${int(rows.length)}`);
    setText(head, title(state.samples));
    const without = rows.reduce((sum, row) => sum + Number(training.picture(row) === null), 0);
    const lacking = without === 0 ? "" : `, ${int(rows.length - without)} with pictures`;
    setText(say, `${plural(rows.length, words.one)}${lacking}.`);
    say.title =
      without === 0 ? "" : "The page has the pictures of the most suspect, and of others from all over the map.";
    const shown = rows.slice(0, limit);
    list.replaceChildren(...shown.map(thumbOf));
    list.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    const nothing =
      state.samples.kind === "decided"
        ? "Nothing decided yet: G keeps the given label, S takes the suggested one, D drops the image."
        : `No ${words.many} here.`;
    setText(empty, nothing);
    more.hidden = rows.length <= limit;
    setText(more, `Show ${int(Math.min(MORE, rows.length - limit))} more`);
    setText(cut, rows.length > limit ? `These are the first ${int(limit)} of ${int(rows.length)}.` : "");
    mark();
  };
  const mark = () => {
    const chosen = rows.indexOf(store.state.sample);
    const thumbs = [...list.children] as HTMLElement[];
    thumbs.forEach((thumb, n) => {
      thumb.setAttribute("aria-selected", String(n === chosen));
      thumb.tabIndex = n === (chosen >= 0 && chosen < thumbs.length ? chosen : 0) ? 0 : -1;
    });
    if (chosen < 0 || chosen >= thumbs.length) return;
    const [own, place] = [thumbs[chosen], list];
    if (own.offsetTop - place.offsetTop < place.scrollTop) place.scrollTop = own.offsetTop - place.offsetTop;
    const below = own.offsetTop - place.offsetTop + own.offsetHeight - place.clientHeight;
    if (below > place.scrollTop) place.scrollTop = below;
  };
  list.addEventListener("keydown", (event) => {
    const thumbs = [...list.children] as HTMLElement[];
    const from = thumbs.indexOf(document.activeElement as HTMLElement);
    if (from < 0) return;
    const columns = thumbs.filter((thumb) => thumb.offsetTop === thumbs[0].offsetTop).length;
    const aside = event.shiftKey ? {ArrowRight: from + 1, ArrowLeft: from - 1} : {};
    const ways: {readonly [key: string]: number} = {
      ...aside,
      ...{ArrowDown: from + columns, ArrowUp: from - columns, Home: 0, End: thumbs.length - 1},
    };
    const to = ways[event.key];
    if (to === undefined || !thumbs[to]) return;
    event.preventDefault();
    event.stopPropagation();
    thumbs[to].focus();
    store.set({sample: rows[to]});
  });
  store.on(({view}, changed) => {
    if (view !== "training") return;
    if (["samples", "order", "stop", "decided", "view"].some((key) => changed.has(key as "stop"))) {
      const isFocused = list.contains(document.activeElement);
      draw();
      if (isFocused) list.querySelector<HTMLElement>("[tabindex='0']")?.focus();
    } else if (changed.has("sample")) mark();
  });
  return {root, rows: () => rows};
}
