/**
 * @file LIME as other programs call it: with a class's name, a seed and an abort signal. The pipeline calls the parts
 * directly.
 */
import {largestOf, ownChance} from "./chance";
import type {Classifier, ImageShape, Images, RandomSource} from "./classifier";
import {type OrderCurve, orderCurves} from "./deletion-insertion";
import {explainStudy, type LimeExplanation} from "./explanation";
import {hiddenLook} from "./hiding";
import {type LimeOptions as Parts, studyWithLime} from "./lime";
import {type Removal, removeAndAskAgain as remove} from "./remove-and-ask";
import {type Segmenter, segment as segmented, suitedSegmenter} from "./segmentation/index";
import type {Raster, Segmentation} from "./segmentation/raster";
import type {Hiding} from "./settings";

/** How to explain an image: the settings of a recipe, replaced by the given ones if there are any. */
export interface LimeOptions extends Omit<Parts, "explained"> {
  /**
   * The class to explain: "predicted" (the most probable, the default), a class's name, or its place among the classes.
   */
  readonly target?: number | string;
  /** The class's place, under the name that version 0.1 used. */
  readonly explained?: number;
  /** Every draw is derived from this seed; by default the draws are always the same. */
  readonly seed?: number;
  /** Aborts the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An explanation together with its class. */
export interface Explained extends LimeExplanation {
  readonly target: number;
}

/** For each explanation, its image with all segments hidden, so that curves can hide segments in the same way. */
const hiddenLooks = new WeakMap<LimeExplanation, Float32Array>();

/**
 * LIME for one image (Ribeiro, Singh & Guestrin 2016). It hides random sets of superpixels, asks the classifier about
 * each masked image, and fits a weighted linear model that predicts the class's probability from the segments that were
 * kept.
 *
 * @param classifier A black box, of which only `predict` is called.
 * @param image One image, `count` 1.
 * @example const {weights, errors, r2} = await explainWithLime(model, image, {target: "cat", samples: "auto", seed:
 * 1});
 * @throws RangeError if there is no such class, the image's shape is not the classifier's, or there are no pixels to
 * segment; the signal's reason.
 */
export async function explainWithLime(
  classifier: Classifier,
  image: Images,
  options: LimeOptions = {},
): Promise<Explained> {
  const study = await studyWithLime(heeding(classifier, options.signal), image, partsOf(classifier, options));
  const target = targetOf(classifier, options) ?? largestOf(study.probabilities);
  const explanation = {...explainStudy(study, target), target};
  hiddenLooks.set(explanation, study.hidden);
  return explanation;
}

/**
 * Asks "what if the network could not see that?". It removes the segments that speak most for the answer, asks and
 * explains again, until another class is the most probable, nothing speaks for the answer any more, or `rounds` (20)
 * are used up: then it ends as "stopped".
 *
 * @param options `most` is how many segments are removed in each round.
 * @example const {end, rounds} = await removeAndAskAgain(model, image, {most: 2});
 * @throws RangeError as `explainWithLime`; the signal's reason.
 */
export async function removeAndAskAgain(
  classifier: Classifier,
  image: Images,
  {most, rounds = 20, ...options}: LimeOptions & {readonly most: number; readonly rounds?: number},
): Promise<Removal> {
  for (const [name, value] of Object.entries({most, rounds})) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${name}: expected a whole number, 1 or more, got ${value}`);
    }
  }
  return remove(heeding(classifier, options.signal), image, partsOf(classifier, options), most, rounds);
}

/** How to draw the curves of an explanation. */
export interface CurveOptions {
  /** The seed of the random orders. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** How many masked images are in memory at a time. */
  readonly batchSize?: number;
  /**
   * How a hidden segment looks: by default as when the image was explained; for a copied explanation, its mean colour.
   */
  readonly hiding?: Hiding;
}

/**
 * Deletion and insertion (Petsiuk, Das & Saenko 2018): how the class's probability falls as segments are hidden, the
 * strongest first, and how it rises as they are shown. Two controls that know nothing of the class come with it.
 *
 * @param explanation The explanation of this image by `explainWithLime`.
 * @example const [lime, random, edges] = await deletionInsertion(model, image, explanation);
 * @throws RangeError if the explanation is of an image of another size; the signal's reason.
 */
export async function deletionInsertion(
  classifier: Classifier,
  image: Images,
  explanation: LimeExplanation,
  {seed, signal, batchSize, hiding}: CurveOptions = {},
): Promise<OrderCurve[]> {
  const {segmentation, explained, weights} = explanation;
  const places = image.shape[0] * image.shape[1];
  if (segmentation.labels.length !== places) {
    const got = segmentation.labels.length;
    throw new RangeError(`explanation: expected one for an image of ${places} pixels, got one for ${got}`);
  }
  const chance = ownChance(seed);
  const known = hiding === undefined ? hiddenLooks.get(explanation) : undefined;
  const hidden = known ?? hiddenLook(image, segmentation, hiding ?? "mean", chance);
  const asked = heeding(classifier, signal);
  return orderCurves(asked, image, hidden, segmentation, explained, weights, chance, batchSize);
}

/**
 * Divides one image into superpixels.
 *
 * @param options Settings that are left out suit the image's size. `segments` is about how many segments slic or grid
 * makes.
 * @example const {labels, count} = segment(image, {method: "slic", segments: 50});
 * @throws RangeError if the method cannot make that number of segments, or has no such setting.
 */
export function segment(
  raster: Raster,
  {method = "slic", ...given}: {readonly method?: Segmenter["method"]; readonly [setting: string]: unknown} = {},
): Segmentation {
  const suited = suitedSegmenter(method, raster.shape);
  const unknown = Object.keys(given).find(
    (name) => !(name in suited) && !(name === "sigma" && method === "quickshift"),
  );
  if (unknown !== undefined) {
    const names = Object.keys(suited).filter((name) => name !== "method");
    throw new RangeError(`${unknown}: expected a setting of ${method} (${names.join(", ")}), got this one`);
  }
  return segmented(raster, {...suited, ...given} as Segmenter);
}

/** The classifier, which stops answering once the signal is aborted. */
function heeding(classifier: Classifier, signal: AbortSignal | undefined): Classifier {
  if (!signal) return classifier;
  return {
    imageShape: classifier.imageShape as ImageShape,
    classNames: classifier.classNames,
    predict(images) {
      signal.throwIfAborted();
      return classifier.predict(images);
    },
  };
}

function partsOf(classifier: Classifier, options: LimeOptions): Parts {
  const {target, explained, seed, signal, random, ...rest} = options;
  const named = targetOf(classifier, options);
  const chance: RandomSource | undefined = random ?? (seed === undefined ? undefined : ownChance(seed));
  return {...rest, ...(chance ? {random: chance} : {}), ...(named === undefined ? {} : {explained: named})};
}

/** The class's place; undefined means the most probable class. */
function targetOf({classNames}: Classifier, {target, explained}: LimeOptions): number | undefined {
  if (target === undefined) return explained;
  const named = typeof target === "string" ? classNames.indexOf(target) : target;
  if (named < 0 && target === "predicted") return undefined;
  if (Number.isInteger(named) && named >= 0 && named < classNames.length) return named;
  throw new RangeError(`target: expected a class's name, or its number below ${classNames.length}, got ${target}`);
}
