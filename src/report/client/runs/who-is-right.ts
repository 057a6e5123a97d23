import type {ChangedAnswer, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int} from "../format";
import {panel} from "../panels/panel";
import {picture} from "../pictures";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {countsOf, isNarrowed, listsOf, type Narrowing, narrowingOf, type RunsLists, walkOf, withinWords} from "./lists";

/** How many pictures of a pile are shown before "+ 412". */
const IN_PILE = 90;

/**
 * Shows which run is right: on two sides, the pictures that only one of the runs gets right; a bar with their numbers;
 * and the pictures that both get wrong.
 */
export function mountWho(data: Data, shown: RunsShown, store: Store): {root: HTMLElement; draw(): void} {
  const {base, run, images, fixed, broken, bothWrong, wrong = []} = shown;
  const counts = {...countsOf(shown), wrong: bothWrong};
  const {many} = data.words;
  const help =
    `Test ${many} that one run answers right and the other wrong, and those that both answer wrong. Under each stand the answer of ${base}, ` +
    `the answer of ${run}, and the truth. The bar shows the two numbers to scale: filled is this run, hollow is ${base}. Click a picture to see what both ` +
    "say of it; J and K walk through all of them.";
  const {root, body, bar} = panel("who", "Who is right?", help);
  const say = h("p", {class: "tray-say"});
  const clear = h("button", {class: "link tray-clear", type: "button"}, "Clear selection");
  clear.addEventListener("click", () => store.set({selection: {kind: "mistakes"}}));
  const line = h("div", {class: "tray-line", "aria-live": "polite"}, say, clear);
  bar.append(line);
  const piles = {
    fixed: pile("fixed", fixed.length, "ab ab-a", "only this run is right"),
    broken: pile("broken", broken.length, "ab ab-b", `only ${base} is right`),
    wrong: pile("wrong", wrong.length, "", "both are wrong"),
  };
  const lists = ["fixed", "broken", "wrong"] as const;
  const thumb = ([index, label, before, after]: ChangedAnswer) => {
    const [truth, was, is] = [label, before, after].map((k) => data.names[k] || "–");
    const button = h(
      "button",
      {type: "button", class: "thumb", "data-image": index, title: `${truth}: was ${was}, is ${is}`},
      picture(data, index),
      h("span", {class: "th-cap"}, `${fittedTo(was, 2.5, 0.8125, 650)} · ${fittedTo(is, 2.5, 0.8125, 650)}`),
      h("span", {class: "th-p"}, `true ${fittedTo(truth, 2.5, 0.75, 400)}`),
    );
    button.addEventListener("click", () =>
      store.set(shown.inRuns ? {image: index} : {image: index, view: "answers", sheet: true}),
    );
    return button;
  };
  const rightInBoth = images - counts.fixed - counts.broken - bothWrong;
  const apart = fixed.length + broken.length;
  const cut = [
    apart < counts.fixed + counts.broken
      ? ` The page lists ${int(apart)} of those that one run alone gets right: those of which the probability of the label changed most.`
      : "",
    wrong.length > 0 && wrong.length < bothWrong
      ? ` The page lists ${int(wrong.length)} of those that both get wrong: those whose label they think least likely.`
      : "",
  ].join("");
  body.append(
    h("div", {class: "piles"}, piles.fixed.root, piles.broken.root),
    scale(counts.fixed, counts.broken, base),
    piles.wrong.root,
    h("p", {class: "panel-foot"}, `Both runs are right about ${int(rightInBoth)} of ${int(images)} ${many}.${cut}`),
  );

  let filled: RunsLists | undefined;
  let wasCircled = false;
  let last: Narrowing | undefined;
  const fill = () => {
    const by = narrowingOf(data, store);
    const isLess = isNarrowed(by);
    const isCircled = by.selection.kind === "lasso";
    if (filled && last && last.scope === by.scope && (last.selection === by.selection || !(isCircled || wasCircled)))
      return filled;
    last = by;
    wasCircled = isCircled;
    // shorter lists must not move the map below them while the pointer is still on it
    if (!isCircled) body.style.minHeight = "";
    else if (!body.style.minHeight && body.offsetHeight) body.style.minHeight = `${body.offsetHeight}px`;
    const found = listsOf(shown, by);
    for (const name of lists) {
      const list = found[name];
      const unnamed = isLess ? 0 : counts[name] - list.length;
      piles[name].fill(list.slice(0, IN_PILE).map(thumb), list.length + unnamed, isLess);
    }
    const count = walkOf(found).length;
    line.hidden = !isLess;
    clear.hidden = !isCircled;
    setText(say, count ? `Only the ${int(count)} ${withinWords(by)}` : `None of these ${many} is ${withinWords(by)}`);
    filled = found;
    return found;
  };
  const draw = () => {
    const list = walkOf(fill());
    const now = shown.inRuns && (list.find(([index]) => index === store.state.image) ?? list[0])?.[0];
    for (const one of root.querySelectorAll<HTMLElement>(".thumb"))
      one.setAttribute("aria-selected", String(one.dataset.image === `${now}`));
  };
  return {root, draw};
}

/**
 * Draws the numbers of two piles as one bar. Each part is as long as its share: filled for this run, hollow for the
 * base.
 */
function scale(fixed: number, broken: number, base: string): HTMLElement {
  const part = (which: string, count: number) =>
    h("i", {class: `who-${which}`, style: {"--n": String(count)}, hidden: count === 0});
  const said = `${int(fixed)} : ${int(broken)} – only this run is right, only ${base} is right`;
  return h(
    "div",
    {class: "who-bar", role: "img", "aria-label": said, title: said, hidden: fixed + broken === 0},
    part("run", fixed),
    part("base", broken),
  );
}

/** Shows a pile of pictures under its number. @param listed The pictures that the page can show. */
function pile(name: keyof RunsLists, listed: number, mark: string, title: string) {
  const number = h("strong", {class: "pile-count"});
  const words = h("span", {class: mark, title}, fittedTo(title, 24, 0.875, 650));
  const among = h("span", {class: "soft"});
  const thumbs = h("div", {class: "thumbs pile"});
  const more = h("p", {class: "empty"});
  const root = h("div", {class: `pile-box pile-${name}`}, h("h3", {}, number, words, among), thumbs, more);
  const fill = (pictures: readonly HTMLElement[], count: number, isCircled: boolean) => {
    setText(number, int(count));
    setText(among, isCircled ? `of ${int(listed)}` : "");
    thumbs.replaceChildren(...pictures);
    thumbs.scrollTop = 0;
    more.hidden = count > 0 && count <= pictures.length;
    setText(more, count === 0 ? "None." : `+ ${int(count - pictures.length)}`);
  };
  return {root, fill};
}
