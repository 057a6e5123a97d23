import type {Classifier, Images} from "./classifier";
import type {Segmentation} from "./segmentation/raster";

/** The classifier's answers to masked versions of one image. */
export interface Neighbourhood {
  /** `masks[sample * segments + segment]`, 1 kept. */
  readonly masks: Uint8Array;
  /** `probabilities[sample * classes + class]`. */
  readonly probabilities: Float32Array;
}

/** How many numbers a batch of masked images holds by default: 16 MB of float32. */
const BATCH_NUMBERS = 4_000_000;

/** The batch size if the user gives none: as many images as fit in 16 MB, from 1 to 512. */
export function suitedBatch(shape: readonly number[]): number {
  return Math.max(1, Math.min(512, Math.floor(BATCH_NUMBERS / shape.reduce((size, n) => size * n, 1))));
}

/**
 * Asks the classifier about every masked image. Only one batch of them is in memory: as soon as the classifier has
 * answered, the next batch overwrites it. The results do not depend on the batch size, unless the classifier's own
 * answers do.
 *
 * @param hidden The image with all segments hidden, as `hiddenLook` returns it.
 */
export async function askAboutMasks(
  classifier: Classifier,
  image: Images,
  hidden: Float32Array,
  segmentation: Segmentation,
  masks: Uint8Array,
  batchSize = suitedBatch(image.shape),
): Promise<Float32Array> {
  const {count: segments} = segmentation;
  const samples = masks.length / segments;
  const size = image.pixels.length;
  const classes = classifier.classNames.length;
  const probabilities = new Float32Array(samples * classes);
  const buffer = borrowed(Math.min(batchSize, samples) * size);
  const changed = changedPlaces(image.pixels, hidden, segmentation);
  for (let start = 0; start < samples; start += batchSize) {
    const count = Math.min(batchSize, samples - start);
    for (let n = 0; n < count; n++) {
      buffer.set(image.pixels, n * size);
      for (let segment = 0, at = (start + n) * segments; segment < segments; segment++, at++) {
        if (!masks[at]) hide(buffer, n * size, hidden, changed[segment]);
      }
    }
    const answer = await classifier.predict({count, shape: image.shape, pixels: buffer.subarray(0, count * size)});
    if (answer.length !== count * classes) {
      throw new Error(`classifier: expected ${count} × ${classes} probabilities, got ${answer.length} numbers`);
    }
    probabilities.set(answer, start * classes);
  }
  if (buffer.length <= LARGEST_SPARE && spare.length < MOST_SPARE) spare.push(buffer);
  return probabilities;
}

/**
 * Buffers for masked images that finished explanations have given back. Without them, a run would leave 300 MB to the
 * garbage collector.
 */
const spare: Float32Array[] = [];
const MOST_SPARE = 4;
/** In numbers; these are 4 MB. */
const LARGEST_SPARE = 2 ** 20;

/** An array of at least `length` numbers; its content is arbitrary. */
function borrowed(length: number): Float32Array {
  const known = spare.pop();
  return known && known.length >= length ? known : new Float32Array(length);
}

/** @param from The place in `buffer` where the masked image begins. */
function hide(buffer: Float32Array, from: number, hidden: Float32Array, places: Uint32Array): void {
  for (let i = 0; i < places.length; i++) buffer[from + places[i]] = hidden[places[i]];
}

/**
 * For each segment, the places of the pixels that hiding changes. On a digit these are few, so that a masked image is
 * made quickly.
 */
function changedPlaces(pixels: Float32Array, hidden: Float32Array, {labels, count}: Segmentation): Uint32Array[] {
  const channels = pixels.length / labels.length;
  const places: number[][] = Array.from({length: count}, () => []);
  for (let i = 0; i < pixels.length; i++) {
    if (!Object.is(pixels[i], hidden[i])) places[labels[Math.floor(i / channels)]].push(i);
  }
  return places.map((list) => Uint32Array.from(list));
}

/** Writes an image that shows each segment as it is where the mask is 1, and as in `hidden` where the mask is 0. */
export function writeMasked(
  to: Float32Array,
  pixels: Float32Array,
  hidden: Float32Array,
  labels: Uint16Array,
  mask: ArrayLike<number>,
): void {
  const channels = pixels.length / labels.length;
  for (let p = 0, i = 0; p < labels.length; p++) {
    const source = mask[labels[p]] ? pixels : hidden;
    for (let c = 0; c < channels; c++, i++) to[i] = source[i];
  }
}
