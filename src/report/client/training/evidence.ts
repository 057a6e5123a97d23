import {nearestWords} from "../../nearest-words";
import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {fitWord} from "../panels/image-tiles";
import {drawLime, drawSaliency, type Painted} from "../pictures";
import {fittedTo} from "../text-width";
import type {TrainingData} from "./data";
import type {ForLabel} from "./evidence-data";
import {pictureOf} from "./sample-picture";

/**
 * Shows the evidence for both labels of a suspect side by side: saliency and LIME, each on one scale, and the training
 * pictures of both classes that are most like it. If nobody has asked for the evidence, it shows the command that makes
 * it.
 *
 * @param ask How many suspects the command must ask about for this one to be among them.
 */
export function evidencePanel(data: Data, training: TrainingData, row: number, ask: number): Kid[] {
  const {names, words} = data;
  const found = training.evidence(row);
  const picture = training.picture(row);
  if (!found || !picture) {
    if (training.margins[row] >= 0) return [];
    const command = `npx ts-node runner.ts labels suspects ${data.file.run.name}${ask > ASKED ? ` --evidence ${ask}` : ""}`;
    return [
      h(
        "p",
        {class: "meta ev-ask"},
        "What speaks for either label, and the nearest pictures: ",
        h("code", {}, command),
      ),
    ];
  }
  const {height, width, sides, nearest} = found;
  const painted: Painted = {image: picture, pixels: () => picture.pixels};
  const full = Math.max(...sides.flatMap(({weights}) => weights.map(Math.abs)));
  const column = (side: ForLabel, what: string) => {
    const name = names[side.label] || "–";
    const canvas = (way: string) =>
      h("canvas", {class: "tile-pic px", role: "img", "aria-label": `${way} for ${name}, ${what}`});
    const tile = (way: string, content: HTMLElement, small = "") =>
      h("figure", {class: "tile"}, content, h("figcaption", {}, way, small && h("small", {}, small)));
    const kids: Kid[] = [];
    if (side.saliency) {
      const sheet = canvas("Saliency");
      drawSaliency(sheet, painted, row, side.saliency, {height, width, signed: true});
      kids.push(tile("Saliency", sheet));
    }
    const sheet = canvas("LIME");
    drawLime(sheet, painted, row, {height, width, pieces: side.pieces, weights: side.weights, full}, 140);
    const trust = side.r2 === null ? "" : `R² ${side.r2.toFixed(2)}, ${fitWord(side.r2)}`;
    kids.push(tile("LIME", sheet, trust));
    const near = side.neighbours;
    const alike = near?.pictures.map((one, n) =>
      named(pictureOf(one), `${words.one} ${near.places[n]} of the training split, labelled ${name}`),
    );
    return h(
      "div",
      {class: "ev-side"},
      h("h3", {title: name}, "for ", h("strong", {}, fittedTo(name, 7, 0.875, 700)), `, ${what}`),
      h("div", {class: "ev-tiles"}, ...kids),
      alike && h("p", {class: "ev-say"}, "Most alike of that label"),
      alike && h("div", {class: "ev-near"}, ...alike),
    );
  };
  const of = nearest?.labels.map((label) => names[label]) ?? [];
  return [
    h("div", {class: "evidence"}, column(sides[0], "the label"), column(sides[1], "suggested")),
    of.length > 0 && h("p", {class: "ev-say"}, `Most alike of all: ${nearestWords(of)}`),
    of.length > 0 &&
      h(
        "div",
        {class: "ev-near ev-all"},
        ...(nearest?.pictures ?? []).map((one, n) => named(pictureOf(one), `labelled ${of[n]}`)),
      ),
  ];
}

function named(canvas: HTMLElement, label: string): HTMLElement {
  canvas.setAttribute("role", "img");
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("aria-label", label);
  canvas.setAttribute("title", label);
  return canvas;
}

/** For how many suspects `labels suspects` makes evidence by default. */
const ASKED = 12;
