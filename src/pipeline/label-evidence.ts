import {explainStudy} from "../lime/explanation";
import {studyWithLime} from "../lime/lime";
import type {Network} from "../nouns/network";
import {fork, randomSource} from "../nouns/random";
import type {LabelledImages} from "../nouns/samples";
import type {SegmentExplanation} from "../plots/segments";
import {channelSum, saliencyMaps} from "./attribution/methods/saliency";
import {imageAt, segmentExplanation} from "./probes/segment-explanation";

/** Maps of a picture that show which parts speak for its given label, and which for the label that it looks like. */
export interface LabelEvidence {
  /** The two explanations by LIME, from the same masks. */
  readonly lime: {readonly given: SegmentExplanation; readonly suggested: SegmentExplanation};
  /**
   * How much each pixel adds to each class's logit, compared with the blank picture: a number for each pixel. Null if
   * the network has no gradient.
   */
  readonly saliency: {readonly given: Float32Array; readonly suggested: Float32Array} | null;
}

/**
 * Explains pictures whose labels are suspect. Each picture has its own stream of chance.
 *
 * @param images The pictures with the labels that they have.
 * @param indices Their places in the training split.
 * @param suggested The class that each looks like.
 * @param names What each is called.
 */
export async function labelEvidence(
  network: Network,
  images: LabelledImages,
  {
    indices,
    suggested,
    names,
  }: {
    readonly indices: readonly number[];
    readonly suggested: ArrayLike<number>;
    readonly names: readonly string[];
  },
  seed: number,
): Promise<LabelEvidence[]> {
  const {shape, labels} = images;
  const maps =
    network.noGradient === undefined
      ? [await saliencyMaps(network, images, labels), await saliencyMaps(network, images, suggested)]
      : null;
  const [given, other] = maps?.map(({delta}) => channelSum(delta, shape[2])) ?? [];
  const size = shape[0] * shape[1];
  const found: LabelEvidence[] = [];
  for (const [n, index] of indices.entries()) {
    const random = randomSource(fork(seed, "label evidence", index)() * 2 ** 32);
    const study = await studyWithLime(network, imageAt(images, n), {random});
    const of = (k: number): SegmentExplanation => ({
      ...segmentExplanation(explainStudy(study, k), index, labels[n], network.classNames),
      caption: `${names[n]} · labelled ${network.classNames[labels[n]]}`,
    });
    const map = (values: Float32Array) => values.slice(n * size, (n + 1) * size);
    found.push({
      lime: {given: of(labels[n]), suggested: of(suggested[n])},
      saliency: given && other ? {given: map(given), suggested: map(other)} : null,
    });
  }
  return found;
}
