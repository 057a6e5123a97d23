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
 * Which parts of an image speak for a class, and how far to trust that. Where nothing that is hidden changes the answer, no
 * weight is above 0, and the figures of trust are null: there is nothing that a fit could explain well or badly.
 */
export interface LimeExplanation {
  readonly explained: number;
  /** Probability of the explained class, for the image itself. */
  readonly probability: number;
  readonly segmentation: Segmentation;
  /** What keeping each segment adds to the probability, in the fit; 0 for those not selected. */
  readonly weights: Float64Array;
  /** Standard error of each weight over the draw of the masks; 0 for those not selected; NaN where nothing changes the answer. */
  readonly errors: Float64Array;
  readonly intercept: number;
  /** Weighted R² of the fit on the masks it was made of; null where nothing changes the answer. */
  readonly r2: number | null;
  /** The fit's own answer for the image, to hold against `probability`. */
  readonly localPrediction: number;
  readonly samples: number;
  /** Masks that count at least half as much as the one that counts most. */
  readonly near: number;
  /**
   * Spearman's correlation of the weights fitted on either half of the masks, over the segments that hiding changes; null
   * where either half's weights are all alike.
   */
  readonly halvesCorrelation: number | null;
  /** Jaccard index of the five strongest segments of either half; null where nothing changes the answer. */
  readonly halvesTop5: number | null;
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
  /** Probability of each class, for the image itself. */
  readonly probabilities: Float32Array;
}

/** Strongest segments compared between both halves of the masks. */
const TOP = 5;

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

/** The fit to answers that do not change: their mean, and no figure of how good it is. */
function meanOf(targets: ArrayLike<number>, counts: ArrayLike<number>, columns: number) {
  const mean = weightedMean(targets, counts);
  const [weights, errors] = [new Float64Array(columns), new Float64Array(columns).fill(Number.NaN)];
  return {weights, errors, intercept: mean, r2: null, localPrediction: mean};
}

/** NaN, as of 0 divided by 0, as null, which JSON can hold. */
function orNull(figure: number): number | null {
  return Number.isNaN(figure) ? null : figure;
}

/** Segments that the model may use: all, or those that hiding changes if there are any and the settings say so. */
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

/** The values of the columns `chosen` among the open ones, each at its segment's place of `length`; else 0. */
function spread(values: Float64Array, chosen: readonly number[], open: readonly number[], length: number) {
  const all = new Float64Array(length);
  for (let i = 0; i < chosen.length; i++) all[open[chosen[i]]] = values[i];
  return all;
}

/** The values where `live` is 1. */
function only(live: Uint8Array, values: Float64Array): Float64Array {
  const kept: number[] = [];
  for (let j = 0; j < values.length; j++) if (live[j]) kept.push(values[j]);
  return Float64Array.from(kept);
}

/** Every other pair of rows (antithetic partners stay together), and the first row, the image itself, in both. */
function halfOf(observations: Observations, half: number): Observations {
  const rows: number[] = [];
  for (let n = 0; n < observations.targets.length; n++) {
    if (n === 0 || ((n - 1) >> 1) % 2 === half) rows.push(n);
  }
  return rowsOf(observations, rows);
}
