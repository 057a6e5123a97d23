import type {Store} from "./state";
import type {PageView} from "./views";

const html = document.documentElement;

/**
 * On a narrow screen the image's panel lies over the page as a dialog, and the page behind it is out of reach.
 *
 * @param top The part above all views. @param shown The view that is shown now.
 */
export function openSheets(top: HTMLElement, shown: () => PageView, store: Store, signal: AbortSignal): void {
  const narrow = matchMedia("(max-width: 1099px)");
  narrow.addEventListener("change", () => store.set({sheet: false}), {signal});
  let back: Element | null = null;
  const showSheet = (open: boolean) => {
    const {left, side} = shown();
    if (!side) return;
    if (open) back = document.activeElement;
    html.classList.toggle("sheet", open);
    top.inert = left.inert = open;
    if (open) {
      side.setAttribute("role", "dialog");
      side.setAttribute("aria-modal", "true");
      side.scrollTop = 0;
      side.querySelector<HTMLElement>(".sheet-close")?.focus({preventScroll: true});
      return;
    }
    side.removeAttribute("role");
    side.removeAttribute("aria-modal");
    if (back instanceof HTMLElement) back.focus({preventScroll: true});
    back = null;
  };
  store.on((state, changed) => {
    if (changed.has("sheet")) showSheet(state.sheet && narrow.matches);
  });
}
