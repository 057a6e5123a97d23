import {fork, type RandomSource} from "../../random";
import type {Classifier, Images} from "../../types";
import {selections} from "../feature-selection";
import {type LinearFit, linearModels, weightedR2} from "../linear-models";
import {columnsOf, type Observations, rowsOf} from "../observations";
import {argMaxRows} from "../scores";
import {segment} from "../segmentation/index";
import type {Segmentation} from "../segmentation/raster";
import {hiddenLook} from "./hiding";
import {distinctMasks, drawMasks} from "./masks";
import {askAboutMasks, type Neighbourhood} from "./neighbourhood";
import {hidingEnergies, liveSegments, maskWeights} from "./proximity";
import {featureCount, type LimeSettings, type RecipeName, recipes} from "./settings";
import {coefficientErrors, jaccard, nearMasks, rankCorrelation, strongest} from "./trust";

export interface LimeOptions extends Partial<LimeSettings> {
  /** Whose settings hold where none is given here. */
  readonly recipe?: RecipeName;
  /** Explained class; by default the one the classifier finds most probable. */
  readonly explained?: number;
  /** Superpixels made elsewhere, instead of the segmenter's. */
  readonly segmentation?: Segmentation;
  /** The image with everything hidden, made elsewhere, instead of by the hiding mode. */
  readonly hidden?: Float32Array;
  readonly random?: RandomSource;
  /** Masked images in memory at a time. */
  readonly batchSize?: number;
}

/** Which parts of an image speak for a class, and how far to trust that. */
export interface LimeExplanation {
  readonly explained: number;
  /** Of the explained class, for the image itself. */
  readonly probability: number;
  readonly segmentation: Segmentation;
  /** What keeping each segment adds to the probability, in the fit; 0 for those not selected. */
  readonly weights: Float64Array;
  /** Standard error of each weight over the draw of the masks; 0 for those not selected. */
  readonly errors: Float64Array;
  readonly intercept: number;
  /** Weighted R² of the fit on the masks it was made of. */
  readonly r2: number;
  /** The fit's own answer for the image, to hold against `probability`. */
  readonly localPrediction: number;
  readonly samples: number;
  /** Masks that count at least half as much as the one that counts most. */
  readonly near: number;
  /** Spearman's correlation of the weights fitted on either half of the masks, over the segments that hiding changes. */
  readonly halvesCorrelation: number;
  /** Jaccard index of the five strongest segments of either half. */
  readonly halvesTop5: number;
}

/** All that one image's masks told: to explain another class, or to draw, without asking again. */
export interface LimeStudy {
  readonly image: Images;
  readonly settings: LimeSettings;
  readonly segmentation: Segmentation;
  /** The image with everything hidden. */
  readonly hidden: Float32Array;
  readonly neighbourhood: Neighbourhood;
  /** How much each mask counts. */
  readonly maskWeights: Float64Array;
  /** 1 for a segment that hiding changes; one it leaves as it is can speak for nothing. */
  readonly live: Uint8Array;
  /** Of each class, for the image itself. */
  readonly probabilities: Float32Array;
}

/** "auto" starts with this many masks and doubles up to the most. */
const AUTO_FIRST = 250;
const AUTO_MOST = 8000;
const TOP = 5;

/**
 * LIME on one image (Ribeiro, Singh & Guestrin 2016, "Why Should I Trust You?", § 3): hides random sets of superpixels,
 * asks the classifier about each, and fits a weighted linear model of the class's probability to what was kept.
 *
 * @param classifier A black box: nothing but `predict` is asked of it.
 * @param image      One image, `count` 1.
 * @throws RangeError if the image's shape is not the classifier's, or there are no pixels to segment.
 */
export async function explainWithLime(
  classifier: Classifier,
  image: Images,
  options: LimeOptions = {},
): Promise<LimeExplanation> {
  const study = await studyWithLime(classifier, image, options);
  return explainStudy(study, options.explained ?? argMaxRows(study.probabilities, study.probabilities.length)[0]);
}

/** Draws the masks and asks about them; `explainStudy` then explains any class. */
export async function studyWithLime(
  classifier: Classifier,
  image: Images,
  options: LimeOptions = {},
): Promise<LimeStudy> {
  if (image.count !== 1 || `${image.shape}` !== `${classifier.imageShape}`) {
    const got = `${image.count} of [${image.shape}]`;
    throw new RangeError(`lime: expected 1 image of shape [${classifier.imageShape}], got ${got}`);
  }
  const {recipe = "default", explained, segmentation: given, hidden: look, random, batchSize, ...chosen} = options;
  const chance = random ?? fork(0, "lime");
  const settings: LimeSettings = {...recipes[recipe](image.shape), ...chosen};
  const segmentation = given ?? segment(image, settings.segmenter);
  const hidden = look ?? hiddenLook(image, segmentation, settings.hiding, chance);
  const probabilities = await classifier.predict(image);
  const study = {image, settings, segmentation, hidden, probabilities};
  const live = liveSegments(hidingEnergies(image.pixels, hidden, segmentation));

  const more = async (count: number, before?: Neighbourhood): Promise<Neighbourhood> => {
    const first = before ? before.masks.length / segmentation.count : 0;
    const masks = drawMasks(chance, count, segmentation.count, settings, first);
    const {distinct, likes} = distinctMasks(masks, segmentation.count, live);
    const said = await askAboutMasks(classifier, image, hidden, segmentation, distinct, batchSize);
    const classes = probabilities.length;
    const answers = new Float32Array(likes.length * classes);
    likes.forEach((like, n) => {
      answers.set(said.subarray(like * classes, (like + 1) * classes), n * classes);
    });
    return before ? joined(before, {masks, probabilities: answers}) : {masks, probabilities: answers};
  };
  if (settings.samples !== "auto") return weighed(study, await more(settings.samples));
  let result = weighed(study, await more(AUTO_FIRST));
  for (let samples = AUTO_FIRST; samples < AUTO_MOST; samples *= 2) {
    const {halvesTop5} = explainStudy(result, explained ?? argMaxRows(probabilities, probabilities.length)[0]);
    if (halvesTop5 === 1) break;
    result = weighed(study, await more(samples, result.neighbourhood));
  }
  return result;
}

function joined(a: Neighbourhood, b: Neighbourhood): Neighbourhood {
  const masks = new Uint8Array(a.masks.length + b.masks.length);
  masks.set(a.masks);
  masks.set(b.masks, a.masks.length);
  const probabilities = new Float32Array(a.probabilities.length + b.probabilities.length);
  probabilities.set(a.probabilities);
  probabilities.set(b.probabilities, a.probabilities.length);
  return {masks, probabilities};
}

/** Adds how much each mask counts, by the settings' distance and kernel. */
export function weighed(
  study: Omit<LimeStudy, "neighbourhood" | "maskWeights" | "live">,
  neighbourhood: Neighbourhood,
): LimeStudy {
  const {settings, segmentation, image, hidden} = study;
  const {distance, kernelWidth} = settings;
  const energies = hidingEnergies(image.pixels, hidden, segmentation);
  const weights = maskWeights(neighbourhood.masks, segmentation.count, distance, kernelWidth, energies);
  return {...study, neighbourhood, maskWeights: weights, live: liveSegments(energies)};
}

/** Fits the linear model for one class, on all masks and on either half of them. */
export function explainStudy(study: LimeStudy, explained: number): LimeExplanation {
  const {settings, segmentation, neighbourhood, probabilities} = study;
  const columns = segmentation.count;
  const classes = probabilities.length;
  if (!(explained >= 0 && explained < classes)) {
    throw new RangeError(`lime: expected a class from 0 to ${classes - 1}, got ${explained}`);
  }
  const samples = neighbourhood.masks.length / columns;
  const observations: Observations = {
    features: neighbourhood.masks,
    columns,
    targets: Float64Array.from({length: samples}, (_, n) => neighbourhood.probabilities[n * classes + explained]),
    weights: study.maskWeights,
  };
  const {fit, selected, part} = fitSelected(observations, settings, study.live);
  const weights = spread(fit.coefficients, selected, columns);
  const halves = [0, 1].map((half) => {
    const rows = halfOf(observations, half);
    const {fit: halfFit, selected: halfSelected} = fitSelected(rows, settings, study.live);
    return spread(halfFit.coefficients, halfSelected, columns).filter((_, j) => study.live[j]);
  });
  const pairsFrom = settings.sampling === "antithetic" ? (settings.wholeFirst ? 1 : 0) : undefined;
  return {
    explained,
    probability: probabilities[explained],
    segmentation,
    weights,
    errors: spread(coefficientErrors(part, fit, pairsFrom), selected, columns),
    intercept: fit.intercept,
    r2: weightedR2(part, fit),
    localPrediction: fit.intercept + weights.reduce((sum, w) => sum + w, 0),
    samples,
    near: nearMasks(study.maskWeights),
    halvesCorrelation: rankCorrelation(halves[0], halves[1]),
    halvesTop5: jaccard(strongest(halves[0], TOP), strongest(halves[1], TOP)),
  };
}

/** Fits the model to the columns that the settings choose; a skipped column's coefficient is 0. */
function fitSelected(
  observations: Observations,
  {selection, features, model, skipInert}: LimeSettings,
  live: Uint8Array,
) {
  const all = Array.from({length: observations.columns}, (_, j) => j);
  const open = skipInert && live.includes(1) ? all.filter((j) => live[j]) : all;
  const candidates = open.length < all.length ? columnsOf(observations, open) : observations;
  const most = featureCount(features, observations.columns);
  const chosen = most < open.length ? selections[selection](candidates, most).map((j) => open[j]) : open;
  const part = chosen.length < all.length ? columnsOf(observations, chosen) : observations;
  const fit: LinearFit = linearModels[model](part);
  return {fit, selected: chosen, part};
}

/** Every other pair of rows (antithetic partners stay together), and the first row, the image itself, in both. */
function halfOf(observations: Observations, half: number): Observations {
  const all = Array.from({length: observations.targets.length}, (_, n) => n);
  return rowsOf(
    observations,
    all.filter((n) => n === 0 || Math.floor((n - 1) / 2) % 2 === half),
  );
}

function spread(values: Float64Array, places: readonly number[], length: number): Float64Array {
  const all = new Float64Array(length);
  places.forEach((place, i) => {
    all[place] = values[i];
  });
  return all;
}
