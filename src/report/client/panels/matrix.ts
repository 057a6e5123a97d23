import type {Data} from "../data";
import {h, setText} from "../dom";
import {type Scope, scopeOf} from "../scope";
import {members} from "../selection";
import type {Store} from "../state";
import {grid, MANY_CLASSES, shownClasses} from "./matrix-grid";
import {panel, segmented} from "./panel";

/**
 * Shows the confusion matrix of the current stop; in a comparison, those of both stops, or the changes between them.
 */
export function mountMatrix(data: Data, store: Store): {root: HTMLElement; draw(): void} {
  const {words, classes} = data;
  const shown = shownClasses(data).length;
  const help =
    `Each row is the true ${words.one === "digit" ? "digit" : "class"}, each column what the network answered. The ` +
    `diagonal is right; everything off it is a mistake. Click a cell to list its ${words.many} and see why the surest came out so. When comparing, ` +
    "“Difference” shows what changed from the first epoch to the second: blue is better, orange worse.";
  const view = segmented(
    "Matrices",
    [
      ["both", "Side by side"],
      ["difference", "Difference"],
    ] as const,
    "both",
    (choice) => store.set({difference: choice === "difference"}),
  );
  const {root, body} = panel("matrix", "Confusion matrix", help, view.root);
  const figure = (which: "a" | "b") => {
    const caption = h("span", {class: `ab ab-${which}`});
    const across = h("span", {class: "cm-as"}, `${words.as} →`);
    const down = h(
      "span",
      {class: "cm-y", "aria-hidden": "true"},
      `true ${words.one === "digit" ? "digit" : "class"} →`,
    );
    const table = grid(data, (actual, predicted) => {
      // the list belongs to A, so a click on a cell of B exchanges the two
      const {stop, other} = store.state;
      if (which === "b" && other !== null) {
        store.goOther(stop);
        store.go(other);
      }
      const selection = {kind: "cell", actual, predicted} as const;
      const list = members(data, {...store.state, selection});
      // an image with an explanation is shown at once
      const image = list.find((i) => data.isExplained(i, store.state.stop)) ?? list[0] ?? store.state.image;
      store.set({selection, image});
    });
    const none = h("p", {class: "empty"}, "This epoch's answers were not recorded.");
    const root = h(
      "figure",
      {class: shown >= MANY_CLASSES ? "cm-fig many" : "cm-fig"},
      h("figcaption", {class: "cm-x"}, caption, across),
      down,
      table.root,
      none,
    );
    return {root, caption, table, none};
  };
  const [a, b] = [figure("a"), figure("b")];
  body.classList.add("duo");
  body.append(a.root, b.root);
  if (shown < classes) {
    body.append(h("p", {class: "empty"}, `${shown} of ${classes} classes: those with the most mistakes.`));
  }

  // one colour scale for all trained epochs, so that epochs can be compared; the untrained one has its own
  const peakOf = (stops: readonly number[], {answers}: Scope) => {
    let peak = 6;
    for (const stop of stops) {
      answers(stop)?.counts.forEach((count, place) => {
        if (place % (classes + 1)) peak = Math.max(peak, count);
      });
    }
    return peak;
  };
  const untrained = data.epochs.indexOf(0);
  const trained = data.epochs.map((_, s) => s).filter((s) => s !== untrained);
  /** The largest counts for the images in question, because other slices have other ones. */
  let peaks: {readonly scope: Scope; readonly trained: number; readonly untrained: number} | undefined;
  const peaksOf = (scope: Scope) => {
    const peak = peakOf(trained, scope);
    return {scope, trained: peak, untrained: untrained < 0 ? peak : peakOf([untrained], scope)};
  };

  const draw = () => {
    const {stop, other, selection, difference, slices} = store.state;
    const scope = scopeOf(data, slices);
    if (peaks?.scope !== scope) peaks = peaksOf(scope);
    const [first, second] = [scope.answers(stop), other === null ? null : scope.answers(other)];
    const peakAt = (s: number | null) => (s === untrained ? peaks?.untrained : peaks?.trained) ?? 0;
    const between = difference && other !== null && first && second;
    view.root.hidden = other === null;
    body.classList.toggle("single", Boolean(between));
    b.root.hidden = other === null || Boolean(between);
    a.caption.hidden = other === null;
    a.caption.className = between ? "ab-between" : "ab ab-a";
    setText(a.caption, between ? `Epoch ${data.epochs[stop]} → ${data.epochs[other]}` : `Epoch ${data.epochs[stop]}`);
    if (other !== null) setText(b.caption, `Epoch ${data.epochs[other]}`);
    for (const [part, answers] of [[a, first] as const, [b, second] as const]) {
      part.table.root.hidden = !answers;
      part.none.hidden = Boolean(answers);
    }
    if (between) {
      a.table.showDifference(first, second);
      return;
    }
    if (first) a.table.showCounts(first, peakAt(stop), selection);
    if (second) b.table.showCounts(second, peakAt(other), selection);
  };
  store.on((_, changed) => {
    if (["stop", "other", "selection", "slices", "difference"].some((key) => changed.has(key as "stop"))) draw();
  });
  return {root, draw};
}
