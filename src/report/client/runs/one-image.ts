import type {RunsShown, ShownExplanation} from "../../runs-file";
import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {pct, plural} from "../format";
import {panel} from "../panels/panel";
import {drawLime, picture} from "../pictures";
import type {Store} from "../state";
import {listsOf, narrowingOf, walkOf} from "./lists";
import {classesInRuns, runBars} from "./run-bars";

export interface OneImage {
  readonly root: HTMLElement;
  draw(): void;
}

/** Shows one image in both runs: what each answers and why, and what other seeds answer. */
export function mountImageInRuns(data: Data, shown: RunsShown, store: Store): OneImage {
  const {names, words} = data;
  const {base, run, inRuns = [], segments = []} = shown;
  const all = walkOf(listsOf(shown));
  const differing = shown.fixed.length + shown.broken.length;
  const help =
    `One ${words.one} that at least one of the two runs gets wrong: each run's answer, how sure it is of it and of the label, and LIME's pieces for (blue) and against (orange, hatched) ` +
    "that answer, where it was explained. Each explanation has its own scale. The bars show what each run gives to both answers and to the label (framed): " +
    `filled is this run, hollow is ${base}. In words: the answer of every known seed of the two settings. J and K walk through the list.`;
  const {root, body} = panel("one-in-runs", `One ${words.one}, two runs`, help);
  const host = h("div", {class: "two-runs"});
  body.append(host);
  const why = (n: number, index: number, found: ShownExplanation | null, answer: number, name: string): HTMLElement => {
    const {height, width} = data.image;
    const pieces = found ? segments[found.segments] : undefined;
    if (!found || !pieces || pieces.length !== height * width) {
      if (n >= differing) return h("p", {class: "empty"}, "Not explained: LIME is asked where the runs differ.");
      const command = `npx ts-node runner.ts compare ${base} ${run} --report --explain ${differing}`;
      return h("p", {class: "empty"}, "Not explained. All are by: ", h("code", {}, command));
    }
    const canvas = h("canvas", {class: "tile-pic", role: "img", "aria-label": `LIME for ${names[answer]} in ${name}`});
    drawLime(canvas, data, index, {height, width, pieces: Uint16Array.from(pieces), weights: found.weights}, 140);
    return canvas;
  };
  const draw = () => {
    const list = walkOf(listsOf(shown, narrowingOf(data, store)));
    const one = list.find(([index]) => index === store.state.image) ?? list[0];
    const n = all.indexOf(one);
    const known = inRuns[n];
    root.hidden = !one || !known;
    if (!one || !known) return;
    const [index, label, before, after] = one;
    const side = (s: 0 | 1): HTMLElement => {
      const answer = [before, after][s];
      const isRight = answer === label;
      const name = [base, run][s];
      return h(
        "div",
        {class: "in-run"},
        h("h3", {}, h("span", {class: `ab ab-${s === 0 ? "b" : "a"}`}, name)),
        h(
          "p",
          {},
          "says ",
          h("strong", {class: isRight ? "" : "bad"}, names[answer] || "–"),
          `, ${pct(known.sure[s], 0)}`,
        ),
        h("p", {class: "soft"}, isRight ? "right" : `the label ${pct(known.ofLabel[s], 0)}`),
        why(n, index, known.why[s], answer, name),
        h("p", {class: "in-seeds"}, ...saidBySeeds(known.said[s], names)),
      );
    };
    const open = h("button", {type: "button", class: "link open-answer"}, "See it among the answers");
    open.addEventListener("click", () => store.set({image: index, view: "answers", sheet: true}));
    host.replaceChildren(
      h(
        "div",
        {class: "in-run"},
        h("h3", {}, `test:${index}`),
        h("p", {}, "labelled ", h("strong", {}, names[label] || "–")),
        h("p", {class: "soft"}, `${list.indexOf(one) + 1} of ${list.length}`),
        h("div", {class: "tile-pic"}, picture(data, index)),
        h("p", {class: "in-seeds"}, open),
      ),
      side(0),
      side(1),
    );
    const classes = classesInRuns(one, known);
    if (classes) host.append(runBars(data, shown, label, classes));
    const verdict = settled(known.said, label, n < differing);
    host.append(h("p", {class: "in-verdict"}, verdict));
  };
  return {root, draw};
}

/** Words such as "4 seeds say 3 (3), 8 (1)". */
function saidBySeeds(said: readonly number[], names: readonly string[]): Kid[] {
  if (said.length < 2) return ["no other seeds known"];
  const counts = new Map<number, number>();
  for (const k of said) counts.set(k, (counts.get(k) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return [`${said.length} seeds say `, most.map(([k, count]) => `${names[k]} (${count})`).join(", ")];
}

/**
 * Says in words what the seeds of both settings show about the difference, or about an answer that both runs get wrong.
 */
export function settled(
  said: readonly [base: readonly number[], run: readonly number[]],
  label: number,
  differs = true,
): string {
  const ENOUGH = 3;
  const [was, is] = said.map((list) => ({
    count: list.length,
    share: list.filter((k) => k === label).length / list.length,
  }));
  const known = [was, is].filter(({count}) => count >= ENOUGH);
  if (known.length === 0) {
    return `Too few seeds to say whether ${differs ? "this answer really changed" : "other runs get it wrong, too"}.`;
  }
  if (known.length === 2) {
    const apart = Math.abs(was.share - is.share);
    if (apart >= 0.8) return "It really changed: the seeds of one setting get it right, and those of the other do not.";
    if (was.share > 0.5 && is.share > 0.5) return "Right in most runs of both settings.";
    if (was.share <= 0.5 && is.share <= 0.5 && apart < 0.5) return "Wrong in most runs of both settings.";
    return "A coin toss, not a result: the seeds of one setting disagree among themselves.";
  }
  const [{count, share}] = known;
  const right = Math.round(share * count);
  if (right === 0 || right === count) {
    return `All ${plural(count, "seed")} of one setting get it ${right === 0 ? "wrong" : "right"}; of the other one run alone is known.`;
  }
  return `A coin toss, not a result: of the same setting ${right} of ${count} seeds get it right.`;
}
