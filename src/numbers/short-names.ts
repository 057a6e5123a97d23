/**
 * @file Functions that other programs can call by the field's usual names. Only the library exports them; the program
 * itself calls the functions behind them.
 */
import {calibration as reliability} from "./calibration";
import {labelIssues, normalizedMargin, selfConfidence} from "./confident-learning";
import {type PairedTest, pairedTest} from "./paired-test";

/** Rows of numbers: row n begins at `values[n * columns]`. */
interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/**
 * McNemar's test (1947, its exact form) of two classifiers' answers to the same images, as scipy's `binomtest` gives
 * it.
 *
 * @param labels The right class of each image. @param a The answers of one classifier. @param b The answers of the
 * other.
 * @returns How many images b alone gets right (`fixed`), a alone (`broken`), the two-sided p, and the interval of the
 * difference.
 * @throws RangeError if the three do not have the same length.
 * @example mcnemar(labels, before, after).p
 */
export function mcnemar(labels: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): PairedTest {
  for (const answers of [a, b]) {
    if (answers.length !== labels.length) {
      throw new RangeError(`answers: expected one for each label (${labels.length}), got ${answers.length}`);
    }
  }
  let [fixed, broken] = [0, 0];
  for (let n = 0; n < labels.length; n++) {
    const [isBefore, isAfter] = [a[n] === labels[n], b[n] === labels[n]];
    if (isAfter && !isBefore) fixed++;
    if (isBefore && !isAfter) broken++;
  }
  return pairedTest(fixed, broken, labels.length);
}

/** Labels that are likely wrong. */
export interface FoundSuspects {
  /** Places of all examples, the most doubtful first; of equal scores the earlier first. */
  readonly order: Uint32Array;
  /** How good each label is, from 0 (surely wrong) to 1. */
  readonly score: Float64Array;
  /** 1 for each label that confident learning considers wrong (prune by noise rate), else 0. */
  readonly isIssue: Uint8Array;
}

/**
 * Confident learning (Northcutt, Jiang & Chuang 2021): which labels are likely wrong, with cleanlab's numbers.
 *
 * @param probabilities One row for each example. The classifier must not have learnt from these examples. @param labels
 * The given class of each.
 * @param method What `score` is: "confident", the margin of the label over the likeliest other class;
 * "self-confidence", the label's probability.
 * @throws RangeError unless each row has one label, which is below the number of classes.
 * @example findSuspects({rows, columns: 10, values}, labels).order[0]
 */
export function findSuspects(
  {rows, columns, values}: Rows,
  labels: ArrayLike<number>,
  {method = "confident"}: {readonly method?: "confident" | "self-confidence"} = {},
): FoundSuspects {
  if (labels.length !== rows) throw new RangeError(`labels: expected one for each row (${rows}), got ${labels.length}`);
  const outside = Array.from(labels).find((k) => !(k >= 0 && k < columns));
  if (outside !== undefined) throw new RangeError(`label: expected a number below ${columns}, got ${outside}`);
  const score = (method === "confident" ? normalizedMargin : selfConfidence)(values, labels, columns);
  const order = Uint32Array.from({length: rows}, (_, n) => n).sort((a, b) => score[a] - score[b] || a - b);
  return {order, score, isIssue: labelIssues(values, labels, columns)};
}

/**
 * The expected calibration error: how far the confidence of answers is from the share of them that is right, in bins of
 * equal width (Naeini et al. 2015; Guo et al. 2017, eq. 3). The answer is the class with each row's greatest
 * probability; of equal ones, the first.
 *
 * @param probabilities A row for each label. @param bins By default 15.
 * @throws RangeError if there are not as many rows as labels.
 * @example calibration(labels, {rows, columns, values}).ece
 */
export function calibration(labels: ArrayLike<number>, {rows, columns, values}: Rows, bins = 15) {
  if (rows !== labels.length) throw new RangeError(`probabilities: expected ${labels.length} rows, got ${rows}`);
  const predicted = new Uint32Array(rows);
  const confidence = new Float64Array(rows);
  for (let n = 0; n < rows; n++) {
    let best = n * columns;
    for (let i = best + 1; i < (n + 1) * columns; i++) if (values[i] > values[best]) best = i;
    predicted[n] = best - n * columns;
    confidence[n] = values[best];
  }
  return reliability(labels, predicted, confidence, bins);
}
