import {classScores} from "../../../numbers/confusion";
import {wilsonInterval} from "../../../numbers/intervals";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct} from "../format";
import {type Scope, scopeOf} from "../scope";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import {swatch} from "../swatch";
import {fittedTo} from "../text-width";
import {panel} from "./panel";

const COLUMNS = [
  ["precision", "Precision"],
  ["recall", "Recall"],
  ["f1", "F1"],
] as const;

/** Shows precision, recall and F1 of each class; in a comparison, how each has changed. */
export function mountClasses(data: Data, store: Store): HTMLElement {
  const help =
    "Precision: of what the network called this class, the share that is it. Recall: of what is this class, the share " +
    "that the network found. F1 is the harmonic mean of the two. Click a class to single it out on the map. When " +
    "comparing, the small figures are points gained from the first epoch to the second.";
  const {root, body} = panel("classes", "Class by class", help);
  const {names, classes} = data;
  const scoresIn = ({answers}: Scope) =>
    data.answers.map((_, s) => {
      const own = answers(s);
      return own && classScores(own.counts, classes);
    });
  let scope = scopeOf(data, store.state.slices);
  let scores = scoresIn(scope);
  // bars start near the lowest figure of the trained epochs, because otherwise all would look alike
  const trained = scores.flatMap((score, s) =>
    score && data.epochs[s] > 0 ? [...score.precision, ...score.recall] : [],
  );
  const floor = Math.floor(Math.min(0.9, ...trained) * 10) / 10;
  const rows = names.map((name, k) => {
    const cells = COLUMNS.map(() => {
      const [value, moved, fill] = [h("span"), h("small"), h("i")];
      const cell = h("td", {}, h("span", {class: "cls-v"}, value, moved), h("span", {class: "cls-bar"}, fill));
      return {cell, value, moved, fill};
    });
    const pick = h(
      "button",
      {class: "chip", type: "button", title: name},
      swatch(data, k),
      fittedTo(name, 5.25, 0.8125, 600) || "–",
    );
    pick.addEventListener("click", () => store.set({isolated: store.state.isolated === k ? -1 : k}));
    const support = h("td", {class: "cls-n"});
    const row = h("tr", {}, h("th", {scope: "row"}, pick), ...cells.map(({cell}) => cell), support);
    return {row, pick, cells, support};
  });
  const heads = COLUMNS.map(([, title]) => h("th", {scope: "col"}, title));
  const head = h(
    "thead",
    {},
    h("tr", {}, h("th", {scope: "col"}, "Class"), ...heads, h("th", {scope: "col"}, "Images")),
  );
  const table = h("table", {class: "cls"}, head, h("tbody", {}, ...rows.map(({row}) => row)));
  const place = h("div", {class: "cls-wrap", tabindex: "0", role: "group", "aria-label": "Class by class"}, table);
  const scroller = showsScrolling(place, table);
  const foot = h("p", {class: "panel-foot"});
  body.append(scroller, foot);
  /** A share with Wilson's 95 % interval. */
  const within = (hits: number, images: number) => {
    const [low, high] = wilsonInterval(hits, images).map((share) => (100 * share).toFixed(1));
    return `${pct(hits / images)} (95 %: ${low} to ${high})`;
  };

  const draw = () => {
    const {stop, other, isolated, slices} = store.state;
    const now = scopeOf(data, slices);
    if (now !== scope) scores = scoresIn(now);
    scope = now;
    const [a, b] = [scores[stop], other === null ? null : scores[other]];
    const all = scope.answers(stop);
    const counts = all?.counts;
    const share = all ? `All classes: ${within(scope.count - all.wrong, scope.count)} right. ` : "";
    setText(foot, `${share}Bars begin at ${pct(floor, 0)}.`);
    const called = (k: number) =>
      Array.from(names, (_, j) => counts?.[j * classes + k] ?? 0).reduce((sum, n) => sum + n, 0);
    rows.forEach(({row, pick, cells, support}, k) => {
      const images = counts?.subarray(k * classes, (k + 1) * classes).reduce((sum, n) => sum + n, 0) ?? 0;
      setText(support, counts ? int(images) : "–");
      row.title = counts && images ? `Recall ${within(counts[k * classes + k], images)}` : "";
      pick.setAttribute("aria-pressed", String(isolated === k));
      row.classList.toggle("dim", isolated >= 0 && isolated !== k);
      COLUMNS.forEach(([score], c) => {
        const {value, moved, fill} = cells[c];
        const of = score === "precision" ? called(k) : images;
        const now = of > 0 ? a?.[score][k] : undefined; // a share of no images says nothing
        setText(value, now === undefined ? "–" : pct(now));
        fill.style.setProperty("--w", String(Math.max(0, ((now ?? 0) - floor) / (1 - floor))));
        const then = b?.[score][k];
        const points = now === undefined || then === undefined ? 0 : (then - now) * 100;
        const sign = points > 0 ? "+" : "−";
        setText(moved, b ? (Math.abs(points) < 0.05 ? "±0" : `${sign}${Math.abs(points).toFixed(1)}`) : "");
        moved.className = points < -0.05 ? "bad" : "";
      });
    });
  };
  store.on((_, changed) => {
    if (["stop", "other", "isolated", "slices"].some((key) => changed.has(key as "stop"))) draw();
  });
  return root;
}
