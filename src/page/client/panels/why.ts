import {mix} from "../../../report/client/colors";
import {h, setText} from "../../../report/client/dom";
import {pct} from "../../../report/client/format";
import type {LimeAnswer} from "../../ask";
import {testPixels} from "../../lesson";
import {byId, canvasOf, contextOf, setBold} from "../elements";
import type {Page} from "../page";
import {classColors, colors} from "../palette";
import {colorsOf, paint, paintPicture} from "../pictures";

export const trustWord = (r2: number): string => (r2 >= 0.75 ? "good" : r2 >= 0.5 ? "fair" : "poor");

/**
 * The panel that explains the answer: saliency, LIME and how far to trust it, and the pictures with the nearest scores.
 */
export function mountWhy(page: Page, pick: (index: number) => void): void {
  const {classNames} = page.lesson;
  const near = byId("near");
  const shown = () => [page.hand, page.answer];
  page.onDraw(shown, () => {
    const {hand, answer} = page;
    if (!hand) for (const id of ["seen", "saliency", "lime"]) clear(canvasOf(id));
    else paintPicture(canvasOf("seen"), hand.pixels, page.lesson);
    if (!hand || !answer) {
      setBold(byId("trust"), "");
      setText(byId("why-note"), "");
      near.replaceChildren();
      return;
    }
    paintSaliency(page, answer.saliency, hand.pixels);
    paintLime(page, answer.lime, hand.pixels);
    setText(byId("why-note"), `for ${classNames[answer.target]}; click a bar for another`);
    setBold(byId("trust"), trustWords(answer.lime));
    while (near.children.length < answer.near.length) {
      const place = near.children.length;
      const item = h("button", {}, h("canvas"));
      item.addEventListener("click", () => page.answer && pick(page.answer.near[place]));
      near.append(item);
    }
    const inks = classColors(classNames.length);
    answer.near.forEach((n, i) => {
      const item = near.children[i];
      const canvas = item.firstElementChild as HTMLCanvasElement;
      paintPicture(canvas, testPixels(page.material, n), page.lesson, {most: 255, ink: inks[page.labels[n]]});
      item.setAttribute("aria-label", `a ${classNames[page.labels[n]]}`);
    });
  });
}

const clear = (canvas: HTMLCanvasElement) => contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);

/** Says in a sentence how far LIME's explanation can be trusted. */
export function trustWords({r2, halvesTop5}: LimeAnswer): string {
  if (r2 === null) return "LIME finds nothing to fit: hiding pieces changes no answer.";
  const halves =
    halvesTop5 === null
      ? ""
      : halvesTop5 === 1
        ? ", and its halves agree"
        : `; its halves share ${pct(halvesTop5, 0)} of their top five`;
  const doubt = r2 < 0.5 ? " Do not lean on it." : "";
  return `LIME's fit is **${trustWord(r2)}** (R² ${r2.toFixed(2)})${halves}.${doubt} Blue speaks for, orange against.`;
}

/** Draws the picture faintly, and over it the pixels that move the score most. */
function paintSaliency({lesson}: Page, saliency: Float32Array, pixels: Float32Array): void {
  const {raised, saliency: teal} = colors();
  const most = saliency.reduce((peak, value) => Math.max(peak, value), 0) || 1;
  const picture = colorsOf(pixels, lesson);
  paint(canvasOf("saliency"), lesson, (p) =>
    mix(mix(raised, picture(p), 0.3), teal, Math.min(1, (1.15 * saliency[p]) / most)),
  );
}

/** Draws the picture, and over it its segments: blue ones speak for the class, orange ones against it. */
function paintLime({lesson}: Page, {weights, segments}: LimeAnswer, pixels: Float32Array): void {
  const {raised, ok, bad} = colors();
  const most = weights.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) || 1;
  const picture = colorsOf(pixels, lesson);
  paint(canvasOf("lime"), lesson, (p) => {
    const weight = weights[segments[p]] / most;
    return mix(mix(raised, picture(p), 0.85), weight > 0 ? ok : bad, 0.85 * Math.min(1, Math.abs(weight)));
  });
}
