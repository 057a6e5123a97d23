import type {ChangedAnswer, ImageInRuns, RunsShown} from "../../runs-file";
import {hueVariable} from "../colors";
import type {Data} from "../data";
import {h} from "../dom";
import {pct} from "../format";
import {fittedTo} from "../text-width";

/** The probability, in [0, 1], that each of two runs gives to a class of one picture. */
export interface ClassInRuns {
  readonly k: number;
  readonly base: number;
  readonly run: number;
}

/** The base's answer, this run's answer, and the label, each only once; null if the file is of an earlier version. */
export function classesInRuns(
  [, label, before, after]: ChangedAnswer,
  {sure, ofLabel, ofOther}: ImageInRuns,
): readonly ClassInRuns[] | null {
  if (!ofOther) return null;
  const given = (k: number, side: 0 | 1, own: number) =>
    k === own ? sure[side] : k === label ? ofLabel[side] : ofOther[side];
  return [...new Set([before, after, label])].map((k) => ({k, base: given(k, 0, before), run: given(k, 1, after)}));
}

/** Draws a bar for each class and run: filled for this run, hollow for the base; the label gets a frame. */
export function runBars(
  {names, looks}: Data,
  {base, run}: RunsShown,
  label: number,
  classes: readonly ClassInRuns[],
): HTMLElement {
  const fill = (share: number, k: number, more: string) =>
    h("span", {class: `bar-fill ${more}`, style: {"--w": String(share), "--c": hueVariable(looks[k])}});
  const mark = (which: "a" | "b", name: string) =>
    h("span", {class: "bar-v"}, h("span", {class: `ab ab-${which}`, role: "img", "aria-label": name, title: name}));
  const head = h("div", {class: "bar bar-head"}, h("span"), h("span"), mark("a", run), mark("b", base));
  const lines = classes.map((one) =>
    h(
      "div",
      {class: one.k === label ? "bar is-true" : "bar"},
      h("span", {class: "bar-n", title: names[one.k]}, fittedTo(names[one.k], 4.75, 0.9375, 650) || "–"),
      h("span", {class: "bar-track"}, fill(one.run, one.k, ""), fill(one.base, one.k, "bar-b")),
      h("span", {class: "bar-v"}, pct(one.run)),
      h("span", {class: "bar-v"}, pct(one.base)),
    ),
  );
  return h("div", {class: "bars two"}, head, ...lines);
}
