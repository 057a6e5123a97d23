/** A threshold, and the score that it gives, in [0, 1]. */
export interface NullThreshold {
  readonly threshold: number;
  readonly score: number;
}

/** One question, and what its best span would score. */
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
 * The threshold of the difference that gives the greatest mean score: below it the answer is the span, above it the
 * answer is nothing. As in SQuAD 2.0's script (`find_best_thresh`), at first every answer is nothing; then one question
 * after another gets its span, in the order of the difference.
 *
 * It is the best threshold for the very questions that are given here, and not for others.
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
