import {h, setText} from "./dom";
import type {Store, ViewName} from "./state";

/** One question of the page: its content, and the actions of the keys there. */
export interface PageView {
  readonly left: HTMLElement;
  /** The column with the current image; on a narrow screen it is a dialog. */
  readonly side: HTMLElement | null;
  /** Draws everything that has the theme's colours. */
  draw(): void;
  /** Goes to the next (1) or previous (−1) image of the list. */
  step(by: 1 | -1): void;
  /** Handles the view's own keys. @returns Whether the key is one of them. */
  key?(pressed: string): boolean;
  /** Clears the selection. */
  clear(): void;
}

/** A question in the row, and the words about its answer at the current epoch. */
export interface Question {
  readonly name: ViewName;
  readonly title: string;
  finding(stop: number): string;
}

/** The row of questions; null if there is only one. */
export function mountQuestions(questions: readonly Question[], store: Store): HTMLElement | null {
  if (questions.length < 2) return null;
  const tabs = questions.map(({name, title, finding}, n) => {
    const found = h("span");
    const tab = h("button", {type: "button", class: "ask-tab", title: `${title} (${n + 1})`}, h("b", {}, title), found);
    tab.addEventListener("click", () => store.set({view: name, sheet: false}));
    return {name, tab, found, finding};
  });
  store.on(({view, stop}, changed) => {
    if (!changed.has("view") && !changed.has("stop") && !changed.has("slices")) return;
    for (const {name, tab, found, finding} of tabs) {
      if (name === view) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
      setText(found, finding(stop));
    }
  });
  return h("nav", {class: "ask", "aria-label": "Questions"}, ...tabs.map(({tab}) => tab));
}
