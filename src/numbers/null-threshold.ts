/** A threshold, and the score that it gives, in [0, 1]. */
export interface NullThreshold {
  readonly threshold: number;
  readonly score: number;
}

/** One question, as its best span would answer it. */
export interface NullCase {
  /** The score of "no answer" less that of the best span. */
  readonly difference: number;
  /** The score of the best span, in [0, 1]. */
  readonly score: number;
  /** Whether the text has an answer. */
  readonly hasAnswer: boolean;
  /** Whether the best span has no words. */
  readonly isEmpty: boolean;
}

/**
 * The threshold of the difference with which the mean score is greatest: below it the span is answered, above it nothing (SQuAD 2.0's script,
 * `find_best_thresh`: from all answers nothing on, questions are given their span in the order of the difference).
 *
 * It is found on the very questions that it is told of: of others it is not the best.
 */
export function bestNullThreshold(cases: readonly NullCase[]): NullThreshold {
  let sum = cases.filter(({hasAnswer}) => !hasAnswer).length;
  let [best, threshold] = [sum, 0];
  for (const {difference, score, hasAnswer, isEmpty} of [...cases].sort((a, b) => a.difference - b.difference)) {
    sum += hasAnswer ? score : isEmpty ? 0 : -1;
    if (sum > best) [best, threshold] = [sum, difference];
  }
  return {threshold, score: cases.length === 0 ? 0 : best / cases.length};
}
