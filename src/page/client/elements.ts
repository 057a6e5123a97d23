import {ON_PROCESSOR} from "../../report/client/on-processor";

/** @file The page's own elements, by their ids in index.html. */

/** @throws Error if the page has no such element. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`page: expected an element "${id}", got none`);
  return element as E;
}

export const canvasOf = (id: string): HTMLCanvasElement => byId<HTMLCanvasElement>(id);

/**
 * Shows words whose parts between two pairs of asterisks are bold; the words are always shown as text, never as HTML.
 * It changes nothing that stays the same.
 */
export function setBold(box: HTMLElement, words: string): void {
  if (box.dataset.words === words) return;
  box.dataset.words = words;
  box.replaceChildren(...boldParts(words));
}

export function boldParts(words: string): (Node | string)[] {
  return words.split("**").map((part, i) => {
    if (i % 2 === 0) return part;
    const bold = document.createElement("b");
    bold.textContent = part;
    return bold;
  });
}

export interface Fitted {
  readonly c: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** The context of a canvas, in CSS pixels, after the canvas was made as large as its box and cleared. */
export function fitted(canvas: HTMLCanvasElement): Fitted {
  const made = sized(canvas);
  made.c.clearRect(0, 0, made.width, made.height);
  return made;
}

/** The same, but without clearing, which takes time: for code that draws over the whole canvas. */
export function sized(canvas: HTMLCanvasElement): Fitted {
  const dense = density();
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const c = contextOf(canvas);
  c.setTransform(dense, 0, 0, dense, 0, 0);
  return {c, width, height};
}

/**
 * A canvas that the processor draws, because its pixels are computed there. A graphics processor that is only
 * simulated, as in WebKitGTK without a graphics card, took 170 to 210 ms for a thousand small pictures.
 */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context) throw new Error("canvas: expected a context to draw in, got none");
  return context;
}

/**
 * How many device pixels a CSS pixel has, at most two: more cannot be seen, and twice as many cost four times as much.
 */
export const density = (): number => Math.min(2, devicePixelRatio);

/** Says something for a moment, at the bottom of the page. */
export function toast(words: string): void {
  const box = byId("toast");
  box.textContent = words;
  box.classList.add("on");
  setTimeout(() => box.classList.remove("on"), 2600);
}
