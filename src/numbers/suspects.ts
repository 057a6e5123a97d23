import {ascending} from "./ascending";
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
  const count = asked.reduce((sum, part) => sum + part.labels.length, 0);
  const [labels, probabilities] = [new Uint16Array(count), new Float64Array(count * classes)];
  let end = 0;
  for (const part of asked) {
    labels.set(part.labels, end);
    probabilities.set(part.probabilities, end * classes);
    end += part.labels.length;
  }
  const scores = selfConfidence(probabilities, labels, classes);
  const predicted = argMaxRows(probabilities, classes);
  const issues = labelIssues(probabilities, labels, classes);
  const answers = new Float64Array(count);
  for (let n = 0; n < count; n++) answers[n] = probabilities[n * classes + predicted[n]];
  const suspects = new Array<Suspect>(count);
  const ranks = ranksOf(scores, answers);
  let n = 0;
  for (const {split, labels: own, files, sources} of asked) {
    for (let index = 0; index < own.length; index++, n++) {
      const suspect: {-readonly [fact in keyof Suspect]: Suspect[fact]} = {
        split,
        index,
        given: labels[n],
        predicted: predicted[n],
        score: scores[n],
        probability: answers[n],
        isIssue: issues[n] === 1,
      };
      if (files) suspect.file = files[index];
      if (sources) suspect.source = sources[index];
      suspects[ranks[n]] = suspect;
    }
  }
  return suspects;
}

/** Each image's place in the order: the lowest score first, of equals the surest answer, then in the order of the images. */
function ranksOf(scores: Float64Array, answers: Float64Array): Uint32Array {
  const bySureness = ascending(answers.map((answer) => -answer));
  const order = ascending(Float64Array.from(bySureness, (n) => scores[n]));
  const ranks = new Uint32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) ranks[bySureness[order[rank]]] = rank;
  return ranks;
}
