import type {DifferentiableClassifier} from "../../../nouns/network";
import type {Images} from "../../../nouns/samples";

/** Maps of several images, each laid out as the images' pixels. */
export interface Saliency {
  /** g(x) = ∂ logit / ∂ x at the image (Simonyan, Vedaldi & Zisserman 2013, eq. 3, with its sign). */
  readonly gradient: Float32Array;
  /** The same at the baseline. */
  readonly baseline: Float32Array;
  /** g(x) − g(baseline): what matters because of this image, and not because of the network alone. */
  readonly delta: Float32Array;
  /** How strongly this falls on the ink: |delta| × image; in exigo's mode |g(x)| × image, as in exigo. */
  readonly overlay: Float32Array;
}

/** The gradients of each image's target logit, at the image and at the empty image (all 0). */
export async function saliencyMaps(
  classifier: DifferentiableClassifier,
  images: Images,
  targets: ArrayLike<number>,
): Promise<Saliency> {
  const gradient = await classifier.inputGradient(images, targets);
  const baseline = await classifier.inputGradient(emptied(images), targets);
  const delta = gradient.map((g, p) => g - baseline[p]);
  return {gradient, baseline, delta, overlay: delta.map((d, p) => Math.abs(d) * images.pixels[p])};
}

/**
 * Computes what the published pipeline exigo computes (its plot.py, 127-217): the gradient of the sum of all logits
 * with respect to pixels in [−1, 1], which is half of that with respect to pixels in [0, 1]. It is computed at the
 * image and at an image of −1 everywhere. The overlay is |g(x)| × x with x in [−1, 1], so it is negative on the
 * background.
 */
export async function exigoSaliencyMaps(classifier: DifferentiableClassifier, images: Images): Promise<Saliency> {
  const gradient = (await classifier.inputGradient(images, "all")).map((g) => g / 2);
  const baseline = (await classifier.inputGradient(emptied(images), "all")).map((g) => g / 2);
  const delta = gradient.map((g, p) => g - baseline[p]);
  return {gradient, baseline, delta, overlay: gradient.map((g, p) => Math.abs(g) * (2 * images.pixels[p] - 1))};
}

/** One number for each pixel: the sum over its channels. */
export function channelSum(values: Float32Array, channels: number): Float32Array {
  if (channels === 1) return values;
  const out = new Float32Array(values.length / channels);
  for (let i = 0; i < values.length; i++) out[Math.floor(i / channels)] += values[i];
  return out;
}

function emptied(images: Images): Images {
  return {...images, pixels: new Float32Array(images.pixels.length)};
}
