import type {Data} from "./data";
import {h, type Kid} from "./dom";
import {pct} from "./format";
import {drawLime, drawSaliency, picture} from "./pictures";
import type {State, Store} from "./state";

/** How far an explanation's R² lets it be trusted: our words, not a standard. */
export function fitWord(r2: number | null): "good" | "fair" | "poor" | "none" {
  return r2 === null ? "none" : r2 >= 0.75 ? "good" : r2 >= 0.5 ? "fair" : "poor";
}

/** LIME's explanation of one image at a stop: for the class that the network answered, or for the true one. */
export function limeAt(data: Data, {limeFor}: Pick<State, "limeFor">, stop: number, i: number) {
  const entries = data.lime?.of(stop, i) ?? [];
  const wanted = limeFor === "label" ? data.labels[i] : data.answers[stop]?.predicted[i];
  return entries.find(({explained}) => explained === wanted) ?? entries[0];
}

/** A picture with its caption. */
const tile = (caption: string, content: HTMLElement, ...small: (string | false)[]) =>
  h(
    "figure",
    {class: "tile"},
    content,
    h("figcaption", {}, caption, ...small.map((line) => line && h("small", {}, line))),
  );

/** Saliency and LIME of an image at a stop, where they were recorded. */
function explanations(data: Data, store: Store, stop: number, i: number): Kid[] {
  const {names, saliency, lime} = data;
  const kids: Kid[] = [];
  const map = saliency?.maps.at(-1);
  const values = map?.tile(stop, saliency?.place[i] ?? -1);
  if (saliency && map && values) {
    const label = `Saliency, ${map.name}, at epoch ${data.epochs[stop]}`;
    const canvas = h("canvas", {class: "tile-pic px", role: "img", "aria-label": label});
    drawSaliency(canvas, data, i, values, {...saliency, signed: map.signed});
    kids.push(tile("Saliency", canvas, map.name.toLowerCase()));
  }
  const entry = limeAt(data, store.state, stop, i);
  if (lime && entry) {
    const name = names[entry.explained];
    const label = `LIME for ${name} at epoch ${data.epochs[stop]}`;
    const canvas = h("canvas", {class: "tile-pic", role: "img", "aria-label": label});
    drawLime(canvas, data, i, {...lime, ...entry}, 280);
    const strongest = Math.max(0, ...entry.weights.map(Math.abs));
    const trust = entry.r2 === null ? "no change seen" : `R² ${entry.r2.toFixed(2)}, ${fitWord(entry.r2)}`;
    const again = entry.stability !== null && `stability ${entry.stability.toFixed(2)}`;
    kids.push(tile(`LIME for ${name}`, canvas, trust, again, `up to ${pct(strongest, 0)} each`));
  }
  return kids;
}

/** The image and what explains it at a stop, side by side. */
export function tileRow(data: Data, store: Store, stop: number, comparing: boolean): HTMLElement {
  const {words, names, labels} = data;
  const {image: i} = store.state;
  const answers = data.answers[stop];
  const shown = picture(data, i);
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", `The ${words.one}: ${names[labels[i]]}`);
  const frame = h("div", {class: "tile-pic"}, shown);
  const tag = h("span", {class: `ab ${stop === store.state.stop ? "ab-a" : "ab-b"}`}, `Epoch ${data.epochs[stop]}`);
  const wrong = answers && answers.predicted[i] !== labels[i];
  const read =
    answers &&
    h(
      "small",
      {class: wrong ? "bad" : ""},
      `${words.as} ${names[answers.predicted[i]]}, ${pct(answers.confidence[i], 0)}`,
    );
  const first = comparing
    ? h("figure", {class: "tile"}, frame, h("figcaption", {}, tag, read))
    : tile(words.one[0].toUpperCase() + words.one.slice(1), frame);
  const kids = data.isExplained(i) ? explanations(data, store, stop, i) : [];
  if (kids.length) return h("div", {class: "tile-row"}, first, ...kids);
  if (data.isExplained(i)) {
    const none = h("div", {class: "tile none"}, h("p", {}, `Not explained at epoch ${data.epochs[stop]}.`));
    return h("div", {class: "tile-row"}, first, none);
  }
  if (data.explained.length === 0) return h("div", {class: "tile-row"}, first);
  const list = h("button", {class: "link", type: "button"}, `List the ${data.explained.length} that have them`);
  list.addEventListener("click", () => store.set({selection: {kind: "explained"}}));
  const none = h("div", {class: "tile none"}, h("p", {}, `No saliency or LIME for this ${words.one}.`), list);
  return h("div", {class: "tile-row"}, first, none);
}
