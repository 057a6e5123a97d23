import type {Data} from "./data";
import {scopeOf} from "./scope";
import type {Selection, State} from "./state";

/**
 * The two stops to which "fixed" and "newly broken" refer: A and B in a comparison, else the stop before and the
 * current one.
 */
export function span({stop, other}: Pick<State, "stop" | "other">): readonly [number, number] | null {
  if (other !== null) return other === stop ? null : [stop, other];
  return stop > 0 ? [stop - 1, stop] : null;
}

let latest: {key: readonly unknown[]; images: readonly number[]} | undefined;

/** The images of the current selection, in the order in which they are shown. Kept until something changes. */
export function members(data: Data, state: State): readonly number[] {
  const key = [data, state.selection, state.stop, state.other, state.slices];
  if (!latest || key.some((part, i) => part !== latest?.key[i])) latest = {key, images: pick(data, state)};
  return latest.images;
}

function pick(data: Data, state: State): readonly number[] {
  const {selection, stop} = state;
  const {labels} = data;
  const scope = scopeOf(data, state.slices);
  const here = data.answers[stop];
  if (!here)
    return selection.kind === "lasso" ? selection.images : selection.kind === "explained" ? data.explained(stop) : [];
  const between = span(state);
  const before = between && data.answers[between[0]];
  const after = between && data.answers[between[1]];
  const surest = (a: number, b: number) => here.confidence[b] - here.confidence[a];
  const wrongFirst = (a: number, b: number) =>
    Number(here.predicted[a] === labels[a]) - Number(here.predicted[b] === labels[b]) || surest(a, b);
  const every = (keep: (i: number) => boolean) => {
    const kept: number[] = [];
    for (let i = 0; i < data.count; i++) if (scope.has(i) && keep(i)) kept.push(i);
    return kept;
  };
  switch (selection.kind) {
    case "mistakes":
      return every((i) => here.predicted[i] !== labels[i]).sort(surest);
    case "fixed":
      if (!before || !after) return [];
      return every((i) => before.predicted[i] !== labels[i] && after.predicted[i] === labels[i]).sort(surest);
    case "broken":
      if (!before || !after) return [];
      return every((i) => before.predicted[i] === labels[i] && after.predicted[i] !== labels[i]).sort(
        (a, b) => after.confidence[b] - after.confidence[a],
      );
    case "explained":
      return data.explained(stop).filter(scope.has).sort(wrongFirst);
    case "cell": {
      const {actual, predicted} = selection;
      const found = every((i) => labels[i] === actual && here.predicted[i] === predicted);
      return found.sort(actual === predicted ? (a, b) => surest(b, a) : surest);
    }
    case "lasso":
      return selection.images.filter(scope.has).sort(wrongFirst);
    default:
      return selection satisfies never;
  }
}

/** Whether the selection highlights images on the map; the list of all mistakes does not. */
export function singlesOut(selection: Selection): boolean {
  return selection.kind !== "mistakes" && selection.kind !== "explained";
}
