import {fitted} from "../../../plots/fitted";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {drawLime, drawSaliency} from "../pictures";
import {showsScrolling} from "../scrolls";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {evenStops} from "../stops";
import {theme} from "../theme";
import {fitWord, limeAt, wantedClass} from "./image-tiles";
import {drawScoreChart} from "./score-chart";

/** How many columns fit on a sheet of paper; on a screen, they scroll. */
const ON_PAPER = 14;

/**
 * Shows one column for each epoch: the answer, the probabilities, saliency, LIME. So the reader sees at a glance when
 * the answer became wrong.
 */
export function mountScore(data: Data, store: Store): {root: HTMLElement; later(): void} {
  const {names, labels, epochs} = data;
  const score = h("div", {class: "score"});
  const root = showsScrolling(
    h("div", {class: "score-wrap", tabindex: "0", role: "group", "aria-label": "Epoch by epoch"}, score),
  );
  const bandA = h("span", {class: "band band-a"});
  const bandB = h("span", {class: "band band-b"});
  const buttons = epochs.map((epoch, s) =>
    h(
      "button",
      {class: "sc-e", type: "button", "aria-label": `Go to epoch ${epoch}`, onclick: () => store.go(s)},
      String(epoch),
    ),
  );
  const answered = data.answers.some((answers) => answers !== null);
  let shown = "";
  let stops: readonly number[] = [];

  const put = (row: number, column: number, element: HTMLElement) => {
    element.style.setProperty("--row", String(row));
    element.style.setProperty("--col", String(column + 2));
    element.classList.add("sc");
    score.append(element);
  };
  const label = (row: number, text: string) => {
    const element = h("span", {class: "sc-lab", style: {"--row": String(row)}}, text);
    score.append(element);
    return element;
  };
  const canvas = (name: string, crisp: boolean) =>
    h("canvas", {class: crisp ? "px" : "", role: "img", "aria-label": name});
  /** The sign for an image that was not explained. */
  const gap = (epoch: number) => h("span", {class: "sc-gap", title: `Not explained at epoch ${epoch}`}, "·");

  const build = () => {
    const {image: i} = store.state;
    const {stop, other} = store.state;
    stops = evenStops(data.last, theme.onPaper ? ON_PAPER : data.last + 1, other === null ? [stop] : [stop, other]);
    score.style.setProperty("--E", String(stops.length));
    score.replaceChildren(bandA, bandB);
    label(1, "Epoch");
    stops.forEach((s, column) => {
      put(1, column, buttons[s]);
    });
    let row = 1;
    if (answered) {
      label(++row, "Answer");
      stops.forEach((s, column) => {
        const predicted = data.answers[s]?.predicted[i];
        const wrong = predicted !== undefined && predicted !== labels[i];
        const text = predicted === undefined ? "–" : names[predicted] || "–";
        put(row, column, h("span", {class: `sc-read${wrong ? " wrong" : ""}`, title: text}, fitted(text, 14)));
      });
      const axis = h("span", {class: "sc-ax", "aria-hidden": "true"}, h("span", {}, "100 %"), h("span", {}, "0"));
      label(++row, "Probability").append(axis);
      const host = h("div", {class: "sc-chart", style: {"--row": String(row)}});
      score.append(host);
      drawScoreChart(host, data, i, stops);
    }
    const {saliency, lime} = data;
    if (lime && epochs.some((_, s) => limeAt(data, store.state, s, i))) {
      label(row + 1, "LIME");
      label(row + 2, "R²");
      stops.forEach((s, column) => {
        const epoch = epochs[s];
        const entry = limeAt(data, store.state, s, i);
        if (!entry) {
          put(row + 1, column, gap(epoch));
          return;
        }
        const sheet = canvas(`LIME for ${names[entry.explained]}, epoch ${epoch}`, true);
        drawLime(sheet, data, i, {...lime, ...entry}, 84);
        put(row + 1, column, sheet);
        const r2 = entry.r2 === null ? "–" : entry.r2.toFixed(2);
        put(row + 2, column, h("span", {class: `sc-r2 ${fitWord(entry.r2)}`}, r2));
      });
      row += 2;
    }
    const own = (saliency?.maps ?? []).map((map) => ({
      ...map,
      height: saliency?.height ?? 0,
      width: saliency?.width ?? 0,
    }));
    for (const map of [...own, ...data.pixelMaps]) {
      const tiles = epochs.map((_, s) => map.tile(s, i, wantedClass(data, store.state, s, i)));
      if (tiles.every((seen) => seen === null)) continue;
      label(++row, map.name);
      stops.forEach((s, column) => {
        const epoch = epochs[s];
        const seen = tiles[s];
        if (!seen) {
          put(row, column, gap(epoch));
          return;
        }
        const of = seen.target === null ? "" : ` for ${names[seen.target]}`;
        const sheet = canvas(`${map.name}${of}, epoch ${epoch}`, true);
        drawSaliency(sheet, data, i, seen.values, map);
        put(row, column, sheet);
      });
    }
    score.style.setProperty("--rows", String(row));
  };

  const frame = () => {
    const {stop, other, image, limeFor} = store.state;
    const columns = theme.onPaper ? `${stop} ${other} paper` : "";
    const key = `${image} ${limeFor} ${document.documentElement.dataset.theme} ${columns}`;
    if (key !== shown) build();
    shown = key;
    bandA.style.setProperty("--col", String(stops.indexOf(stop) + 2));
    bandB.hidden = other === null;
    if (other !== null) bandB.style.setProperty("--col", String(stops.indexOf(other) + 2));
    buttons.forEach((button, s) => {
      button.setAttribute("aria-pressed", String(s === stop));
    });
    // with many epochs the columns scroll sideways; the current one is kept visible
    if (root.scrollWidth > root.clientWidth + 1) root.scrollLeft = bandA.offsetLeft - root.clientWidth / 2;
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    const run = () => {
      waiting = false;
      if (root.isConnected) frame();
    };
    if ("requestIdleCallback" in window) requestIdleCallback(run, {timeout: 250});
    else setTimeout(run, 30);
  };
  drawWhenSized(score, () => {
    if (theme.onPaper || shown.endsWith("paper")) frame();
    const host = score.querySelector<HTMLElement>(".sc-chart");
    if (host) drawScoreChart(host, data, store.state.image, stops);
  });
  setText(bandA, "");
  return {root, later};
}
