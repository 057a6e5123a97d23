import {type DifferentiableClassifier, type LayerAnswer, sizeOf} from "../../nouns/network";
import type {LabelledImages, Split} from "../../nouns/samples";
import type {Matrix} from "../../tsne/index";

/** For how many images activations are computed at a time. */
const BATCH = 1000;

/**
 * The activations for the images at `indices`, a row for each image.
 *
 * @param layer A layer's name, "pixels", "logits", or "" for the layer that feeds the last dense one.
 */
export async function activationsOf(
  classifier: DifferentiableClassifier,
  split: Split,
  layer: string,
  indices: Uint32Array,
): Promise<Matrix> {
  let values = new Float32Array(0);
  let columns = 0;
  for (let at = 0; at < indices.length; at += BATCH) {
    const images = await split.read(indices.subarray(at, at + BATCH));
    const part = await rowsOf(classifier, images, layer);
    if (at === 0) {
      columns = part.length / images.count;
      values = new Float32Array(indices.length * columns);
    }
    values.set(part, at * columns);
  }
  return {rows: indices.length, columns, values};
}

/** The rows at `indices` out of those of all images. If these are all rows in order, nothing is copied. */
export function rowsAt({shape, values}: LayerAnswer, indices: Uint32Array): Matrix {
  const width = sizeOf(shape);
  const matrix = {rows: indices.length, columns: width};
  if (indices.length * width === values.length && indices.every((index, i) => index === i)) return {...matrix, values};
  const chosen = new Float32Array(indices.length * width);
  indices.forEach((index, i) => {
    chosen.set(values.subarray(index * width, (index + 1) * width), i * width);
  });
  return {...matrix, values: chosen};
}

async function rowsOf(
  classifier: DifferentiableClassifier,
  images: LabelledImages,
  layer: string,
): Promise<Float32Array> {
  if (layer === "pixels") return images.pixels;
  if (layer === "logits") return classifier.logits(images);
  return (await classifier.forward(images, [layer]))[0].values;
}

/**
 * Takes `count` of the numbers 0…total − 1 at even distances. They are the same at every epoch, and leave out no part
 * of the data.
 */
export function evenly(count: number, total: number): Uint32Array {
  return Uint32Array.from({length: count}, (_, i) => Math.floor((i * total) / count));
}
