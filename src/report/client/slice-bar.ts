import type {Data} from "./data";
import {h, setText} from "./dom";
import {int, plural} from "./format";
import {sampleWords} from "./sample-words";
import {scopeOf} from "./scope";
import {chooseSlices, sliceWords, withSlice} from "./slices";
import {type Store, still, type ViewName} from "./state";
import {fittedTo} from "./text-width";

/** The width of a slice's name in the bar, in rems; the sentence contains the complete name. */
const NAME = 15;

/** The questions about test images, which slices narrow. */
export const NARROWED: readonly ViewName[] = ["answers", "runs", "why"];

/**
 * Says about which test images a view speaks: all, in the Answers view with a link to the list of slices; or those in
 * the chosen slices, each with a button that removes it.
 */
export function mountSliceBar(data: Data, store: Store): HTMLElement {
  const {words} = data;
  const sample = sampleWords(data);
  const all = h("button", {
    class: "link",
    type: "button",
    title: "Choose a slice: every panel then shows only its images",
  });
  all.addEventListener("click", () =>
    document.querySelector(".p-slices")?.scrollIntoView({block: "start", behavior: still.matches ? "auto" : "smooth"}),
  );
  const chips = h("span", {class: "slice-chips"});
  const count = h("span", {class: "slice-count"});
  const back = h("button", {class: "link", type: "button", title: "Speak of all again (Esc)"});
  setText(back, `All ${int(data.count)}`);
  back.addEventListener("click", () => store.set({slices: []}));
  const root = h(
    "div",
    {class: "slice-bar", role: "group", "aria-label": "Which test images"},
    count,
    chips,
    all,
    back,
  );
  store.on(({slices, view}, changed) => {
    if (!changed.has("slices") && !changed.has("view")) return;
    const isNarrowed = slices.length > 0;
    root.hidden = view !== "answers" && !(isNarrowed && NARROWED.includes(view));
    const {count: left} = scopeOf(data, slices);
    all.hidden = isNarrowed;
    back.hidden = chips.hidden = count.hidden = !isNarrowed;
    setText(
      all,
      sample ? `of ${int(data.count)} test ${words.many}, ${sample}` : `of all ${int(data.count)} test ${words.many}`,
    );
    setText(count, `of ${plural(left, words.one)}:`);
    chips.replaceChildren(
      ...slices.map((slice) => {
        const name = sliceWords([slice]);
        const gone = () => chooseSlices(data, store, withSlice(store.state.slices, slice));
        const label = {title: name, "aria-label": `${name}: let go`};
        return h(
          "button",
          {class: "chip", type: "button", ...label, onclick: gone},
          fittedTo(name, NAME, 0.875, 600),
          " ×",
        );
      }),
    );
  });
  return root;
}
