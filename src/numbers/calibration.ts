/** One bin of a reliability diagram; `confidence` and `accuracy` are means over it. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/**
 * Sorts answers into bins of equal width by how sure they are, and computes the expected calibration error: the mean
 * over all answers of |accuracy − confidence| of their bin (Naeini et al. 2015; Guo et al. 2017, eq. 3, with 15 bins).
 * Empty bins are left out.
 */
export function calibration(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  confidence: ArrayLike<number>,
  binCount = 15,
): {readonly bins: readonly ReliabilityBin[]; readonly ece: number} {
  const sums = Array.from({length: binCount}, () => ({count: 0, confidence: 0, right: 0}));
  for (let i = 0; i < labels.length; i++) {
    // a bin contains its upper edge, as in Guo's (m−1)/M < p ≤ m/M
    const bin = sums[Math.max(0, Math.min(binCount - 1, Math.ceil(confidence[i] * binCount) - 1))];
    bin.count++;
    bin.confidence += confidence[i];
    if (predicted[i] === labels[i]) bin.right++;
  }
  let ece = 0;
  const bins: ReliabilityBin[] = [];
  for (const [b, {count, confidence: sum, right}] of sums.entries()) {
    if (count === 0) continue;
    ece += Math.abs(right - sum) / labels.length;
    const [low, high] = [b / binCount, (b + 1) / binCount];
    bins.push({low, high, count, confidence: sum / count, accuracy: right / count});
  }
  return {bins, ece};
}

/**
 * Brier's score (1950): the mean over images of the squared distance between the probabilities and the label's vertex, 0 to 2;
 * scikit-learn's `brier_score_loss` of a matrix.
 *
 * @param probabilities `[images, classes]`.
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let n = 0; n < labels.length; n++) {
    for (let k = 0; k < classes; k++) sum += (probabilities[n * classes + k] - Number(labels[n] === k)) ** 2;
  }
  return sum / labels.length;
}

/**
 * The class-wise expected calibration error (Kull et al. 2019). For each class, it compares the class's probability
 * with how often the class is the label, and then takes the mean over classes. The bins are those of `calibration`.
 */
export function classwiseError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  binCount = 15,
): number {
  let sum = 0;
  const count = labels.length;
  const [own, is] = [new Float64Array(count), new Uint8Array(count)];
  for (let k = 0; k < classes; k++) {
    for (let n = 0; n < count; n++) {
      own[n] = probabilities[n * classes + k];
      is[n] = labels[n] === k ? 1 : 0;
    }
    // here an answer says that the image is of the class, so it is "right" if it is
    sum += calibration(is, new Uint8Array(count).fill(1), own, binCount).ece;
  }
  return sum / classes;
}
