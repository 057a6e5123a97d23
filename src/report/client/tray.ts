import type {Data} from "./data";
import {h, setText} from "./dom";
import {int} from "./format";
import {panel, segmented} from "./panels/panel";
import {showsScrolling} from "./scrolls";
import {members, span} from "./selection";
import {type Selection, type State, type Store, still} from "./state";
import {type Thumb, thumb} from "./thumb";
import {describe, titleOf} from "./tray-words";

type Tab = "mistakes" | "broken" | "fixed" | "explained";

/** How many are shown before "Show all". */
const FIRST = 60;

/** One list for every way to select images: mistakes, a cell of the matrix, a lasso. */
export function mountTray(data: Data, store: Store): {root: HTMLElement; images(): readonly number[]} {
  const {words, labels} = data;
  const answered = data.answers.some((answers) => answers !== null);
  const items: readonly (readonly [Tab, string])[] = [
    ...(answered
      ? ([
          ["mistakes", "Surest mistakes"],
          ["broken", "Newly broken"],
          ["fixed", "Fixed"],
        ] as const)
      : []),
    ...(data.explained().length ? ([["explained", "Explained"]] as const) : []),
  ];
  const tabs = segmented<Tab>("List", items, "mistakes", (kind) => store.set({selection: {kind}}));
  const help =
    "Mistakes of which the network was sure are the most interesting: either it learned something wrong, or " +
    `the label is doubtful. A dot marks ${words.many} that have an explanation at this epoch. J and K walk through the list.`;
  const {root, head, body, bar} = panel("tray", "Most confident mistakes", help, tabs.root);
  const say = h("p", {class: "tray-say"});
  const clear = h("button", {class: "link tray-clear", type: "button"}, "Clear selection");
  clear.addEventListener("click", () => store.set({selection: {kind: "mistakes"}}));
  bar.firstElementChild?.after(h("div", {class: "tray-line"}, say, clear));
  const list = showsScrolling(
    h("div", {class: "thumbs", role: "listbox", tabindex: "-1", "aria-label": `List of ${words.many}`}),
  );
  const empty = h("p", {class: "empty"});
  const more = h("button", {class: "btn", type: "button"});
  more.addEventListener("click", () => {
    limit = Number.POSITIVE_INFINITY;
    draw();
  });
  const cut = h("p", {class: "on-paper empty"});
  body.append(list, empty, more, cut);

  let limit = FIRST;
  let picked: Selection | undefined;
  let within: State["slices"] | undefined;
  let images: readonly number[] = [];
  let answersStop = 0;
  const thumbs: Thumb[] = [];
  /** Thumbnails are made once and shown again, so that a change of epoch needs no new elements. */
  const thumbAt = (n: number): Thumb => {
    thumbs[n] ??= thumb(
      data,
      () => answersStop,
      (image) => store.set({image, sheet: true}),
    );
    return thumbs[n];
  };

  const draw = () => {
    const {state} = store;
    const {selection, slices} = state;
    const between = span(state);
    answersStop = between && state.other !== null && selection.kind === "broken" ? between[1] : state.stop;
    const answers = data.answers[answersStop];
    if (selection !== picked || slices !== within) {
      if (
        selection.kind !== picked?.kind ||
        selection.kind === "cell" ||
        selection.kind === "lasso" ||
        slices !== within
      ) {
        limit = FIRST;
        list.scrollTop = 0;
      }
      picked = selection;
      within = slices;
    }
    images = members(data, state);
    tabs.set(selection.kind === "cell" || selection.kind === "lasso" ? null : selection.kind);
    clear.hidden = selection.kind !== "cell" && selection.kind !== "lasso";
    setText(head, titleOf(data, selection));
    const wrong = answers ? images.filter((i) => answers.predicted[i] !== labels[i]).length : undefined;
    setText(say, describe(data, state, images.length, wrong, data.epochs[answersStop]));
    const shown = Math.min(images.length, limit);
    const focused = list.contains(document.activeElement);
    for (let n = 0; n < shown; n++) thumbAt(n).show(images[n]);
    const roots = thumbs.slice(0, shown).map((made) => made.root);
    if (list.childElementCount !== shown) list.replaceChildren(...roots);
    list.hidden = shown === 0;
    empty.hidden = shown > 0;
    const early = !between && (selection.kind === "fixed" || selection.kind === "broken");
    setText(empty, early ? "Move to a later epoch." : `No ${words.many} here at this epoch.`);
    more.hidden = images.length <= limit;
    setText(more, `Show all ${int(images.length)}`);
    setText(cut, images.length > limit ? `These are the first ${int(limit)} of ${int(images.length)}.` : "");
    mark();
    if (focused) (roots.find((root) => root.getAttribute("aria-selected") === "true") ?? roots[0])?.focus();
  };
  const mark = () => {
    const shown = Math.min(images.length, limit);
    const chosen = images.indexOf(store.state.image);
    for (let n = 0; n < shown; n++) {
      thumbs[n].root.setAttribute("aria-selected", String(n === chosen));
      thumbs[n].root.tabIndex = n === (chosen >= 0 && chosen < shown ? chosen : 0) ? 0 : -1;
    }
  };
  list.addEventListener("keydown", (event) => {
    const roots = [...list.children] as HTMLElement[];
    const from = roots.indexOf(document.activeElement as HTMLElement);
    if (from < 0) return;
    const columns = roots.filter((root) => root.offsetTop === roots[0].offsetTop).length;
    // the left and right arrow keys move through the epochs, as everywhere; with Shift, they go from image to image
    const aside = event.shiftKey ? {ArrowRight: from + 1, ArrowLeft: from - 1} : {};
    const ways: {readonly [key: string]: number} = {
      ...aside,
      ArrowDown: from + columns,
      ArrowUp: from - columns,
      Home: 0,
      End: roots.length - 1,
    };
    const to = ways[event.key];
    if (to === undefined || !roots[to]) return;
    event.preventDefault();
    event.stopPropagation();
    roots[to].focus();
    store.set({image: images[to]});
  });
  let begun = false;
  store.on((state, changed) => {
    if (changed.has("selection") || changed.has("slices") || changed.has("stop") || changed.has("other")) draw();
    else if (changed.has("image")) mark();
    // a cell or a lasso fills the list: bring it into view if it is off the screen
    const own = state.selection.kind === "cell" || state.selection.kind === "lasso";
    if (begun && changed.has("selection") && own) {
      const {top} = list.getBoundingClientRect();
      const by = top - innerHeight + (innerWidth < 900 ? innerHeight * 0.45 : 120);
      if (top > innerHeight - 90) scrollBy({top: by, behavior: still.matches ? "auto" : "smooth"});
    }
    begun = true;
  });
  return {root, images: () => images};
}
