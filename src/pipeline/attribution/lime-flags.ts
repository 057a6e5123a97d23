import type {LimeOptions} from "../../lime/lime";
import {type SelectionName, selections} from "../../lime/linear/feature-selection";
import {type LinearModelName, linearModels} from "../../lime/linear/linear-models";
import {suitedBatch} from "../../lime/neighbourhood";
import {type SegmentationMethod, type Segmenter, suitedSegmenter} from "../../lime/segmentation/index";
import {type LimeSettings, parseHiding, type RecipeName, recipes} from "../../lime/settings";
import {between, type OptionTable, oneOf, UserError, wholeNumber} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";

/**
 * LIME's options as the user writes them. "recipe", and 0 (which the user writes as auto), stand for the recipe's
 * value.
 */
export interface LimeFlags {
  readonly recipe: string;
  readonly samples: string;
  readonly segmentation: string;
  readonly segments: number;
  readonly keep: number;
  readonly sampling: string;
  readonly hiding: string;
  readonly distance: string;
  readonly kernelWidth: number;
  readonly selection: string;
  readonly features: number;
  readonly model: string;
  readonly batchSize: number;
}

const AS_RECIPE = "recipe";
const MOST_AT_ONCE = 256;

export const limeFlags: OptionTable<LimeFlags> = {
  recipe: {
    default: "default",
    help: `whose settings to start from: ${Object.keys(recipes).join(", ")}`,
    check: oneOf(...Object.keys(recipes)),
  },
  samples: {
    default: AS_RECIPE,
    help: "how many masks for each image, or auto: until the five strongest segments are stable",
    check: (value) =>
      value === AS_RECIPE || value === "auto" || (/^\d+$/.test(value) && Number(value) >= 10)
        ? undefined
        : "10 or more, auto or recipe",
  },
  segmentation: choice("how to make superpixels", "slic", "quickshift", "felzenszwalb", "grid"),
  segments: {
    default: 0,
    words: {auto: 0},
    help: "about how many segments slic and grid make; auto: as many as suit the image's size",
    check: wholeNumber,
  },
  keep: {
    default: 0,
    words: {auto: 0},
    help: "probability that a mask keeps a segment; auto: the recipe's",
    check: between(0, 0.99),
  },
  sampling: choice("how masks are drawn", "bernoulli", "antithetic"),
  hiding: {
    default: AS_RECIPE,
    words: {auto: AS_RECIPE},
    help: "how a hidden segment looks: mean, blur, noise, fill (ink and empty change places), zero, grey or #rrggbb",
    check: (value) =>
      value === AS_RECIPE || parseHiding(value) ? undefined : "mean, blur, noise, fill, zero, grey or #rrggbb",
  },
  distance: choice("how near a masked image is", "cosine", "l2", "pixels", "kept"),
  kernelWidth: {
    default: 0,
    words: {auto: 0},
    help: "the width s in a mask's weight exp(−d²/2s²); auto: the recipe's",
    check: between(0, 1000),
  },
  selection: choice("how the model's segments are chosen", ...(Object.keys(selections) as SelectionName[])),
  features: {
    default: 0,
    words: {auto: 0},
    help: "the most segments that the linear model uses; auto: the recipe's",
    check: wholeNumber,
  },
  model: choice("linear model", ...(Object.keys(linearModels) as LinearModelName[])),
  batchSize: {
    default: 0,
    words: {auto: 0},
    help: `masked images in memory at a time; auto: as many as fit in 16 MB, ${MOST_AT_ONCE} at most`,
    check: wholeNumber,
  },
};

/** The flags as `explainWithLime` takes them, for images of this shape. */
export function limeOptionsOf(flags: LimeFlags, shape: ImageShape): LimeOptions {
  const recipe = flags.recipe as RecipeName; // the table's check allows no other word; so below
  const {segmenter} = recipes[recipe](shape);
  const given = <T extends string>(word: string): T | undefined => (word === AS_RECIPE ? undefined : (word as T));
  const chosen: {[K in keyof LimeSettings]: LimeSettings[K] | undefined} = {
    segmenter: withSegments(
      given(flags.segmentation) ? suitedSegmenter(flags.segmentation as SegmentationMethod, shape) : segmenter,
      flags.segments,
    ),
    samples: flags.samples === AS_RECIPE || flags.samples === "auto" ? given(flags.samples) : Number(flags.samples),
    keep: flags.keep || undefined,
    sampling: given(flags.sampling),
    wholeFirst: undefined,
    hiding: parseHiding(flags.hiding),
    distance: given(flags.distance),
    kernelWidth: flags.kernelWidth || undefined,
    selection: given(flags.selection) ?? (flags.features ? "auto" : undefined),
    features: flags.features || undefined,
    model: given(flags.model),
    skipInert: undefined,
  };
  const set = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return {
    recipe,
    batchSize: flags.batchSize || Math.min(MOST_AT_ONCE, suitedBatch(shape)),
    ...(set as Partial<LimeSettings>),
  };
}

function withSegments(segmenter: Segmenter, segments: number): Segmenter {
  if (!segments) return segmenter;
  if ("segments" in segmenter) return {...segmenter, segments};
  throw new UserError(
    `segments: expected slic or grid segmentation, got ${segmenter.method}, which takes no number of segments`,
  );
}

function choice(help: string, ...words: string[]) {
  // of the ways to choose segments, one is called auto itself
  const auto = words.includes("auto") ? {} : {words: {auto: AS_RECIPE}};
  return {default: AS_RECIPE, ...auto, help: `${help}: ${words.join(", ")}`, check: oneOf(AS_RECIPE, ...words)};
}
