import type {PageView} from "./views";

/** The action of each key, by the key's name; letters are in lower case. */
type Keys = {readonly [key: string]: () => void};

export interface PageKeys {
  /** Keys that work everywhere, except where the reader types text. */
  readonly keys: Keys;
  /** Keys that do not work while a control has the focus, because the control uses them. */
  readonly offControls: Keys;
  /** The view that is shown now, whose own keys come first. */
  shown(): Pick<PageView, "key">;
  /** Called before the action of any key except the space bar; it stops the playing. */
  stop(): void;
}

export function listenToKeys({keys, offControls, shown, stop}: PageKeys, signal: AbortSignal): void {
  addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const control = (event.target as Element).closest("button, summary, a, input, select");
      if (control?.matches("input, select") && event.key !== "Escape") return; // it takes letters and arrows itself
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (shown().key?.(key)) return event.preventDefault();
      const act = keys[key] ?? (control ? undefined : offControls[key]);
      if (!act) return;
      event.preventDefault();
      if (key !== " ") stop();
      act();
    },
    {signal},
  );
}
