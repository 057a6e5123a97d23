import type {ImageShape} from "./classifier";
import type {SelectionName} from "./linear/feature-selection";
import type {LinearModelName} from "./linear/linear-models";
import type {MaskSettings} from "./masks";
import type {DistanceName} from "./proximity";
import {type Segmenter, suitedSegmenter} from "./segmentation/index";

/**
 * How a hidden segment looks: its mean colour; a given colour in [0, 1], one number or one for each channel; blurred;
 * noise; or its opposite (ink where it was empty, empty where it was ink).
 */
export type Hiding = "mean" | "blur" | "noise" | "fill" | readonly number[];

/** Every choice that the LIME paper leaves open. */
export interface LimeSettings extends MaskSettings {
  readonly segmenter: Segmenter;
  /**
   * How many masks are drawn. "auto" doubles the number until both halves of them name the same five strongest
   * segments.
   */
  readonly samples: number | "auto";
  readonly hiding: Hiding;
  readonly distance: DistanceName;
  /** The width s of the kernel exp(−d² / 2s²), in the distance's unit. */
  readonly kernelWidth: number;
  readonly selection: SelectionName;
  /** The most segments that the model may use. */
  readonly features: "all" | "half" | number;
  readonly model: LinearModelName;
  /**
   * Leaves segments that hiding does not change out of the fit. Their weight is then 0, whereas a fit would give them
   * noise.
   */
  readonly skipInert: boolean;
}

/**
 * The settings of published tools, and our own. docs/lime.md says what else these tools do, and which of their errors
 * are not repeated here.
 */
export const recipes = {
  /**
   * Our own: superpixels that suit the image's size, flat ones left out of the fit, masks in antithetic pairs, and
   * everything else as in lime.
   */
  default: (shape: ImageShape): LimeSettings => ({
    segmenter: suitedSegmenter("slic", shape),
    samples: Math.max(shape[0], shape[1]) <= 64 ? 500 : 1000,
    keep: 0.5,
    sampling: "antithetic",
    wholeFirst: true,
    hiding: "mean",
    distance: "cosine",
    kernelWidth: 0.25,
    selection: "none",
    features: "all",
    model: "ridge",
    skipInert: true,
  }),
  /** marcotcr/lime 0.2.0.1, `LimeImageExplainer().explain_instance`. */
  lime: (): LimeSettings => ({
    segmenter: {method: "quickshift", kernelSize: 4, maxDistance: 200, ratio: 0.2},
    samples: 1000,
    keep: 0.5,
    sampling: "bernoulli",
    wholeFirst: true,
    hiding: "mean",
    distance: "cosine",
    kernelWidth: 0.25,
    selection: "auto",
    features: "all",
    model: "ridge",
    skipInert: false,
  }),
  /** visualime 0.1.0, `explain_classification`. */
  visualime: (): LimeSettings => ({
    segmenter: {method: "slic", segments: 250, compactness: 2, sigma: 1},
    samples: 64,
    keep: 0.33,
    sampling: "bernoulli",
    wholeFirst: false,
    hiding: [0],
    distance: "pixels",
    kernelWidth: 0.25,
    selection: "bayesian-weights",
    features: "half",
    model: "bayesian-ridge",
    skipInert: false,
  }),
  /** grokking-lime, the notebook. */
  grokking: (): LimeSettings => ({
    segmenter: {method: "felzenszwalb", scale: 300, sigma: 0.8, smallest: 20},
    samples: 128,
    keep: 0.6,
    sampling: "bernoulli",
    wholeFirst: false,
    hiding: [0],
    distance: "kept",
    kernelWidth: 0.25,
    selection: "none",
    features: "all",
    model: "bayesian-ridge",
    skipInert: false,
  }),
  /** doughazell/ai lime.py: the four steps by hand. */
  "four-step": (): LimeSettings => ({
    segmenter: {method: "quickshift", kernelSize: 6, maxDistance: 200, ratio: 0.2},
    samples: 1000,
    keep: 0.5,
    sampling: "bernoulli",
    wholeFirst: false,
    hiding: [0.5],
    distance: "cosine",
    kernelWidth: 0.25,
    selection: "none",
    features: "all",
    model: "least-squares",
    skipInert: false,
  }),
} satisfies Record<string, (shape: ImageShape) => LimeSettings>;

export type RecipeName = keyof typeof recipes;

/** How many of the `segments` segments the model may use. */
export function featureCount(features: LimeSettings["features"], segments: number): number {
  if (features === "all") return segments;
  return features === "half" ? Math.max(1, Math.floor(segments / 2)) : Math.min(features, segments);
}

/** Reads a hiding mode as the user writes it; undefined if there is no such mode. */
export function parseHiding(words: string): Hiding | undefined {
  if (words === "mean" || words === "blur" || words === "noise" || words === "fill") return words;
  if (words === "zero") return [0];
  if (words === "grey") return [0.5];
  if (/^#[0-9a-f]{6}$/i.test(words)) return [1, 3, 5].map((i) => Number.parseInt(words.slice(i, i + 2), 16) / 255);
  return undefined;
}
