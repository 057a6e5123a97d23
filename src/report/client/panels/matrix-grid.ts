import {css, inkOn, mix, type Rgb, type Tokens, tokens} from "../colors";
import type {Answers, Data} from "../data";
import {h, rem, setText} from "../dom";
import {int, pct} from "../format";
import {showsScrolling} from "../scrolls";
import {drawWhenSized} from "../sized";
import type {Selection} from "../state";
import {textWidth} from "../text-width";
import {matrixLayout} from "./matrix-heads";

/** More classes than this do not fit: the ones with most mistakes are shown. */
const MOST_CLASSES = 24;
/** From this many classes on, the matrix gets a whole row of the page. */
export const MANY_CLASSES = 15;

/** The classes of the matrix, ascending: all of them, or those with most mistakes at the last stop that has answers. */
export function shownClasses(data: Data): number[] {
  const all = Array.from({length: data.classes}, (_, k) => k);
  const counts = data.answers.findLast((answers) => answers !== null)?.counts;
  if (!counts || data.classes <= MOST_CLASSES) return all;
  const mistakes = all.map((k) =>
    all.reduce((sum, j) => (j === k ? sum : sum + counts[k * data.classes + j] + counts[j * data.classes + k]), 0),
  );
  const worst = all.slice().sort((a, b) => mistakes[b] - mistakes[a]);
  return worst.slice(0, MOST_CLASSES).sort((a, b) => a - b);
}

/** The count whose text is widest: not always the largest, because a 1 is narrow. */
function widestOf(counts: ReadonlySet<number>): string {
  let [widest, most] = ["0", 0];
  for (const count of counts) {
    const width = textWidth(`${count}`, "600 16px");
    if (width > most) [widest, most] = [`${count}`, width];
  }
  return widest;
}

/** The content of a cell. */
interface Cell {
  readonly text: string;
  readonly ground: Rgb | null;
  readonly title: string;
}

export interface Grid {
  /** The table, in an area that scrolls if the cells have no room. */
  readonly root: HTMLElement;
  /** Shows the counts of some answers. A cell with `peak` mistakes gets full colour. */
  showCounts(answers: Answers, peak: number, selection: Selection): void;
  /** Shows what changed from one set of answers to another: blue is better, orange worse. */
  showDifference(before: Answers, after: Answers): void;
}

/** A table of classes by classes whose cells are buttons; arrow keys move between them. */
export function grid(data: Data, pick: (actual: number, predicted: number) => void): Grid {
  const {names, words, classes} = data;
  const shown = shownClasses(data);
  const size = shown.length;
  const cells: HTMLButtonElement[] = [];
  const recalls: HTMLElement[] = [];
  const written = () => shown.map(() => h("span", {class: "cm-name"}));
  const [across, down] = [written(), written()];
  const heads = shown.map((k, c) => h("th", {scope: "col", title: names[k]}, across[c]));
  const corner = h("td", {class: "cm-corner"});
  const head = h("thead", {}, h("tr", {}, corner, ...heads, h("th", {class: "cm-rec", scope: "col"}, "found")));
  const rows = shown.map((actual, r) => {
    const row = h("tr", {}, h("th", {scope: "row", title: names[actual]}, down[r]));
    shown.forEach((predicted, c) => {
      const cell = h("button", {type: "button", class: "cell", tabindex: r + c ? "-1" : "0"});
      cell.classList.toggle("diag", actual === predicted);
      cell.addEventListener("click", () => pick(actual, predicted));
      cells.push(cell);
      row.append(h("td", {}, cell));
    });
    const recall = h("td", {class: "cm-rec"});
    recalls.push(recall);
    row.append(recall);
    return row;
  });
  const label = `Confusion matrix: rows are the true ${words.one}, columns what the network answered`;
  const table = h("table", {class: "cm", role: "grid", "aria-label": label}, head, h("tbody", {}, ...rows));
  const scroller = showsScrolling(h("div", {class: "cm-scroll", tabindex: "-1"}, table), table);
  const told = h("p", {class: "cm-say", "aria-hidden": "true"});
  const root = h("div", {class: "cm-place"}, scroller, told);
  // every count that a cell may show, at any stop
  const counts = new Set(data.answers.flatMap((answers) => [...(answers?.counts ?? [])]));
  const layOut = () => {
    if (!scroller.clientWidth) return;
    const size = rem();
    const found = table.querySelector<HTMLElement>("thead .cm-rec")?.offsetWidth ?? 0;
    const room = {
      width: scroller.clientWidth - 2 * Number.parseFloat(getComputedStyle(scroller).paddingLeft),
      found,
      gap: Number.parseFloat(getComputedStyle(table).borderSpacing),
      rem: size,
      name: (text: string) => textWidth(text, `600 ${0.875 * size}px`),
      count: (text: string, small: boolean) => textWidth(text, `600 ${(small ? 0.75 : 0.875) * size}px`),
    };
    const classes = shown.map((k) => names[k]);
    const layout = matrixLayout(classes, widestOf(counts), room);
    layout.columns.forEach((name, c) => {
      setText(across[c], name);
    });
    layout.rows.forEach((name, r) => {
      setText(down[r], name);
    });
    table.style.setProperty("--row", `${layout.rowWidth}px`);
    table.style.width = layout.width > room.width ? `${layout.width}px` : ""; // else as wide as its place, on paper too
    root.style.setProperty("--row", `${layout.rowWidth}px`);
    table.classList.toggle("upright", layout.upright);
    table.classList.toggle("small", layout.small);
  };
  drawWhenSized(scroller, layOut);
  table.addEventListener("keydown", (event) => {
    const from = cells.indexOf(document.activeElement as HTMLButtonElement);
    const [r, c] = [Math.floor(from / size), from % size];
    const to = {
      ArrowRight: [r, c + 1],
      ArrowLeft: [r, c - 1],
      ArrowDown: [r + 1, c],
      ArrowUp: [r - 1, c],
      Home: [r, 0],
      End: [r, size - 1],
    }[event.key];
    if (from < 0 || !to) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = to.map((place) => Math.max(0, Math.min(size - 1, place)));
    cells[from].tabIndex = -1;
    cells[row * size + column].tabIndex = 0;
    cells[row * size + column].focus();
  });
  const light = (event: Event, on: boolean) => {
    for (const lit of table.querySelectorAll("th.hot")) lit.classList.remove("hot");
    const cell = (event.target as Element).closest<HTMLButtonElement>(".cell");
    const place = cell ? cells.indexOf(cell) : -1;
    setText(told, cell?.title ?? "");
    if (!on || place < 0) return;
    heads[place % size].classList.add("hot");
    rows[Math.floor(place / size)].cells[0].classList.add("hot");
  };
  table.addEventListener("pointerover", (event) => light(event, true));
  table.addEventListener("pointerleave", (event) => light(event, false));
  table.addEventListener("focusin", (event) => light(event, true));

  const fill = (theme: Tokens, at: number, {text, ground, title}: Cell) => {
    const cell = cells[at];
    cell.style.setProperty("--c", ground ? css(ground) : "transparent");
    cell.style.setProperty("--fg", css(inkOn(ground ?? theme.raised, theme)));
    setText(cell, text);
    cell.classList.toggle("zero", ground === null);
    cell.setAttribute("aria-label", title);
    cell.title = title;
  };
  const supports = (answers: Answers, actual: number) => {
    let row = 0;
    for (let predicted = 0; predicted < classes; predicted++) row += answers.counts[actual * classes + predicted];
    return row;
  };
  return {
    root,
    showCounts: (answers, peak, selection) => {
      const theme = tokens();
      shown.forEach((actual, r) => {
        const row = supports(answers, actual);
        shown.forEach((predicted, c) => {
          const count = answers.counts[actual * classes + predicted];
          const right = actual === predicted;
          const depth = right ? 0.06 + 0.3 * (count / (row || 1)) ** 2 : 0.1 + 0.9 * Math.min(1, count / peak) ** 0.7;
          const did = right ? words.right : `${words.as} ${names[predicted]}`;
          fill(theme, r * size + c, {
            text: count ? String(count) : "",
            ground: count ? mix(theme.panel, right ? theme.ok : theme.bad, depth) : null,
            title: `${count} of ${int(row)} true ${names[actual]} ${did}`,
          });
          const chosen = selection.kind === "cell" && selection.actual === actual && selection.predicted === predicted;
          cells[r * size + c].classList.toggle("sel", chosen);
        });
        setText(recalls[r], row ? pct(answers.counts[actual * classes + actual] / row, 0) : "–");
      });
    },
    showDifference: (before, after) => {
      const theme = tokens();
      const change = (place: number) => after.counts[place] - before.counts[place];
      let peak = 6;
      for (let place = 0; place < classes * classes; place++) {
        if (place % (classes + 1)) peak = Math.max(peak, Math.abs(change(place)));
      }
      shown.forEach((actual, r) => {
        shown.forEach((predicted, c) => {
          const moved = change(actual * classes + predicted);
          const right = actual === predicted;
          const better = right ? moved > 0 : moved < 0;
          const depth = 0.1 + 0.75 * Math.min(1, Math.abs(moved) / (right ? 3 * peak : peak)) ** 0.7;
          const signed = `${moved > 0 ? "+" : "−"}${Math.abs(moved)}`;
          const did = right ? words.right : `${words.as} ${names[predicted]}`;
          fill(theme, r * size + c, {
            text: moved ? signed : "",
            ground: moved ? mix(theme.panel, better ? theme.ok : theme.bad, depth) : null,
            title: `${names[actual]} ${did}: ${moved ? `${signed}, ${better ? "better" : "worse"}` : "as before"}`,
          });
          cells[r * size + c].classList.remove("sel");
        });
        const [now, then] = [after, before].map((answers) => answers.counts[actual * classes + actual]);
        const row = supports(after, actual);
        const points = row ? ((now - then) / row) * 100 : 0;
        setText(recalls[r], `${points > 0 ? "+" : points < 0 ? "−" : ""}${Math.abs(points).toFixed(1)}`);
      });
    },
  };
}
