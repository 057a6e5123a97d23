export type Theme = "auto" | "light" | "dark";

const KEY = "epochscope-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * The stored theme. A page that is opened from disk may not be allowed to store anything; then the choice only lasts
 * for this visit.
 */
function stored(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}

let chosen: Theme = stored();
let onPaper = false;

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  choose(next: Theme): void {
    chosen = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // see stored()
    }
    theme.paint();
  },
  /** Whether the page is laid out for paper. */
  get onPaper(): boolean {
    return onPaper;
  },
  /** Paper is white, so the theme is light while the page is printed, whatever was chosen. */
  print(on: boolean): void {
    onPaper = on;
    theme.paint();
  },
  paint(): void {
    const auto = dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = onPaper ? "light" : chosen === "auto" ? auto : chosen;
  },
  onSystemChange(listener: () => void, signal: AbortSignal): void {
    dark.addEventListener("change", listener, {signal});
  },
};
