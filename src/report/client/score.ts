import {classVariable} from "./colors";
import type {Data} from "./data";
import {h, polyline, rem, setText, svg} from "./dom";
import {pct, shortened} from "./format";
import {fitWord, limeAt, wantedClass} from "./image-tiles";
import {drawLime, drawSaliency} from "./pictures";
import type {Store} from "./state";

/** A class whose probability never rose above this after training began is drawn grey. */
const MATTERED = 0.12;

/** One column an epoch: the answer, the probabilities, saliency, LIME. Answers "when did it go wrong?" at a glance. */
export function mountScore(data: Data, store: Store): {root: HTMLElement; later(): void} {
  const {names, labels, epochs} = data;
  const score = h("div", {class: "score"});
  const root = h("div", {class: "score-wrap", tabindex: "0", role: "group", "aria-label": "Epoch by epoch"}, score);
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
  /** Stands where an image was not explained. */
  const gap = (epoch: number) => h("span", {class: "sc-gap", title: `Not explained at epoch ${epoch}`}, "·");

  const build = () => {
    const {image: i} = store.state;
    score.replaceChildren(bandA, bandB);
    label(1, "Epoch");
    buttons.forEach((button, s) => {
      put(1, s, button);
    });
    let row = 1;
    if (answered) {
      label(++row, "Answer");
      data.answers.forEach((answers, s) => {
        const predicted = answers?.predicted[i];
        const wrong = predicted !== undefined && predicted !== labels[i];
        const text = predicted === undefined ? "–" : names[predicted] || "–";
        put(row, s, h("span", {class: `sc-read${wrong ? " wrong" : ""}`, title: text}, text));
      });
      const axis = h("span", {class: "sc-ax", "aria-hidden": "true"}, h("span", {}, "100 %"), h("span", {}, "0"));
      label(++row, "Probability").append(axis);
      const host = h("div", {class: "sc-chart", style: {"--row": String(row)}});
      score.append(host);
      chart(host, i);
    }
    const {saliency, lime} = data;
    if (lime && epochs.some((_, s) => limeAt(data, store.state, s, i))) {
      label(row + 1, "LIME");
      label(row + 2, "R²");
      epochs.forEach((epoch, s) => {
        const entry = limeAt(data, store.state, s, i);
        if (!entry) {
          put(row + 1, s, gap(epoch));
          return;
        }
        const sheet = canvas(`LIME for ${names[entry.explained]}, epoch ${epoch}`, true);
        drawLime(sheet, data, i, {...lime, ...entry}, 84);
        put(row + 1, s, sheet);
        const r2 = entry.r2 === null ? "–" : entry.r2.toFixed(2);
        put(row + 2, s, h("span", {class: `sc-r2 ${fitWord(entry.r2)}`}, r2));
      });
      row += 2;
    }
    for (const map of saliency?.maps ?? []) {
      const tiles = epochs.map((_, s) => map.tile(s, i, wantedClass(data, store.state, s, i)));
      if (!saliency || tiles.every((seen) => seen === null)) continue;
      label(++row, map.name);
      epochs.forEach((epoch, s) => {
        const seen = tiles[s];
        if (!seen) {
          put(row, s, gap(epoch));
          return;
        }
        const of = seen.target === null ? "" : ` for ${names[seen.target]}`;
        const sheet = canvas(`${map.name}${of}, epoch ${epoch}`, true);
        drawSaliency(sheet, data, i, seen.values, {...saliency, signed: map.signed});
        put(row, s, sheet);
      });
    }
    score.style.setProperty("--E", String(epochs.length));
    score.style.setProperty("--rows", String(row));
  };

  const chart = (host: HTMLElement, i: number) => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width) return;
    const size = rem() * 0.75;
    const column = width / epochs.length;
    const x = (s: number) => column * (s + 0.5);
    const y = (p: number) => size * 0.6 + (height - size * 1.2) * (1 - p);
    const classes = Array.from({length: data.classes}, (_, k) => k);
    const at = (s: number, k: number) => data.answers[s]?.of(i, k);
    const line = (k: number) =>
      epochs.flatMap((_, s) => {
        const p = at(s, k);
        return p === undefined ? [] : [[x(s), y(p), s, p] as const];
      });
    const truth = line(labels[i]).map(([, , , p]) => pct(p));
    const spoken = `Probability of ${names[labels[i]]} by epoch: ${truth.join(", ")}`;
    const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spoken});
    for (const p of [0, 0.5, 1]) sheet.append(svg("line", {class: "grid", x1: 0, x2: width, y1: y(p), y2: y(p)}));
    // every class that ever mattered gets its colour; the rest is grey
    const peaks = classes.map((k) => ({
      k,
      peak: Math.max(0, ...line(k).map(([, , s, p]) => (epochs[s] > 0 ? p : 0))),
    }));
    const mattered = peaks.sort((a, b) => b.peak - a.peak).slice(0, 3);
    const coloured = new Set([labels[i], ...mattered.filter(({peak}) => peak > MATTERED).map(({k}) => k)]);
    const grey = classes.filter((k) => !coloured.has(k)).slice(0, 30);
    const path = (k: number, name: string) =>
      svg("path", {class: name, d: polyline(line(k).map(([px, py]) => [px, py]))});
    for (const k of grey) sheet.append(path(k, "p-low"));
    for (const k of coloured) {
      const drawn = path(k, k === labels[i] ? "p-true" : "p-hi");
      drawn.style.stroke = classVariable(k);
      sheet.append(drawn);
      for (const [cx, cy] of line(k)) {
        const dot = svg("circle", {r: 2.6, cx, cy});
        dot.style.fill = classVariable(k);
        sheet.append(dot);
      }
    }
    // direct labels, each at the epoch where its line stands furthest from the others
    const used: (readonly [number, number])[] = [];
    for (const k of coloured) {
      let best: readonly [number, number] | undefined;
      let widest = -1;
      for (const [px, py, s, p] of line(k)) {
        let gap = 30;
        for (const other of coloured) {
          const q = other === k ? undefined : at(s, other);
          if (q !== undefined) gap = Math.min(gap, Math.abs(py - y(q)));
        }
        for (const [ux, uy] of used) if (Math.abs(ux - px) < column * 0.6) gap = Math.min(gap, Math.abs(uy - py));
        if (gap + p * 4 > widest) [best, widest] = [[px, py], gap + p * 4];
      }
      if (!best) continue;
      used.push(best);
      const lower = best[1] > height / 2 ? -size * 0.35 : size * 1.15;
      const ty = Math.max(size, Math.min(height - size * 0.3, best[1] + lower));
      const name = shortened(names[k], 12);
      const half = Math.max(size * 0.6, name.length * size * 0.3); // about half of its width
      const tx = Math.max(half, Math.min(width - half, best[0] + size * 0.8));
      sheet.append(svg("text", {class: "p-lab", x: tx, y: ty, "text-anchor": "middle"}, name));
    }
    host.replaceChildren(sheet);
  };

  const frame = () => {
    const {stop, other, image, limeFor} = store.state;
    const key = `${image} ${limeFor} ${document.documentElement.dataset.theme}`;
    if (key !== shown) build();
    shown = key;
    bandA.style.setProperty("--col", String(stop + 2));
    bandB.hidden = other === null;
    if (other !== null) bandB.style.setProperty("--col", String(other + 2));
    buttons.forEach((button, s) => {
      button.setAttribute("aria-pressed", String(s === stop));
    });
    // with many epochs the columns scroll sideways; the current one is kept in sight
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
  new ResizeObserver(() => {
    const host = score.querySelector<HTMLElement>(".sc-chart");
    if (host) chart(host, store.state.image);
  }).observe(score);
  setText(bandA, "");
  return {root, later};
}
