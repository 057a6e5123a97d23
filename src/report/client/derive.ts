/** @file Computes figures from the probabilities by pure functions, so that no two panels can disagree. */

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

/** The off-diagonal cell with the most mistakes (the first of equals), or null if there is none. */
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
