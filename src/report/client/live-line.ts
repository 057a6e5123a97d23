import {h, setText} from "./dom";
import {int, seconds} from "./format";
import type {Live, Store} from "./state";

/** The line in which a live page describes its run: epoch, share and time left; at the end, how it ended. */
export function liveWords(live: Live | null): string {
  if (!live) return "";
  const {epoch, epochs} = live;
  if (live.kind === "ended") {
    if (epoch < epochs) return `The run has stopped after epoch ${epoch} of ${epochs}.`;
    return `The run has ended: ${epochs === 1 ? "its epoch is" : `all ${int(epochs)} epochs are`} trained.`;
  }
  const {share, secondsLeft} = live;
  const rest = secondsLeft !== null && (secondsLeft < 10 ? `${Math.round(secondsLeft)} s` : seconds(secondsLeft));
  const left = rest ? ` About ${rest} left.` : "";
  if (share >= 1) return `Epoch ${epoch} of ${epochs} is trained, and the network is being looked at.${left}`;
  return `Training goes on: epoch ${epoch} of ${epochs}, ${Math.floor(100 * share)} %.${left}`;
}

/** One line above the page with a bar for the whole run. It disappears if nothing is known about a run in progress. */
export function mountLiveLine(store: Store): HTMLElement {
  const [bar, words] = [h("span", {class: "live-bar"}), h("span", {class: "live-words"})];
  const root = h("div", {class: "live", role: "status", hidden: true}, bar, words);
  const show = () => {
    const {live} = store.state;
    root.hidden = !live;
    document.documentElement.classList.toggle("has-live", live !== null);
    root.classList.toggle("ended", live?.kind === "ended");
    setText(words, liveWords(live));
    const done = !live
      ? 0
      : live.kind === "ended"
        ? live.epoch / live.epochs
        : (live.epoch - 1 + live.share) / live.epochs;
    bar.style.setProperty("--x", String(done));
  };
  store.on((_, changed) => {
    if (changed.has("live")) show();
  });
  show();
  return root;
}
