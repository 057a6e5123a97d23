import type {RunsShown} from "../runs-file";
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
    // the question of the current view
    figure: (stop) => {
      const right = accuracy(stop);
      const seeds = store.state.view === "runs" ? data.file.runs?.byEpoch : undefined;
      if (seeds) return seedsFigure(seeds, epochs[stop]);
      const over = data.training?.epochsBy(epochs[stop]) ?? 0;
      if (store.state.view !== "training" || !data.training) return right === undefined ? "" : pct(right);
      return over === 0 ? "learned" : int(data.training.story(over).learned);
    },
  };
}

/** The mean of a setting's seeds after an epoch, in percent, and their standard deviation: "97.01 ± .29"; of the first stop how many they are. */
function seedsFigure({seeds, epochs}: NonNullable<RunsShown["byEpoch"]>, epoch: number): string {
  if (epoch === 0) return `${seeds} seeds`;
  const found = epochs.find((one) => one.epoch === epoch);
  if (!found) return "";
  if (innerWidth < 1100) return pct(found.mean); // on a narrow screen the last stop has no room for more
  const spread = (100 * found.deviation).toFixed(2).replace(/^0\./, ".");
  return `${(100 * found.mean).toFixed(2)} ± ${spread}`;
}
