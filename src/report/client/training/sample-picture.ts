import type {Data} from "../data";
import {h} from "../dom";
import {ON_PROCESSOR} from "../on-processor";
import {picture} from "../pictures";
import type {TrainingData} from "./data";
import type {SamplePicture} from "./shown-picture";

/** A canvas for a training image; if the page does not carry the picture, its place as a number. */
export function samplePicture(training: TrainingData, row: number): HTMLElement {
  const shown = training.picture(row);
  if (!shown) return h("span", {class: "pic no-pic", title: "The page does not carry this picture"}, "–");
  return pictureOf(shown);
}

/** The same; but if the page carries a test image with the same pixels instead, it shows that one. */
export function ownPicture(data: Data, training: TrainingData, row: number): HTMLElement {
  const copy = training.picture(row) ? null : training.copy(row);
  return copy && !copy.isNear ? picture(data, copy.test) : samplePicture(training, row);
}

/** A canvas with a picture's own pixels. */
export function pictureOf({height, width, channels, pixels}: SamplePicture): HTMLCanvasElement {
  const canvas = h("canvas", {class: channels === 1 ? "pic grey" : "pic", width, height, "aria-hidden": "true"});
  const context = canvas.getContext("2d", ON_PROCESSOR);
  if (!context) return canvas;
  const sheet = context.createImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    if (channels === 1) sheet.data[4 * p + 3] = pixels[p];
    else sheet.data.set([pixels[3 * p], pixels[3 * p + 1], pixels[3 * p + 2], 255], 4 * p);
  }
  context.putImageData(sheet, 0, 0);
  return canvas;
}
