import type {ChangedAnswer, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {type Scope, scopeOf} from "../scope";
import type {Selection, Store} from "../state";

/** Images by who gets them right: this run alone, the base alone, or neither. */
export interface RunsLists {
  readonly fixed: readonly ChangedAnswer[];
  readonly broken: readonly ChangedAnswer[];
  readonly wrong: readonly ChangedAnswer[];
}

/** The circle on a map and the chosen slices, which narrow the lists. */
export interface Narrowing {
  readonly selection: Selection;
  readonly scope: Scope;
}

/** The circle and the slices that narrow the lists now. */
export function narrowingOf(data: Data, {state: {selection, slices}}: Store): Narrowing {
  return {selection, scope: scopeOf(data, slices)};
}

/** The words for where the images are that are left. */
export function withinWords({selection, scope}: Narrowing): string {
  const slices = scope.images === null ? "" : "in the chosen slices";
  return selection.kind !== "lasso" ? slices : slices ? `within the circle and ${slices}` : "within the circle";
}

/** Whether something narrows the lists. */
export function isNarrowed({selection, scope}: Narrowing): boolean {
  return selection.kind === "lasso" || scope.images !== null;
}

/** The lists; if images were circled on a map, or slices chosen, only the images within. */
export function listsOf({fixed, broken, wrong = []}: RunsShown, by?: Narrowing): RunsLists {
  if (!by || !isNarrowed(by)) return {fixed, broken, wrong};
  const circled = by.selection.kind === "lasso" ? new Set(by.selection.images) : null;
  const within = (list: readonly ChangedAnswer[]) =>
    list.filter(([index]) => (circled?.has(index) ?? true) && by.scope.has(index));
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
