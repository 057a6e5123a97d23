import type {Data} from "../data";
import {h, setText} from "../dom";
import type {Store} from "../state";
import type {TrainingData} from "./data";
import {decidedWords, decisionsCsv, download} from "./decisions";

/** A bar with the decisions, and with the command that trains with them. It appears after the first decision. */
export function decisionsBar(data: Data, training: TrainingData, store: Store): HTMLElement {
  const said = h("span", {class: "dec-say"});
  const save = h("button", {class: "btn", type: "button"}, "Save suspects.csv");
  save.addEventListener("click", () => download("suspects.csv", decisionsCsv(data, training, store.state.decided)));
  const command = `npx ts-node runner.ts labels try ${data.file.run.name} --edit suspects.csv`;
  const shown = h("code", {}, command);
  const copy = h("button", {class: "tool", type: "button"}, "Copy");
  copy.addEventListener("click", () => {
    navigator.clipboard?.writeText(command).then(
      () => setText(copy, "Copied"),
      () => getSelection()?.selectAllChildren(shown), // a page from disk may not: then it is at least selected
    );
  });
  const bar = h(
    "div",
    {class: "dec-bar", role: "group", "aria-label": "What was decided"},
    said,
    save,
    h("span", {class: "dec-then"}, "then train again with it, and compare: ", shown),
    copy,
  );
  store.on(({decided, view}, changed) => {
    if (view !== "training" || !(changed.has("decided") || changed.has("view"))) return;
    bar.hidden = decided.size === 0;
    setText(said, `${decidedWords(decided)}.`);
    setText(copy, "Copy");
  });
  return bar;
}
