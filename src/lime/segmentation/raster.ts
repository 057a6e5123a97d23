import type {ImageShape} from "../classifier";

/**
 * One image: channel c of pixel (y, x) is `pixels[(y * width + x) * channels + c]`, in [0, 1]. `Images` with a count of
 * 1 has this form.
 */
export interface Raster {
  readonly shape: ImageShape;
  readonly pixels: Float32Array | Float64Array;
}

/** A partition of an image's pixels into superpixels. */
export interface Segmentation {
  /** The label of pixel (y, x) is `labels[y * width + x]`. Every label from 0 to `count` − 1 occurs. */
  readonly labels: Uint16Array;
  readonly count: number;
}

/** The most segments that a Uint16Array can tell apart. */
const MOST = 2 ** 16;

/**
 * Renumbers labels to 0, 1, … without gaps, in the order of the old labels' values (as numpy.unique's inverse does).
 *
 * @throws RangeError if there are more than 65,536 segments.
 */
export function segmentationOf(raw: Int32Array): Segmentation {
  let highest = 0;
  // iterators would take four times as long as a loop here
  for (let p = 0; p < raw.length; p++) highest = Math.max(highest, raw[p]);
  const renumbered = new Int32Array(highest + 1);
  for (let p = 0; p < raw.length; p++) renumbered[raw[p]] = 1;
  let count = 0;
  for (let label = 0; label <= highest; label++) renumbered[label] = renumbered[label] ? count++ : -1;
  if (count > MOST) throw new RangeError(`segmentation: expected at most ${MOST} segments, got ${count}`);
  const labels = new Uint16Array(raw.length);
  for (let p = 0; p < raw.length; p++) labels[p] = renumbered[raw[p]];
  return {labels, count};
}

/** How many pixels each segment has. */
export function segmentSizes({labels, count}: Segmentation): Uint32Array {
  const sizes = new Uint32Array(count);
  for (const label of labels) sizes[label]++;
  return sizes;
}
