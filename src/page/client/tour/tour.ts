import {h} from "../../../report/client/dom";
import {boldParts, byId} from "../elements";
import type {Page} from "../page";
import {lastOf} from "../run";
import {batchPicture} from "./batch-picture";
import {STEPS, type TourActs} from "./steps";

export interface Tour {
  /** Opens a step, counted from 0; below 0 ends the tour. */
  go(step: number): void;
  /** Whether it is open. */
  isOpen(): boolean;
}

/**
 * @param open Shows a panel on a narrow page. @param teachOn Starts the training, because from the second step on the
 * network must have learnt something.
 */
export function openTour(page: Page, acts: TourActs, open: (tab: string) => void, teachOn: () => void): Tour {
  const card = byId("card");
  const button = byId("tour");
  let at = -1;
  let drawn = "";

  const go = (to: number) => {
    if (to < 0 && at < 0) return;
    at = to < STEPS.length ? to : -1;
    drawn = "";
    document.body.toggleAttribute("data-tour", at >= 0);
    for (const panel of document.querySelectorAll<HTMLElement>("[data-spot]")) {
      const place = at < 0 ? -1 : STEPS[at].spots.indexOf(panel.dataset.spot as string);
      panel.classList.toggle("lit", place >= 0);
      panel.classList.toggle("spot", place === 0);
    }
    card.hidden = at < 0;
    button.setAttribute("aria-pressed", String(at >= 0));
    if (at < 0) return button.focus({preventScroll: true});
    const {tab, spots} = STEPS[at];
    open(tab);
    card.classList.toggle("beside", spots.includes("curves") || at === 0); // where the card would hide its subject
    card.classList.toggle("high", !["verdict", "map"].includes(spots[0])); // on a narrow page, where panels are below
    document.querySelector(`[data-spot=${spots[0]}]`)?.scrollIntoView({block: "nearest"});
    if (at > 0) teachOn();
    STEPS[at].enter(page, acts);
    refresh();
    card.focus({preventScroll: true});
  };

  /** The card is only made again when its words change, so that the focus stays. */
  const refresh = () => {
    if (at < 0 || !page.run.moments.length) return;
    const step = STEPS[at];
    const words = step.words(page, acts).filter(Boolean);
    const labels = step.buttons.map((one) => one.words(page));
    const key = JSON.stringify([at, words, labels, document.documentElement.dataset.theme]);
    if (key === drawn) return;
    drawn = key;
    const focused = card.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.key : "";
    const made = (label: string, name: string, act: () => void, look = "") => {
      const one = h("button", {class: `btn ${look}`, "data-key": name}, label);
      one.addEventListener("click", act);
      return one;
    };
    const isLast = at === STEPS.length - 1;
    const nav = h(
      "nav",
      {"aria-label": "Tour"},
      ...step.buttons.map(({act}, i) => made(labels[i], `act${i}`, () => act(page, acts))),
      h("span", {class: "push"}),
      at > 0 && made("Back", "back", () => go(at - 1)),
      made(isLast ? "End" : "Next", "next", () => go(at + 1), "next"),
    );
    card.replaceChildren(
      h("p", {class: "step"}, `Step ${at + 1} of ${STEPS.length} · Esc ends the tour`),
      h("h2", {}, step.title),
      ...(step.showsBatch ? [batchPicture(page)] : []),
      ...words.map((paragraph) => {
        const p = h("p");
        p.append(...boldParts(paragraph));
        return p;
      }),
      nav,
    );
    if (focused) card.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  };

  button.addEventListener("click", () => go(at < 0 ? 0 : -1));
  // a card describes everything on the page
  page.onDraw(
    () => [
      page.at,
      page.hand,
      page.answer,
      page.run,
      page.run.state,
      page.run.moments.length,
      lastOf(page.run.batches),
    ],
    refresh,
  );
  return {go, isOpen: () => at >= 0};
}
