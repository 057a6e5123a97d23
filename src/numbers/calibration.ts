/** One bin of a reliability diagram; `confidence` and `accuracy` are means over it. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/**
 * Answers by how sure they are, in bins of equal width, and the expected calibration error: the mean over all answers
 * of |accuracy − confidence| of their bin (Naeini et al. 2015; Guo et al. 2017, eq. 3, with 15 bins). Empty bins are
 * left out.
 */
export function calibration(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  confidence: ArrayLike<number>,
  binCount = 15,
): {readonly bins: readonly ReliabilityBin[]; readonly ece: number} {
  const sums = Array.from({length: binCount}, () => ({count: 0, confidence: 0, right: 0}));
  for (let i = 0; i < labels.length; i++) {
    // a bin holds its upper edge, as in Guo's (m−1)/M < p ≤ m/M
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
