import type {View} from "./address";
import type {Data} from "./data";
import {members} from "./selection";
import {slicesNamed} from "./slices";
import type {State} from "./state";
import {restoredDecisions} from "./training/decisions";

/** The state in which the page opens: the one in the address, or else the last epoch and its mistakes. */
export function firstState(data: Data, view: View): State {
  const stop = Math.min(data.last, view.stop ?? data.last);
  const other = view.other === undefined || view.other > data.last ? null : view.other;
  const answered = data.answers.some((answers) => answers !== null);
  const selection = view.selection ?? {kind: answered ? "mistakes" : "explained"};
  const training = data.training;
  const state: State = {
    view: view.view ?? "answers",
    sample: view.sample ?? -1,
    sampleHover: -1,
    samples: {kind: "suspects"},
    order: "suspect",
    decided: training ? restoredDecisions(data) : new Map(),
    mapZoomed: true,
    stop,
    other,
    at: stop,
    atOther: other ?? 0,
    image: 0,
    hover: -1,
    selection,
    slices: answered ? slicesNamed(data, view.slices ?? []) : [],
    mode: "label",
    isolated: -1,
    playing: false,
    sheet: false,
    limeFor: "predicted",
    zoomed: true,
    difference: false,
    live: null,
  };
  return {...state, image: view.image ?? firstImage(data, state)};
}

/**
 * The image to begin with: the first of the list that is explained; if none of them is, the explained image that the
 * trained network found hardest, because there is more to see; and if nothing is explained, the first of the list.
 */
function firstImage(data: Data, state: State): number {
  const list = members(data, state);
  const listed = list.find((i) => data.isExplained(i, state.stop));
  if (listed !== undefined) return listed;
  const ease = (i: number) =>
    data.answers.reduce((sum, answers, s) => sum + (data.epochs[s] > 0 ? (answers?.of(i, data.labels[i]) ?? 0) : 0), 0);
  const [hardest] = [...data.explained()].sort((a, b) => ease(a) - ease(b));
  return hardest ?? list[0] ?? 0;
}
