/** @file LIME as others ask for it: a class by its name, a seed, a signal. The pipeline asks the parts themselves. */
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

/** How an image is explained: a recipe's settings, and over them those given. */
export interface LimeOptions extends Omit<Parts, "explained"> {
  /** The class explained: "predicted" (the most probable, the default), a name, or a place among the classes. */
  readonly target?: number | string;
  /** The same by its place, as version 0.1 called it. */
  readonly explained?: number;
  /** Every draw is derived from it; by default they are always the same. */
  readonly seed?: number;
  /** Ends the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An explanation, with the class that it is of. */
export interface Explained extends LimeExplanation {
  readonly target: number;
}

/** How each explanation's image looked with everything hidden: curves hide in the same way. */
const hiddenLooks = new WeakMap<LimeExplanation, Float32Array>();

/**
 * LIME on one image (Ribeiro, Singh & Guestrin 2016): hides random sets of superpixels, asks the classifier about each, and fits
 * a weighted linear model of the class's probability to what was kept.
 *
 * @param classifier A black box: nothing but `predict` is asked of it.
 * @param image One image, `count` 1.
 * @example const {weights, errors, r2} = await explainWithLime(model, image, {target: "cat", samples: "auto", seed: 1});
 * @throws RangeError if there is no such class, the image's shape is not the classifier's, or there are no pixels to segment;
 * the signal's reason.
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
 * "What if it could not see that": takes away the segments that speak most for the answer, asks and explains again, until
 * another class comes first, nothing speaks for the answer any more, or there were so many `rounds` (20): then it is "stopped".
 *
 * @param options `most` is how many segments are taken a round.
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

/** How the curves of an explanation are drawn. */
export interface CurveOptions {
  /** Of the random orders. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Masked images in memory at a time. */
  readonly batchSize?: number;
  /** How a hidden segment looks; by default as when the image was explained, or its mean of an explanation that was copied. */
  readonly hiding?: Hiding;
}

/**
 * Deletion and insertion (Petsiuk, Das & Saenko 2018): how the class's probability falls as segments are hidden, the strongest
 * first, and rises as they are shown; beside two controls that know nothing of the class.
 *
 * @param explanation Of this image, by `explainWithLime`.
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
    throw new RangeError(`explanation: expected one of an image of ${places} pixels, got one of ${got}`);
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
 * @param options What is left out suits the image's size; `segments` is about how many, of slic and grid.
 * @example const {labels, count} = segment(image, {method: "slic", segments: 50});
 * @throws RangeError for a count of segments that the method has not.
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

/** The classifier, which answers no more once the signal has come. */
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

/** The class's place; undefined for the most probable. */
function targetOf({classNames}: Classifier, {target, explained}: LimeOptions): number | undefined {
  if (target === undefined) return explained;
  const named = typeof target === "string" ? classNames.indexOf(target) : target;
  if (named < 0 && target === "predicted") return undefined;
  if (Number.isInteger(named) && named >= 0 && named < classNames.length) return named;
  throw new RangeError(`target: expected a class's name, or a place below ${classNames.length}, got ${target}`);
}
