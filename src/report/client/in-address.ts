import {readAddress, writeAddress} from "./address";
import type {Data} from "./data";
import {slicesNamed} from "./slices";
import type {Store} from "./state";

/** Keeps the page's address and its content in step, so that links and "back" lead to the right place. */
export function keepInAddress(data: Data, store: Store, signal: AbortSignal): void {
  let begun = false;
  let isFromAddress = false;
  store.on((state, changed) => {
    if (["stop", "other", "image", "selection", "slices", "view", "sample"].some((key) => changed.has(key as "stop"))) {
      try {
        // "back" returns to the view before; changes within a view are not steps for "back"
        const isStep = begun && changed.has("view") && !isFromAddress;
        history[isStep ? "pushState" : "replaceState"](null, "", writeAddress(state, data));
      } catch {
        // some viewers forbid this; then the view has no address
      }
    }
    begun = true;
    isFromAddress = false;
  });
  addEventListener(
    "hashchange",
    () => {
      const named = readAddress(location.hash, data);
      isFromAddress = true;
      store.set({
        view: named.view ?? "answers",
        ...(named.sample === undefined ? {} : {sample: named.sample}),
        ...(named.image === undefined ? {} : {image: named.image}),
        selection: named.selection ?? {kind: "mistakes"},
        slices: slicesNamed(data, named.slices ?? []),
      });
      store.go(named.stop ?? store.state.stop);
      store.goOther(named.other ?? null);
    },
    {signal},
  );
}
