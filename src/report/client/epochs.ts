import type {Data} from "./data";
import {int, pct} from "./format";
import {scopeOf} from "./scope";
import type {Store} from "./state";
import type {Times} from "./timeline";

/** A run's epochs as a timeline shows them. */
export function epochTimes(data: Data, store: Store): Times {
  const {last, epochs} = data;
  const accuracy = (stop: number) => {
    const {images, count, answers} = scopeOf(data, store.state.slices ?? []);
    if (!images) return data.metrics(stop)?.testAccuracy;
    const own = answers(stop);
    return own && count ? 1 - own.wrong / count : undefined;
  };
  return {
    last,
    numbers: epochs,
    words: {one: "Epoch", other: "Second epoch", many: "Epochs"},
    name: (stop) => {
      const name = epochs[stop] === 0 ? "epoch 0, untrained" : `epoch ${epochs[stop]}`;
      const right = accuracy(stop);
      return right === undefined ? name : `${name}, ${pct(right)} right`;
    },
    // what the view shown asks about
    figure: (stop) => {
      const right = accuracy(stop);
      const over = data.training?.epochsBy(epochs[stop]) ?? 0;
      if (store.state.view !== "training" || !data.training) return right === undefined ? "" : pct(right);
      return over === 0 ? "learned" : int(data.training.story(over).learned);
    },
  };
}
