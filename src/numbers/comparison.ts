import {holm} from "./intervals";
import {type PairedTest, pairedTest} from "./paired-test";
import {argMaxRows} from "./scores";

/** A classifier's answers to images: `probabilities[n * classes + k]`. */
export interface Answers {
  readonly probabilities: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** How two classifiers answer the images of one class. */
export interface ClassDifference extends PairedTest {
  readonly label: number;
  /** The share of its images that each gets right, in [0, 1]; NaN if there are none. */
  readonly before: number;
  readonly after: number;
  /** McNemar's p, corrected for the number of classes (Holm 1979). */
  readonly holmP: number;
}

/** A confusion that has become rarer or commoner. */
export interface PairDifference {
  readonly label: number;
  readonly predicted: number;
  readonly before: number;
  readonly after: number;
}

/** An image that at least one of the two gets wrong. */
export interface ChangedImage {
  readonly index: number;
  readonly label: number;
  readonly before: number;
  readonly after: number;
  /** Probability that each gives the label, in [0, 1]. */
  readonly labelProbabilityBefore: number;
  readonly labelProbabilityAfter: number;
}

/** Two classifiers on the same images: `before` is the base, `after` what is compared with it. */
export interface Comparison {
  readonly total: PairedTest;
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  readonly bothWrong: number;
  /** How many images got another answer, right or wrong. */
  readonly changed: number;
  /** All classes, in the order of their index. */
  readonly classes: readonly ClassDifference[];
  /** Confusions whose count differs, the greatest difference first. */
  readonly pairs: readonly PairDifference[];
  /** Images that turned right, or wrong: the greatest change of the label's probability first. */
  readonly fixed: readonly ChangedImage[];
  readonly broken: readonly ChangedImage[];
  /** Images that both get wrong: those with the lowest probability of the label (the mean of both) first. */
  readonly wrong: readonly ChangedImage[];
}

/**
 * Compares two classifiers' answers, image by image.
 *
 * @param before The base's answers.
 * @param after The other's, on the same images in the same order.
 */
export function compareAnswers(before: Answers, after: Answers, classes: number): Comparison {
  const {labels} = before;
  const [was, is] = [argMaxRows(before.probabilities, classes), argMaxRows(after.probabilities, classes)];
  const count = labels.length;
  const fixed: ChangedImage[] = [];
  const broken: ChangedImage[] = [];
  const wrong: ChangedImage[] = [];
  const tally = Array.from({length: classes}, () => ({images: 0, before: 0, after: 0, fixed: 0, broken: 0}));
  const confusions = new Map<number, {before: number; after: number}>();
  let changed = 0;
  const confused = (label: number, predicted: number, side: "before" | "after") => {
    if (label === predicted) return;
    const key = label * classes + predicted;
    const entry = confusions.get(key) ?? {before: 0, after: 0};
    entry[side]++;
    confusions.set(key, entry);
  };
  for (let n = 0; n < count; n++) {
    const label = labels[n];
    const [rightBefore, rightAfter] = [was[n] === label, is[n] === label];
    const of = tally[label];
    of.images++;
    if (was[n] !== is[n]) changed++;
    if (rightBefore) of.before++;
    if (rightAfter) of.after++;
    confused(label, was[n], "before");
    confused(label, is[n], "after");
    if (rightBefore && rightAfter) continue;
    (rightAfter ? fixed : rightBefore ? broken : wrong).push({
      ...{index: n, label, before: was[n], after: is[n]},
      labelProbabilityBefore: before.probabilities[n * classes + label],
      labelProbabilityAfter: after.probabilities[n * classes + label],
    });
    if (rightAfter) of.fixed++;
    else if (rightBefore) of.broken++;
  }
  const tests = tally.map((of) => pairedTest(of.fixed, of.broken, of.images));
  const corrected = holm(tests.map(({p}) => p));
  const rightBefore = tally.reduce((sum, of) => sum + of.before, 0);
  const rightAfter = tally.reduce((sum, of) => sum + of.after, 0);
  const byChange = (a: ChangedImage, b: ChangedImage) =>
    Math.abs(b.labelProbabilityAfter - b.labelProbabilityBefore) -
      Math.abs(a.labelProbabilityAfter - a.labelProbabilityBefore) || a.index - b.index;
  const ofLabel = (one: ChangedImage) => one.labelProbabilityBefore + one.labelProbabilityAfter;
  return {
    total: pairedTest(fixed.length, broken.length, count),
    accuracyBefore: rightBefore / count,
    accuracyAfter: rightAfter / count,
    ...{bothWrong: wrong.length, changed},
    classes: tally.map((of, label) => ({
      ...tests[label],
      ...{label, before: of.before / of.images, after: of.after / of.images, holmP: corrected[label]},
    })),
    pairs: [...confusions]
      .map(([key, entry]) => ({label: Math.floor(key / classes), predicted: key % classes, ...entry}))
      .filter((pair) => pair.before !== pair.after)
      .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before) || a.label - b.label),
    fixed: fixed.sort(byChange),
    broken: broken.sort(byChange),
    wrong: wrong.sort((a, b) => ofLabel(a) - ofLabel(b) || a.index - b.index),
  };
}
