import {h} from "../../../report/client/dom";
import type {Batch} from "../../learn";
import {sizeOf} from "../../lesson";
import {contextOf} from "../elements";
import type {Page} from "../page";
import {colorsOf} from "../pictures";
import {lastOf} from "../run";

const PER_ROW = 16;

/**
 * The last batch that was learnt. It takes a full one if there is one, because the last batch of an epoch may be
 * smaller.
 */
export function lastBatch({run, lesson}: Page): Batch | undefined {
  const whole = run.batches.findLast(({pictures}) => pictures.length === lesson.batchSize);
  return run.state === "done" && whole ? whole : lastOf(run.batches);
}

/** Shows the pictures of that batch side by side; before the first batch, the first pictures. */
export function batchPicture(page: Page): HTMLCanvasElement {
  const {run, lesson, material} = page;
  const [height, width] = lesson.shape;
  const count = Math.min(lesson.batchSize, run.config.train);
  const pictures = lastBatch(page)?.pictures ?? Uint32Array.from({length: count}, (_, n) => n);
  const rows = Math.ceil(pictures.length / PER_ROW);
  const canvas = h("canvas", {width: PER_ROW * width, height: rows * height, role: "img"});
  canvas.setAttribute("aria-label", `The ${pictures.length} ${lesson.words.many} of the batch`);
  const context = contextOf(canvas);
  const image = context.createImageData(canvas.width, canvas.height);
  const size = sizeOf(lesson);
  pictures.forEach((picture, i) => {
    const colorAt = colorsOf(material.pixels.subarray(picture * size, (picture + 1) * size), lesson, undefined, 255);
    const [left, top] = [(i % PER_ROW) * width, Math.floor(i / PER_ROW) * height];
    for (let p = 0; p < width * height; p++) {
      const to = 4 * ((top + Math.floor(p / width)) * canvas.width + left + (p % width));
      image.data.set([...colorAt(p), 255], to);
    }
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
