import type {DifferentiableClassifier} from "../../nouns/network";
import type {LabelledImages} from "../../nouns/samples";
import {channelSum, exigoSaliencyMaps, saliencyMaps} from "../attribution/methods/saliency";

/** Gradients of one class's logit, or of the sum of all logits, as in the pipeline exigo. */
export type SaliencyMode = "class" | "exigo";

/** The map of every mistake: one number for each pixel. */
export interface PixelMap {
  readonly label: string;
  readonly scale: "signed" | "sequential";
  /** The class explained in each image; absent if all classes are explained at once. */
  readonly targets?: Uint16Array;
  readonly values: Float32Array;
}

/** The maps of either mode; those of the answer and of the true class are side by side. */
export async function mistakeMaps(
  classifier: DifferentiableClassifier,
  images: LabelledImages,
  predicted: Uint16Array,
  mode: SaliencyMode,
): Promise<readonly PixelMap[]> {
  const channels = images.shape[2];
  if (mode === "exigo") {
    const {gradient, delta, overlay} = await exigoSaliencyMaps(classifier, images);
    return [
      {label: "saliency", scale: "sequential", values: channelSum(gradient, channels).map(Math.abs)},
      {label: "delta", scale: "signed", values: channelSum(delta, channels)},
      {label: "overlay", scale: "signed", values: channelSum(overlay, channels)},
    ];
  }
  const [answer, truth] = [
    await saliencyMaps(classifier, images, predicted),
    await saliencyMaps(classifier, images, images.labels),
  ];
  return [
    {label: "delta", scale: "signed", targets: predicted, values: channelSum(answer.delta, channels)},
    {label: "delta", scale: "signed", targets: images.labels, values: channelSum(truth.delta, channels)},
    {label: "overlay", scale: "sequential", targets: predicted, values: channelSum(answer.overlay, channels)},
    {label: "overlay", scale: "sequential", targets: images.labels, values: channelSum(truth.overlay, channels)},
  ];
}

/** A few words that describe each map. */
export const mapNotes: {readonly [mode in SaliencyMode]: {readonly [label: string]: string}} = {
  class: {delta: "saliency − baseline", overlay: "|delta| × source"},
  exigo: {saliency: "|gradient|, image", delta: "gradient − baseline's", overlay: "saliency × image in ±1"},
};
