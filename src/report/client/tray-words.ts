import type {Data} from "./data";
import {int, plural} from "./format";
import {span} from "./selection";
import type {Selection, State} from "./state";

/** The list's heading. */
export function titleOf({names, words}: Data, selection: Selection): string {
  switch (selection.kind) {
    case "mistakes":
      return "Most confident mistakes";
    case "broken":
      return "Newly broken";
    case "fixed":
      return "Fixed";
    case "explained":
      return `${words.many[0].toUpperCase()}${words.many.slice(1)} with explanations`;
    case "cell": {
      const {actual, predicted} = selection;
      if (actual === predicted) return `${names[actual]} ${words.right}`;
      return `${names[actual]} ${words.as} ${names[predicted]}`;
    }
    case "lasso":
      return `Lassoed ${words.many}`;
    default:
      return selection satisfies never;
  }
}

/**
 * The line under it: how many there are, and in what order.
 *
 * @param wrong How many of them have a wrong answer; undefined if the run kept no answers.
 */
export function describe(data: Data, state: State, count: number, wrong: number | undefined, epoch: number): string {
  const {words, epochs} = data;
  const when = epoch === 0 ? "before training" : `at epoch ${epoch}`;
  const many = plural(count, words.one);
  const between = span(state);
  switch (state.selection.kind) {
    case "mistakes":
      return `${plural(count, "mistake")} ${when}, surest first.`;
    case "broken":
    case "fixed": {
      if (!between) return "There is no epoch before this one.";
      const [before, after] = state.selection.kind === "broken" ? ["right", "wrong"] : ["wrong", "right"];
      return `${many} ${before} at epoch ${epochs[between[0]]}, ${after} at epoch ${epochs[between[1]]}.`;
    }
    case "explained":
      return `${many} with explanations${wrong === undefined ? "" : `; ${int(wrong)} mistaken ${when}`}.`;
    case "cell":
      return `${many} ${when}, ${state.selection.actual === state.selection.predicted ? "least sure" : "surest"} first.`;
    case "lasso":
      return wrong === undefined ? `${many}.` : `${many}, ${wrong ? int(wrong) : "none"} wrong ${when}.`;
    default:
      return state.selection satisfies never;
  }
}
