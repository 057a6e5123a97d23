import {css, inkOn, mix, tokens} from "../colors";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int} from "../format";
import {panel} from "../panels/panel";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import type {TrainingData} from "./data";
import {suspectCounts} from "./samples";

/** More classes than this do not fit: the ones with most suspects are shown. */
const MOST_CLASSES = 24;

/**
 * Shows only suspects: rows are labels in the data, and columns are the network's answers. A click on a cell fills the
 * list.
 */
export function mountSuggestions(data: Data, training: TrainingData, store: Store): {root: HTMLElement; draw(): void} {
  const {names, classes, words} = data;
  const help =
    `Training ${words.many} whose label had on average a lower score than another class: each row is the label in the data, each column the answer that the ` +
    "network gave most often instead. Click a cell to list them. Arrow keys go from cell to cell.";
  const {root, body} = panel("suggest", "Given against suggested", help);
  const counts = suspectCounts(training, classes);
  const of = (k: number) =>
    Array.from({length: classes}, (_, j) => counts[k * classes + j] + counts[j * classes + k]).reduce(
      (a, b) => a + b,
      0,
    );
  const all = Array.from({length: classes}, (_, k) => k);
  const shown =
    classes <= MOST_CLASSES
      ? all
      : [...all]
          .sort((a, b) => of(b) - of(a) || a - b)
          .slice(0, MOST_CLASSES)
          .sort((a, b) => a - b);
  const peak = Math.max(1, ...counts);
  const cells: HTMLButtonElement[] = [];
  const name = (k: number, wide: number) => fittedTo(names[k], wide, 0.875, 600) || "–";
  const long = names.some((text) => text.length > 2);
  const heads = shown.map((k) =>
    h("th", {scope: "col", title: names[k]}, h("span", {class: "cm-name"}, name(k, long ? 3.5 : 2))),
  );
  const rows = shown.map((given, r) => {
    const row = h("tr", {}, h("th", {scope: "row", title: names[given]}, name(given, long ? 5 : 2)));
    shown.forEach((suggested, c) => {
      const cell = h("button", {type: "button", class: "cell", tabindex: cells.length ? "-1" : "0"});
      const count = counts[given * classes + suggested];
      const title = `${int(count)} labelled ${names[given]} that look like ${names[suggested]}`;
      cell.title = title;
      cell.setAttribute("aria-label", title);
      setText(cell, count ? String(count) : "");
      if (r === c && !count) cell.classList.add("none");
      cell.addEventListener("click", () => store.set({samples: {kind: "cell", given, suggested}}));
      cells.push(cell);
      row.append(h("td", {}, cell));
    });
    const sum = all.reduce((total, suggested) => total + counts[given * classes + suggested], 0);
    row.append(h("td", {class: "cm-rec"}, sum ? int(sum) : "–"));
    return row;
  });
  const size = shown.length;
  const table = h(
    "table",
    {class: `cm${long ? " upright" : ""}`, role: "grid", "aria-label": "Suspect labels: given by suggested"},
    h(
      "thead",
      {},
      h("tr", {}, h("td", {class: "cm-corner"}), ...heads, h("th", {class: "cm-rec", scope: "col"}, "suspect")),
    ),
    h("tbody", {}, ...rows),
  );
  if (long) table.style.setProperty("--row", "5.25rem");
  table.addEventListener("keydown", (event) => {
    const from = cells.indexOf(document.activeElement as HTMLButtonElement);
    const by = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: size, ArrowUp: -size}[event.key];
    const to = cells[from + (by ?? 0)];
    if (from < 0 || by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (!to) return;
    cells[from].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  body.append(
    h(
      "figure",
      {class: `cm-fig${size >= 15 ? " many" : ""}`},
      h("figcaption", {class: "cm-x"}, h("span"), h("span", {class: "cm-as"}, "looks like →")),
      h("span", {class: "cm-y", "aria-hidden": "true"}, "labelled →"),
      h("div", {class: "cm-place"}, showsScrolling(h("div", {class: "cm-scroll", tabindex: "-1"}, table), table)),
    ),
    (size < classes && h("p", {class: "empty"}, `${size} of ${classes} classes: those with the most suspects.`)) || "",
  );
  const draw = () => {
    const theme = tokens();
    const {samples} = store.state;
    cells.forEach((cell, at) => {
      const [given, suggested] = [shown[Math.floor(at / size)], shown[at % size]];
      const count = counts[given * classes + suggested];
      const ground = count ? mix(theme.panel, theme.bad, 0.1 + 0.9 * (count / peak) ** 0.7) : null;
      cell.style.setProperty("--c", ground ? css(ground) : "transparent");
      cell.style.setProperty("--fg", css(inkOn(ground ?? theme.raised, theme)));
      cell.classList.toggle("zero", !ground);
      const isChosen = samples.kind === "cell" && samples.given === given && samples.suggested === suggested;
      cell.classList.toggle("sel", isChosen);
      cell.setAttribute("aria-pressed", String(isChosen));
    });
  };
  store.on(({view}, changed) => {
    if (view === "training" && (changed.has("samples") || changed.has("view"))) draw();
  });
  return {root, draw};
}
