import {drawAllNow} from "./sized";
import {theme} from "./theme";

/**
 * Lays the page out for paper while it is printed: in the light theme, with everything open and every chart drawn
 * again. The class `paper` gives the page the width of the narrowest sheet (A4 upright) before the browser makes pages;
 * charts are drawn for this width, and are enlarged for wider sheets, because they cannot be drawn again later.
 *
 * @param redraw Draws the panels in the theme's colours.
 * @param signal Removes the listeners.
 */
export function printOnPaper(redraw: () => void, signal: AbortSignal): void {
  let opened: HTMLDetailsElement[] | null = null;
  const paper = (on: boolean) => {
    if (on === (opened !== null)) return;
    theme.print(on);
    document.documentElement.classList.toggle("paper", on);
    if (on) {
      opened = [...document.querySelectorAll("details")].filter(({open}) => !open);
      for (const details of opened) details.open = true;
    } else {
      for (const details of opened ?? []) details.open = false;
      opened = null;
    }
    redraw();
    drawAllNow();
  };
  addEventListener("beforeprint", () => paper(true), {signal});
  addEventListener("afterprint", () => paper(false), {signal});
  matchMedia("print").addEventListener("change", ({matches}) => paper(matches), {signal});
}
