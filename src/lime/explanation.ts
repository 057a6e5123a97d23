import type {Images} from "./classifier";
import {selections} from "./linear/feature-selection";
import {linearModels, weightedR2} from "./linear/linear-models";
import type {LinearFit} from "./linear/observations";
import {columnsOf, type Observations, rowsOf, weightedMean} from "./linear/observations";
import type {Neighbourhood} from "./neighbourhood";
import {hidingEnergies, liveSegments, maskWeights} from "./proximity";
import {rankCorrelation} from "./rank-correlation";
import type {Segmentation} from "./segmentation/raster";
import {featureCount, type LimeSettings} from "./settings";
import {coefficientErrors, jaccard, nearMasks, strongest} from "./trust";
import {unchanging} from "./unchanging";

/**
 * Which parts of an image speak for a class, and how far to trust that. If hiding segments never changes the answer, no
 * weight is above 0 and the figures of trust are null: there is nothing that a fit could explain.
 */
export interface LimeExplanation {
  readonly explained: number;
  /** The probability of the explained class for the unmasked image. */
  readonly probability: number;
  readonly segmentation: Segmentation;
  /**
   * How much keeping each segment adds to the probability, according to the fit; 0 for segments that were not selected.
   */
  readonly weights: Float64Array;
  /**
   * The standard error of each weight over the draw of the masks; 0 for segments that were not selected; NaN if nothing
   * changes the answer.
   */
  readonly errors: Float64Array;
  readonly intercept: number;
  /** The weighted R² of the fit on the masks that it was made from; null if nothing changes the answer. */
  readonly r2: number | null;
  /** The fit's own answer for the unmasked image, to compare with `probability`. */
  readonly localPrediction: number;
  readonly samples: number;
  /** How many masks have at least half the weight of the heaviest mask. */
  readonly near: number;
  /**
   * Spearman's correlation between the weights fitted on one half of the masks and on the other, over the segments that
   * hiding changes. Null if all weights of a half are equal.
   */
  readonly halvesCorrelation: number | null;
  /** The Jaccard index of the five strongest segments of the two halves; null if nothing changes the answer. */
  readonly halvesTop5: number | null;
}

/**
 * Everything that the masks of one image tell. With it, one can explain another class or draw pictures without asking
 * the classifier again.
 */
export interface LimeStudy {
  readonly image: Images;
  readonly settings: LimeSettings;
  readonly segmentation: Segmentation;
  /** The image with all segments hidden. */
  readonly hidden: Float32Array;
  readonly neighbourhood: Neighbourhood;
  /** The weight of each mask in the fit. */
  readonly maskWeights: Float64Array;
  /** 1 for a segment that hiding changes. A segment that looks the same when hidden can speak for nothing. */
  readonly live: Uint8Array;
  /** The probability of each class for the unmasked image. */
  readonly probabilities: Float32Array;
}

/** How many of the strongest segments are compared between the two halves of the masks. */
const TOP = 5;

/** Adds the weight of each mask, by the settings' distance and kernel. */
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

/** Fits the linear model for one class, on all masks and on each half of them. */
export function explainStudy(study: LimeStudy, explained: number): LimeExplanation {
  const {settings, segmentation, neighbourhood, probabilities} = study;
  const columns = segmentation.count;
  const classes = probabilities.length;
  if (!(explained >= 0 && explained < classes)) {
    throw new RangeError(`lime: expected a class from 0 to ${classes - 1}, got ${explained}`);
  }
  const samples = neighbourhood.masks.length / columns;
  const targets = new Float64Array(samples);
  for (let n = 0; n < samples; n++) targets[n] = neighbourhood.probabilities[n * classes + explained];
  const asked = {explained, probability: probabilities[explained], segmentation};
  const masks = {samples, near: nearMasks(study.maskWeights)};
  if (unchanging(targets, study.maskWeights)) {
    const still = meanOf(targets, study.maskWeights, columns);
    return {...asked, ...still, ...masks, halvesTop5: null, halvesCorrelation: null};
  }
  const open = openSegments(study);
  const observations = columnsOf({features: neighbourhood.masks, columns, targets, weights: study.maskWeights}, open);
  const most = featureCount(settings.features, columns);
  const {fit, selected, part} = fitSelected(observations, settings, most);
  const weights = spread(fit.coefficients, selected, open, columns);
  const halves = [0, 1].map((half) => {
    const rows = halfOf(observations, half);
    if (unchanging(rows.targets, rows.weights)) return only(study.live, new Float64Array(columns));
    const {fit: halfFit, selected: halfSelected} = fitSelected(rows, settings, most);
    return only(study.live, spread(halfFit.coefficients, halfSelected, open, columns));
  });
  const pairsFrom = settings.sampling === "antithetic" ? (settings.wholeFirst ? 1 : 0) : undefined;
  return {
    ...asked,
    weights,
    errors: spread(coefficientErrors(part, fit, pairsFrom), selected, open, columns),
    intercept: fit.intercept,
    r2: orNull(weightedR2(part, fit)),
    localPrediction: fit.intercept + weights.reduce((sum, w) => sum + w, 0),
    ...masks,
    halvesTop5: jaccard(strongest(halves[0], TOP), strongest(halves[1], TOP)),
    halvesCorrelation: orNull(rankCorrelation(halves[0], halves[1])),
  };
}

/** The fit to answers that never change: their mean, and null for every figure of how good the fit is. */
function meanOf(targets: ArrayLike<number>, counts: ArrayLike<number>, columns: number) {
  const mean = weightedMean(targets, counts);
  const [weights, errors] = [new Float64Array(columns), new Float64Array(columns).fill(Number.NaN)];
  return {weights, errors, intercept: mean, r2: null, localPrediction: mean};
}

/** Turns NaN (0 divided by 0) into null, which JSON can hold. */
function orNull(figure: number): number | null {
  return Number.isNaN(figure) ? null : figure;
}

/**
 * The segments that the model may use: all; or, if the settings say so, those that hiding changes, if there are any.
 */
function openSegments({settings, segmentation, live}: LimeStudy): number[] {
  const all = Array.from({length: segmentation.count}, (_, j) => j);
  return settings.skipInert && live.includes(1) ? all.filter((j) => live[j]) : all;
}

/** Fits the model to the `most` columns that the settings choose. */
function fitSelected(observations: Observations, {selection, model}: LimeSettings, most: number) {
  const {columns} = observations;
  const selected =
    most < columns ? selections[selection](observations, most) : Array.from({length: columns}, (_, j) => j);
  const part = most < columns ? columnsOf(observations, selected) : observations;
  const fit: LinearFit = linearModels[model](part);
  return {fit, selected, part};
}

/**
 * Puts the values of the columns `chosen` at the places of their segments in an array of `length` numbers; the rest is
 * 0.
 */
function spread(values: Float64Array, chosen: readonly number[], open: readonly number[], length: number) {
  const all = new Float64Array(length);
  for (let i = 0; i < chosen.length; i++) all[open[chosen[i]]] = values[i];
  return all;
}

/** The values where `live` is 1, in order. */
function only(live: Uint8Array, values: Float64Array): Float64Array {
  const kept: number[] = [];
  for (let j = 0; j < values.length; j++) if (live[j]) kept.push(values[j]);
  return Float64Array.from(kept);
}

/**
 * Takes every other pair of rows, so that antithetic partners stay together. The first row, the image itself, is in
 * both halves.
 */
function halfOf(observations: Observations, half: number): Observations {
  const rows: number[] = [];
  for (let n = 0; n < observations.targets.length; n++) {
    if (n === 0 || ((n - 1) >> 1) % 2 === half) rows.push(n);
  }
  return rowsOf(observations, rows);
}
