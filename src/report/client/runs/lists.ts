import type {ChangedAnswer, RunsShown} from "../../runs-file";
import type {Selection} from "../state";

/** Images by who gets them right: this run alone, the base alone, or neither. */
export interface RunsLists {
  readonly fixed: readonly ChangedAnswer[];
  readonly broken: readonly ChangedAnswer[];
  readonly wrong: readonly ChangedAnswer[];
}

/** The lists; if images were circled on a map, only those within. */
export function listsOf({fixed, broken, wrong = []}: RunsShown, selection?: Selection): RunsLists {
  if (selection?.kind !== "lasso") return {fixed, broken, wrong};
  const circled = new Set(selection.images);
  const within = (list: readonly ChangedAnswer[]) => list.filter(([index]) => circled.has(index));
  return {fixed: within(fixed), broken: within(broken), wrong: within(wrong)};
}

/** How many images one run alone gets right: more than the lists have, if these were cut. */
export function countsOf({fixed, broken, counts}: RunsShown): {readonly fixed: number; readonly broken: number} {
  return counts ?? {fixed: fixed.length, broken: broken.length};
}

/** All of them in the order in which J and K walk through them, which is that of `RunsShown.inRuns`. */
export function walkOf({fixed, broken, wrong}: RunsLists): readonly ChangedAnswer[] {
  return [...fixed, ...broken, ...wrong];
}
