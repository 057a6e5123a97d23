import {h} from "./dom";
import {segmented, toggleAllNotes} from "./panels/panel";
import {printOnPaper} from "./paper";
import {type Theme, theme} from "./theme";

/** The tools at the top of a page (of a run or of a reader), and the actions of their keys. */
export interface PageTools {
  /** The buttons in their order. */
  readonly elements: readonly HTMLElement[];
  /** Changes the theme from light to dark, or back. */
  flip(): void;
  /** Shows or hides all explanations. */
  explain(): void;
}

/**
 * Makes the buttons for explanations, theme and printing.
 *
 * @param redraw Draws everything that has the theme's colours. @param signal Removes the listeners.
 */
export function pageTools(redraw: () => void, signal: AbortSignal): PageTools {
  const choose = (choice: Theme) => {
    theme.choose(choice);
    themes.set(choice);
    redraw();
  };
  const themes = segmented<Theme>(
    "Theme",
    [
      ["auto", "Auto"],
      ["light", "Light"],
      ["dark", "Dark"],
    ],
    theme.chosen,
    choose,
  );
  themes.root.classList.add("theme-seg");
  const flip = () => choose(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  const themeButton = toolButton("btn theme-btn", "Light or dark (T)", flip, icon("ic ic-theme"));
  themeButton.setAttribute("aria-label", "Light or dark");
  let explained = false;
  const explain = () => {
    explained = !explained;
    toggleAllNotes(explained);
    explainButton.setAttribute("aria-pressed", String(explained));
  };
  const explainButton = toolButton("btn", "Show every explanation (?)", explain, icon("ic ic-q", "?"), "Explain");
  theme.onSystemChange(() => {
    theme.paint();
    redraw();
  }, signal);
  printOnPaper(redraw, signal);
  return {elements: [explainButton, themes.root, themeButton], flip, explain};
}

export function icon(name: string, text = ""): HTMLElement {
  return h("span", {class: name, "aria-hidden": "true"}, text);
}

/** @param label The word beside the symbol; without it, a screen reader says `title`. */
export function toolButton(
  name: string,
  title: string,
  click: () => void,
  mark: HTMLElement,
  label = "",
): HTMLButtonElement {
  const text = label ? h("span", {class: "lbl"}, label) : null;
  return h("button", {class: name, type: "button", title, "aria-label": label || title, onclick: click}, mark, text);
}
