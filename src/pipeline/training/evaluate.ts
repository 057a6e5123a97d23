import {type DifferentiableClassifier, type LayerAnswer, LOGITS, sizeOf} from "../../nouns/network";
import type {Split} from "../../nouns/samples";
import {batches} from "../data/batches";
import {imagesAtOnce} from "../data/images-at-once";

/** How many images are read at a time. */
const BATCH = 1000;

/** The logits, `[n * classes + k]`, and labels of a whole split. */
export async function logitsOf(
  classifier: DifferentiableClassifier,
  split: Split,
): Promise<{readonly logits: Float32Array; readonly labels: Uint16Array}> {
  const classes = classifier.classNames.length;
  const logits = new Float32Array(split.count * classes);
  const labels = new Uint16Array(split.count);
  let at = 0;
  for await (const batch of batches(split, imagesAtOnce(classifier.imageShape, BATCH), {held: 1})) {
    logits.set(await classifier.logits(batch), at * classes);
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return {logits, labels};
}

/**
 * The same, and one layer's activations of every image, from one pass. The activations are in shared memory, so that
 * another thread can use them without a copy of 32 MB.
 *
 * @param layer A layer's name; "" for the layer that feeds the last dense one.
 * @param room The activations of an earlier call. They are overwritten if they have the same length.
 */
export async function logitsAndActivationsOf(
  network: DifferentiableClassifier,
  split: Split,
  layer: string,
  room?: Float32Array,
) {
  const classes = network.classNames.length;
  const logits = new Float32Array(split.count * classes);
  const labels = new Uint16Array(split.count);
  let values: Float32Array = new Float32Array(0);
  let width = 0;
  let at = 0;
  for await (const batch of batches(split, imagesAtOnce(network.imageShape, BATCH), {held: 1})) {
    const place = at === 0 ? undefined : values.subarray(at * width, (at + batch.count) * width);
    const [shown, scores] = await network.forward(batch, [layer, LOGITS], place);
    if (at === 0) {
      width = sizeOf(shown.shape);
      const length = split.count * width;
      values = room?.length === length ? room : new Float32Array(new SharedArrayBuffer(4 * length));
      values.set(shown.values);
    }
    logits.set(scores.values, at * classes);
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return {logits, labels, activations: {layer, shape: [width], values} satisfies LayerAnswer};
}
