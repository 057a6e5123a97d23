import type {Images} from "../../../nouns/samples";

/** The kinds of baseline: an image without the thing that is explained. */
export const BASELINES = ["black", "white", "mean"] as const;
export type Baseline = (typeof BASELINES)[number];

/** The pixels of an image's baseline. "mean" is the mean of the image itself, for each channel. */
export function baselinePixels({shape: [, , channels], pixels}: Images, baseline: Baseline): Float32Array {
  const out = new Float32Array(pixels.length);
  if (baseline === "black") return out;
  if (baseline === "white") return out.fill(1);
  const sums = new Float64Array(channels);
  for (let i = 0; i < pixels.length; i++) sums[i % channels] += pixels[i];
  for (let i = 0; i < pixels.length; i++) out[i] = (sums[i % channels] * channels) / pixels.length;
  return out;
}
