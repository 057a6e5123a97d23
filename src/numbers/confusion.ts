/**
 * Counts of (actual, predicted) pairs: `counts[actual * classes + predicted]`. Rows are the truth, as in
 * scikit-learn's confusion_matrix.
 */
export function confusionCounts(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Uint32Array {
  if (actual.length !== predicted.length) {
    throw new RangeError(`predictions: expected one for each label (${actual.length}), got ${predicted.length}`);
  }
  const counts = new Uint32Array(classes * classes);
  for (let n = 0; n < actual.length; n++) counts[actual[n] * classes + predicted[n]]++;
  return counts;
}

export interface ClassScores {
  /**
   * The share of the images predicted as the class that are of the class; 0 if none was predicted as it, as in
   * scikit-learn.
   */
  readonly precision: Float64Array;
  /** The share of the class's images that were predicted as it; 0 if the class has no images. */
  readonly recall: Float64Array;
  /** Harmonic mean of the two; 0 if both are 0. */
  readonly f1: Float64Array;
}

/** One figure for each class, in [0, 1]. */
export function classScores(counts: ArrayLike<number>, classes: number): ClassScores {
  const [precision, recall, f1] = [0, 1, 2].map(() => new Float64Array(classes));
  for (let k = 0; k < classes; k++) {
    let [row, column] = [0, 0];
    for (let j = 0; j < classes; j++) {
      row += counts[k * classes + j];
      column += counts[j * classes + k];
    }
    const hits = counts[k * classes + k];
    precision[k] = column ? hits / column : 0;
    recall[k] = row ? hits / row : 0;
    f1[k] = row + column ? (2 * hits) / (row + column) : 0;
  }
  return {precision, recall, f1};
}
