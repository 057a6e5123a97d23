/** @file What follows from the probabilities: pure functions, so that no two panels can disagree. */

/** The most probable class of each image (the lowest of equals), and its probability. */
export function predictions(
  fractions: ArrayLike<number>,
  classes: number,
  scale: number,
): {predicted: Uint16Array; confidence: Float32Array} {
  const count = fractions.length / classes;
  const predicted = new Uint16Array(count);
  const confidence = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (fractions[i * classes + k] > fractions[i * classes + best]) best = k;
    }
    predicted[i] = best;
    confidence[i] = fractions[i * classes + best] * scale;
  }
  return {predicted, confidence};
}

/** `counts[actual * classes + predicted]`. */
export function confusionCounts(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Uint32Array {
  const counts = new Uint32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i] * classes + predicted[i]]++;
  return counts;
}

/** How well a class is told: each is NaN where nothing was there to count. */
export interface ClassScore {
  /** Images of the class. */
  readonly support: number;
  /** Of those called it, the share that is. */
  readonly precision: number;
  /** Of those that are it, the share called it. */
  readonly recall: number;
  /** The harmonic mean of the two. */
  readonly f1: number;
}

export function classScores(counts: ArrayLike<number>, classes: number): ClassScore[] {
  return Array.from({length: classes}, (_, k) => {
    let [support, called] = [0, 0];
    for (let j = 0; j < classes; j++) {
      support += counts[k * classes + j];
      called += counts[j * classes + k];
    }
    const right = counts[k * classes + k];
    return {support, precision: right / called, recall: right / support, f1: (2 * right) / (support + called)};
  });
}

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

/** How many answers were wrong before and right after, and the other way round. */
export function changes(
  labels: ArrayLike<number>,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
): {readonly fixed: number; readonly broken: number} {
  let [fixed, broken] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [was, is] = [before[i] === labels[i], after[i] === labels[i]];
    if (!was && is) fixed++;
    if (was && !is) broken++;
  }
  return {fixed, broken};
}

/** The off-diagonal cell with the most mistakes (the first of equals), or null where there is none. */
export function worstConfusion(
  counts: ArrayLike<number>,
  classes: number,
): {readonly actual: number; readonly predicted: number; readonly count: number} | null {
  let worst: {actual: number; predicted: number; count: number} | null = null;
  for (let actual = 0; actual < classes; actual++) {
    for (let predicted = 0; predicted < classes; predicted++) {
      const count = counts[actual * classes + predicted];
      if (actual !== predicted && count > (worst?.count ?? 0)) worst = {actual, predicted, count};
    }
  }
  return worst;
}
