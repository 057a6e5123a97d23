import {testPixels} from "../lesson";
import {rasterise, type Stroke} from "../rasterise";
import type {Asking} from "./asking";
import type {Page} from "./page";

/** The things that a visitor can do with the current picture. */
export interface Hands {
  /** Takes the drawing from the pad. @param isDone Whether the pen is up. */
  drew(strokes: Stroke[], isDone: boolean): void;
  /** Takes a picture from outside, in [0, 1], of the lesson's shape. */
  took(pixels: Float32Array): void;
  /** Takes a test picture. @param isIdle Whether it is only there because there must be some picture. */
  pick(index: number, isIdle?: boolean): void;
  pickAny(): void;
  clear(): void;
  /** Explains another class; the same class a second time: the answer again. */
  explain(k: number): void;
}

/** @param changed Called after another picture has become the current one. @param isIdle As in `pick`. */
export function openHands(page: Page, asking: Asking, changed: (isIdle: boolean, isDone: boolean) => void): Hands {
  const take = (hand: Page["hand"], isDone: boolean, isIdle: boolean) => {
    if (!hand?.strokes) asking.forget(); // while a pen moves, a late answer is better than none
    page.hand = hand;
    page.history = undefined;
    changed(isIdle, isDone);
    asking.ask(isDone);
    page.changed();
  };
  const hands: Hands = {
    drew: (strokes, isDone) => take({pixels: rasterise(strokes, page.lesson), strokes}, isDone, false),
    took: (pixels) => take({pixels}, true, false),
    pick(index, isIdle = false) {
      take({pixels: Float32Array.from(testPixels(page.material, index), (v) => v / 255), index}, true, isIdle);
    },
    // drawn by the clock and not from a seed, so that the visitor gets another picture each time
    pickAny: () => hands.pick(Math.floor((performance.now() * 997) % page.lesson.test)),
    clear() {
      page.answer = undefined;
      take(undefined, true, false);
    },
    explain(k) {
      if (!page.hand) return;
      page.hand.target = page.hand.target === k ? undefined : k;
      asking.ask(false);
    },
  };
  return hands;
}
