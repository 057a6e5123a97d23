import {labelIssues, selfConfidence} from "./confident-learning";
import {argMaxRows} from "./scores";

/** The images of one split, and the answers of a network that has not learnt from them. */
export interface AskedImages {
  readonly split: "train" | "validation" | "test";
  readonly labels: ArrayLike<number>;
  /** `probabilities[n * classes + k]`. */
  readonly probabilities: ArrayLike<number>;
  /** The file of each image, if the images are files. */
  readonly files?: readonly string[];
  /**
   * The place of each image in the file or folder that the split was taken from; absent if it is the same as in the
   * split.
   */
  readonly sources?: ArrayLike<number>;
}

/** An image whose label may be wrong. */
export interface Suspect {
  readonly split: AskedImages["split"];
  /** Its place in the split. */
  readonly index: number;
  /** Its place in the file or folder that the split was taken from; absent if it is the same as in the split. */
  readonly source?: number;
  readonly file?: string;
  readonly given: number;
  readonly predicted: number;
  /** The probability of the given label: low if it is likely wrong. */
  readonly score: number;
  /** The probability of the predicted label. */
  readonly probability: number;
  /** Whether confident learning counts the label as wrong. */
  readonly isIssue: boolean;
}

/**
 * Ranks all images by how likely their label is wrong: first those of which the network thinks the given label least
 * probable. The thresholds of confident learning are taken over all splits together.
 *
 * @returns All images, the most suspect first.
 */
export function suspectsOf(asked: readonly AskedImages[], classes: number): Suspect[] {
  const labels = asked.flatMap((part) => Array.from(part.labels));
  const probabilities = new Float64Array(labels.length * classes);
  let at = 0;
  for (const part of asked) {
    probabilities.set(part.probabilities, at);
    at += part.probabilities.length;
  }
  const scores = selfConfidence(probabilities, labels, classes);
  const predicted = argMaxRows(probabilities, classes);
  const issues = labelIssues(probabilities, labels, classes);
  const suspects: Suspect[] = [];
  for (const {split, labels: own, files, sources} of asked) {
    for (let index = 0; index < own.length; index++) {
      const n = suspects.length;
      const suspect: Suspect = {
        ...{split, index, given: labels[n], predicted: predicted[n], score: scores[n]},
        probability: probabilities[n * classes + predicted[n]],
        isIssue: issues[n] === 1,
      };
      suspects.push(
        files || sources
          ? {...suspect, ...(files ? {file: files[index]} : {}), ...(sources ? {source: sources[index]} : {})}
          : suspect,
      );
    }
  }
  // the sort is stable: images with equal scores stay in the order of splits and places
  return suspects.sort((a, b) => a.score - b.score || b.probability - a.probability);
}
