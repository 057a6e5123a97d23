import {orderCurves} from "../lime/deletion-insertion";
import {explainStudy, type LimeExplanation, type LimeStudy} from "../lime/explanation";
import {type LimeOptions, studyWithLime} from "../lime/lime";
import {keptCounts} from "../lime/masks";
import {writeMasked} from "../lime/neighbourhood";
import {removalSummary, removeAndAskAgain} from "../lime/remove-and-ask";
import type {Classifier} from "../nouns/network";
import {fork, randomSource} from "../nouns/random";
import type {Images} from "../nouns/samples";
import {strongestShown} from "../plots/explained-image";
import {MOST_DRAWN} from "../plots/segments";
import {trustWords} from "../plots/trust-words";
import {classNamed, mostProbable} from "./explained-classes";
import type {Artifact} from "./types";

export interface ExplainOptions {
  /** Put before the pictures' titles. */
  readonly caption: string;
  readonly lime: Omit<LimeOptions, "random" | "explained">;
  /** A class's name or index; by default the most probable ones. */
  readonly explained?: string;
  /** How many of the most probable classes to explain. */
  readonly top: number;
  /** How many segments to remove in each round before the network is asked again; 0: none. */
  readonly remove: number;
  /** Paints only the strongest segments, until they cover this share of the image, and none weaker than `minWeight`. */
  readonly coverage: number;
  readonly minWeight: number;
  /** Draw deletion and insertion curves. */
  readonly curves: boolean;
  readonly seed: number;
  /** How the classifier's numbers were read (as probabilities or logits); kept with the explanations. */
  readonly understood?: string;
  /** The image's place in the test split and its true class, if it comes from the data. */
  readonly index?: number;
  readonly label?: number;
  /** The image's file, if it comes from one. */
  readonly file?: string;
}

/**
 * Shows everything that LIME can show of one image: the explained classes, the bars and the four steps; if asked for,
 * also the deletion and insertion curves and the remove-and-ask-again rounds. One set of answers from the classifier
 * serves all but these last two.
 */
export async function* explainImage(
  classifier: Classifier,
  image: Images,
  options: ExplainOptions,
): AsyncGenerator<Artifact> {
  const {caption, lime, top, remove, seed} = options;
  const random = () => randomSource(fork(seed, "explain")() * 2 ** 32);
  const wanted =
    options.explained === undefined ? undefined : classNamed(classifier.classNames, options.explained, "--target");
  const asked = {...lime, random: random(), ...(wanted === undefined ? {} : {explained: wanted})};
  const study = await studyWithLime(classifier, image, asked);
  const names = classifier.classNames;
  const classes = wanted === undefined ? mostProbable(study.probabilities, top) : [wanted];
  const explanations = classes.map((k) => explainStudy(study, k));
  yield segmentsArtifact(caption, study, explanations, options, names);
  yield barsArtifact(caption, study, explanations[0], names);
  yield stepsArtifact(caption, study, explanations[0], names);
  if (options.curves) {
    const {explained, weights, segmentation} = explanations[0];
    const {hidden} = study;
    const chance = fork(seed, "orders");
    const curves = await orderCurves(
      classifier,
      image,
      hidden,
      segmentation,
      explained,
      weights,
      chance,
      lime.batchSize,
    );
    const title = `${caption}: ${names[explained]} as segments are hidden and shown`;
    yield {name: "curves", plot: "orderCurves", data: {title, curves}};
  }
  if (remove > 0) {
    const removal = await removeAndAskAgain(classifier, image, {...lime, random: random()}, remove);
    const gone: number[] = [];
    const frames = removal.rounds.map(({pixels, probabilities, explanation, removed}) => {
      const before = [...gone];
      gone.push(...removed);
      const best = mostProbable(probabilities, 3).map((k) => ({name: names[k], probability: probabilities[k]}));
      return {pixels, segments: explanation.segmentation.labels, weights: explanation.weights, gone: before, top: best};
    });
    const notes = removalSummary(removal, names);
    const title = `${caption}: what if it could not see that?`;
    yield {
      name: "removal",
      plot: "filmstrip",
      data: {title, ...sizeOf(image), frames, notes},
      numbers: {end: removal.end},
    };
  }
}

function sizeOf({shape: [height, width, channels]}: Images) {
  return {height, width, channels};
}

function segmentsArtifact(
  caption: string,
  {image}: LimeStudy,
  explanations: readonly LimeExplanation[],
  {index = 0, label, file, coverage, minWeight, understood}: ExplainOptions,
  names: readonly string[],
): Artifact {
  const drawn = explanations.slice(0, MOST_DRAWN); // with ImageNet's thousand classes, copies would take 600 MB
  const images = new Float32Array(image.pixels.length * drawn.length);
  drawn.forEach((_, n) => {
    images.set(image.pixels, n * image.pixels.length);
  });
  const shown = explanations.map(({segmentation, ...explanation}) => ({
    ...explanation,
    index,
    caption: label === undefined ? caption : `${caption} · true ${names[label]}`,
    label: label ?? explanation.explained,
    explainedName: names[explanation.explained],
    segments: segmentation.labels,
    shown: strongestShown({segments: segmentation.labels, weights: explanation.weights}, coverage, minWeight),
  }));
  const numbers = {...(file === undefined ? {} : {file}), ...(understood === undefined ? {} : {understood})};
  return {
    name: "segments",
    plot: "segments",
    data: {title: `${caption}: superpixels for and against each class`, ...sizeOf(image), images, explanations: shown},
    ...(Object.keys(numbers).length > 0 ? {numbers} : {}),
  };
}

function barsArtifact(
  caption: string,
  {image}: LimeStudy,
  explanation: LimeExplanation,
  names: readonly string[],
): Artifact {
  const {segmentation, weights, errors, probability, explained, r2, samples, near, halvesTop5} = explanation;
  const title = `${caption}: what speaks for ${names[explained]}`;
  const masked = `${weights.length} segments   ${samples} masks, ${near} near`;
  const note = `${(100 * probability).toFixed(1)}%   ${masked}   ${trustWords(r2, halvesTop5).join("   ")}`;
  const data = {title, note, ...sizeOf(image), pixels: image.pixels, segments: segmentation.labels, weights, errors};
  return {name: "bars", plot: "segmentBars", data};
}

/** How many examples the four-step picture shows. */
const EXAMPLES = 4;

function stepsArtifact(
  caption: string,
  study: LimeStudy,
  explanation: LimeExplanation,
  names: readonly string[],
): Artifact {
  const {image, segmentation, hidden, neighbourhood, maskWeights} = study;
  const {masks, probabilities} = neighbourhood;
  const {explained, weights, intercept, r2} = explanation;
  const [columns, classes] = [segmentation.count, names.length];
  const kept = keptCounts(masks, columns);
  const answers = Float32Array.from(kept, (_, n) => probabilities[n * classes + explained]);
  const fitted = Float32Array.from(kept, (_, n) => {
    return weights.reduce((sum, w, j) => sum + w * masks[n * columns + j], intercept);
  });
  const examples = Array.from({length: Math.min(EXAMPLES, kept.length - 1)}, (_, i) => {
    const n = i + 1; // the first mask may be the unchanged image
    const pixels = new Float32Array(image.pixels.length);
    writeMasked(pixels, image.pixels, hidden, segmentation.labels, masks.subarray(n * columns, (n + 1) * columns));
    return {pixels, kept: kept[n], probability: answers[n], weight: maskWeights[n]};
  });
  const means = Float32Array.from({length: classes}, (_, k) => {
    return kept.reduce((sum, _v, n) => sum + probabilities[n * classes + k], 0) / kept.length;
  });
  return {
    name: "steps",
    plot: "limeSteps",
    data: {
      title: `${caption}: how LIME explains ${names[explained]}`,
      ...sizeOf(image),
      pixels: image.pixels,
      segments: segmentation.labels,
      weights,
      explainedName: names[explained],
      r2,
      examples,
      kept,
      answers,
      fitted,
      maskWeights,
      classes: mostProbable(means, 6).map((k) => ({name: names[k], mean: means[k]})),
    },
  };
}
