import {ON_PROCESSOR} from "../../report/client/on-processor";

/** @file The page's own elements, by their ids in index.html. */

/** @throws Error if the page has no such element. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`page: expected an element "${id}", got none`);
  return element as E;
}

export const canvasOf = (id: string): HTMLCanvasElement => byId<HTMLCanvasElement>(id);

/** Shows words whose parts between two pairs of asterisks are bold; all of it is text. Nothing is touched that stays the same. */
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

/** The same, with what was drawn before: for who draws over all of it, as clearing takes time. */
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
 * A canvas that the processor draws: pixels are put together there. A graphics processor that is itself computed by the
 * processor, as in WebKitGTK without a graphics card, took 170 to 210 ms for a thousand small pictures.
 */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context) throw new Error("canvas: expected a context to draw in, got none");
  return context;
}

/** Device pixels of a CSS pixel, two at most: more are not seen and cost four times as much. */
export const density = (): number => Math.min(2, devicePixelRatio);

/** Says something for a moment, at the bottom of the page. */
export function toast(words: string): void {
  const box = byId("toast");
  box.textContent = words;
  box.classList.add("on");
  setTimeout(() => box.classList.remove("on"), 2600);
}
