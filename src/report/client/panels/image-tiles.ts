import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {pct, plural} from "../format";
import {drawLime, drawSaliency, picture} from "../pictures";
import type {State, Store} from "../state";
import {pictureTile} from "./picture-tile";
import {pixelTiles} from "./pixel-tiles";

/** Words for how far an explanation can be trusted by its R². The limits are ours, not a standard. */
export function fitWord(r2: number | null): "good" | "fair" | "poor" | "none" {
  return r2 === null ? "none" : r2 >= 0.75 ? "good" : r2 >= 0.5 ? "fair" : "poor";
}

/** The class to be explained: the one that the network answered at a stop, or the true one. */
export function wantedClass(data: Data, {limeFor}: Pick<State, "limeFor">, stop: number, i: number) {
  return limeFor === "label" ? data.labels[i] : data.answers[stop]?.predicted[i];
}

/** LIME's explanation of one image at a stop: of the wanted class if there is one, else of another. */
export function limeAt(data: Data, state: Pick<State, "limeFor">, stop: number, i: number) {
  const entries = data.lime?.of(stop, i) ?? [];
  const wanted = wantedClass(data, state, stop, i);
  return entries.find(({explained}) => explained === wanted) ?? entries[0];
}

/** Saliency and LIME of an image at a stop, if they were recorded. */
function explanations(data: Data, store: Store, stop: number, i: number): Kid[] {
  const {names, saliency, lime} = data;
  const kids: Kid[] = [];
  const wanted = wantedClass(data, store.state, stop, i);
  const map = saliency?.maps.findLast((candidate) => candidate.tile(stop, i));
  const seen = map?.tile(stop, i, wanted);
  if (saliency && map && seen) {
    const caption = seen.target === null ? "Saliency" : `Saliency for ${names[seen.target]}`;
    const label = `${caption}, ${map.name}, at epoch ${data.epochs[stop]}`;
    const canvas = h("canvas", {class: "tile-pic px", role: "img", "aria-label": label});
    drawSaliency(canvas, data, i, seen.values, {...saliency, signed: map.signed});
    const {infidelity = null, sensitivity = null} = seen.trust ?? {};
    const foretold = infidelity !== null && `infidelity ${infidelity.toFixed(2)}`;
    const moved = sensitivity !== null && `sensitivity ${sensitivity.toFixed(2)}`;
    kids.push(pictureTile(caption, canvas, map.name.toLowerCase(), foretold, moved));
  }
  const entry = limeAt(data, store.state, stop, i);
  if (lime && entry) {
    const name = names[entry.explained];
    const label = `LIME for ${name} at epoch ${data.epochs[stop]}`;
    const canvas = h("canvas", {class: "tile-pic", role: "img", "aria-label": label});
    drawLime(canvas, data, i, {...lime, ...entry}, 280);
    const strongest = Math.max(0, ...entry.weights.map(Math.abs));
    const trust = entry.r2 === null ? "nothing changes the answer" : `R² ${entry.r2.toFixed(2)}, ${fitWord(entry.r2)}`;
    const again = entry.stability !== null && `stability ${entry.stability.toFixed(2)}`;
    kids.push(pictureTile(`LIME for ${name}`, canvas, trust, again, `up to ${pct(strongest, 0)} each`));
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
    : pictureTile(words.one[0].toUpperCase() + words.one.slice(1), frame);
  const {tiles, left} = pixelTiles(data, stop, i);
  const kids = [...explanations(data, store, stop, i), ...tiles];
  const notes = left.map((line) => h("p", {class: "tile-note"}, line));
  if (kids.length) return h("div", {class: "tile-row"}, first, ...kids, ...notes);
  if (data.explained().length === 0) return h("div", {class: "tile-row"}, first);
  const here = data.explained(stop).length;
  const list = h("button", {class: "link", type: "button"}, `List the ${here} that have them`);
  list.addEventListener("click", () => store.set({selection: {kind: "explained"}}));
  const none = h("div", {class: "tile none"}, h("p", {}, whyNone(data, stop, i)), here > 0 && list);
  return h("div", {class: "tile-row"}, first, none);
}

/** One line that says why an image has neither saliency nor LIME at a stop. */
function whyNone(data: Data, stop: number, i: number): string {
  const {words, epochs, labels} = data;
  const many = [data.lime?.many, ...data.pixelMaps].find((one) => one && one.carried < one.all);
  if (many) {
    return `This page has room for ${many.carried} of the ${many.all} explained ${words.many}; the run's folder has all.`;
  }
  const predicted = data.answers[stop]?.predicted[i];
  const explained = data.file.mistakes?.[stop];
  const others = epochs.filter((_, s) => data.isExplained(i, s));
  if (!explained || predicted === undefined) {
    return others.length ? `Not explained at epoch ${epochs[stop]}.` : `No saliency or LIME for this ${words.one}.`;
  }
  const {surest, pairs} = explained;
  const which = `the ${plural(surest, "surest mistake")}${pairs ? ` and the surest of ${plural(pairs, "more pair")}` : ""}`;
  if (predicted !== labels[i]) return `Explained here are ${which}.`;
  const right = `${words.right[0].toUpperCase()}${words.right.slice(1)} here`;
  if (others.length) return `${right}; explained as a mistake at epoch ${others.join(", ")}.`;
  return `${right}: explained are ${which}.`;
}
