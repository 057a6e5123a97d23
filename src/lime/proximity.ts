import {keptCounts} from "./masks";
import type {Segmentation} from "./segmentation/raster";

/** The measure of how far a masked image is from the image. */
export type DistanceName =
  /** 1 − √(kept / segments): the cosine distance of a mask to the one that keeps everything. */
  | "cosine"
  /** √hidden: the Euclidean distance of the masks, as lime's distance_metric="l2". */
  | "l2"
  /** Root mean square difference of the pixels, averaged over channels: visualime's "sum", for images in [0, 1]. */
  | "pixels"
  /** No distance: the weight is √kept, the norm of the mask, as in grokking-lime. */
  | "kept";

/**
 * The weight of each mask in the fit: exp(−d² / 2s²) for its distance d (lime writes √exp(−d² / s²)), or √kept.
 *
 * @param energies The result of `hidingEnergies`; used for "pixels" only.
 * @param kernelWidth The width s, in the distance's unit.
 */
export function maskWeights(
  masks: Uint8Array,
  segments: number,
  distance: DistanceName,
  kernelWidth: number,
  energies?: HidingEnergies,
): Float64Array {
  const kept = keptCounts(masks, segments);
  const weights = new Float64Array(kept.length);
  if (distance === "pixels") {
    for (let n = 0; n < weights.length; n++) {
      weights[n] = kernel(pixelDistance(masks.subarray(n * segments, (n + 1) * segments), energies!), kernelWidth);
    }
    return weights;
  }
  const byCount = new Float64Array(segments + 1);
  for (let k = 0; k <= segments; k++) {
    if (distance === "kept") byCount[k] = Math.sqrt(k);
    else
      byCount[k] = kernel(distance === "cosine" ? 1 - Math.sqrt(k / segments) : Math.sqrt(segments - k), kernelWidth);
  }
  for (let n = 0; n < weights.length; n++) weights[n] = byCount[kept[n]];
  return weights;
}

function kernel(distance: number, width: number): number {
  return Math.exp((-distance * distance) / (2 * width * width));
}

/**
 * How much hiding changes each segment: the sum of the squared changes of its pixels, `values[segment * channels + c]`.
 */
export interface HidingEnergies {
  readonly values: Float64Array;
  readonly channels: number;
  readonly pixels: number;
}

/**
 * The hiding energies of all segments. Squared changes add up over segments, so the distance of a masked image can be
 * computed without making it.
 */
export function hidingEnergies(
  image: ArrayLike<number>,
  hidden: ArrayLike<number>,
  {labels, count}: Segmentation,
): HidingEnergies {
  const channels = image.length / labels.length;
  const values = new Float64Array(count * channels);
  for (let p = 0; p < labels.length; p++) {
    for (let c = 0; c < channels; c++) {
      values[labels[p] * channels + c] += (hidden[p * channels + c] - image[p * channels + c]) ** 2;
    }
  }
  return {values, channels, pixels: labels.length};
}

/** 1 for each segment that hiding changes. A segment that looks the same when hidden can speak for nothing. */
export function liveSegments({values, channels}: HidingEnergies): Uint8Array {
  const live = new Uint8Array(values.length / channels);
  for (let i = 0; i < values.length; i++) if (values[i] > 0) live[Math.floor(i / channels)] = 1;
  return live;
}

function pixelDistance(mask: Uint8Array, {values, channels, pixels}: HidingEnergies): number {
  let distance = 0;
  for (let c = 0; c < channels; c++) {
    let changed = 0;
    for (let j = 0; j < mask.length; j++) if (!mask[j]) changed += values[j * channels + c];
    distance += Math.sqrt(changed / pixels) / channels;
  }
  return distance;
}
