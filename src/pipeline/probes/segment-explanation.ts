import type {LimeExplanation} from "../../lime/explanation";
import type {Images} from "../../nouns/samples";
import type {SegmentExplanation} from "../../plots/segments";

/** LIME's explanation of a test image as plain data, in the form in which artifacts keep it. */
export function segmentExplanation(
  {segmentation, ...explanation}: LimeExplanation,
  index: number,
  label: number,
  classNames: readonly string[],
): SegmentExplanation {
  return {
    ...explanation,
    index,
    caption: `test ${index} · true ${classNames[label]}`,
    label,
    explainedName: classNames[explanation.explained],
    segments: segmentation.labels,
  };
}

/** The image at place n alone. */
export function imageAt({shape, pixels}: Images, n: number): Images {
  const size = shape[0] * shape[1] * shape[2];
  return {count: 1, shape, pixels: pixels.slice(n * size, (n + 1) * size)};
}
