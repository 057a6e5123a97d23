/** A network's answers to each of N images, epoch by epoch. */
export interface AnswersByEpoch {
  /** The softmax cross-entropy of each image in nats, with one array for each epoch. */
  readonly losses: readonly ArrayLike<number>[];
  /** Label's logit less the greatest other's: above 0 if the answer was right. */
  readonly margins: readonly ArrayLike<number>[];
}

/** How each of N images was learnt, over E epochs. */
export interface Dynamics {
  /** Mean probability of the label, in [0, 1] (Swayamdipta et al. 2020). */
  readonly confidence: Float64Array;
  /** Population standard deviation of that probability, in [0, 0.5] (Swayamdipta et al. 2020). */
  readonly variability: Float64Array;
  /** In how many epochs the answer was right, 0 to E. */
  readonly correctness: Uint16Array;
  /** Forgetting events: how often a right answer was followed by a wrong one (Toneva et al. 2019). */
  readonly forgotten: Uint16Array;
  /**
   * Epochs needed to learn it for good: the number of the last epoch that answered wrong, counted from 1; 0 if none
   * did, E if the last one did (Toneva et al. 2019: presentations needed to learn).
   */
  readonly learnedAt: Uint16Array;
  /**
   * Area under the margin: the margin's mean over epochs, in logits (Pleiss et al. 2020). It is low if the label is
   * suspect.
   */
  readonly areaUnderMargin: Float64Array;
}

/**
 * Training dynamics of every image. A margin above 0 counts as a right answer; one of exactly 0 is a tie, and does not.
 *
 * Definitions are those of the papers' own code: cartography's `compute_train_dy_metrics`, example_forgetting's
 * `compute_forgetting_statistics`, and the package aum.
 */
export function dynamicsOf({losses, margins}: AnswersByEpoch): Dynamics {
  const epochs = losses.length;
  const count = epochs === 0 ? 0 : losses[0].length;
  const out = {
    confidence: new Float64Array(count),
    variability: new Float64Array(count),
    correctness: new Uint16Array(count),
    forgotten: new Uint16Array(count),
    learnedAt: new Uint16Array(count),
    areaUnderMargin: areasUnderMargin(margins, count),
  };
  const probabilities = new Float64Array(epochs);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (let e = 0; e < epochs; e++) {
      const probability = Math.exp(-losses[e][n]);
      probabilities[e] = probability;
      sum += probability;
      if (margins[e][n] > 0) out.correctness[n]++;
      else {
        out.learnedAt[n] = e + 1;
        if (e > 0 && margins[e - 1][n] > 0) out.forgotten[n]++;
      }
    }
    const mean = sum / epochs;
    let squares = 0;
    for (let e = 0; e < epochs; e++) squares += (probabilities[e] - mean) ** 2;
    out.confidence[n] = mean;
    out.variability[n] = Math.sqrt(squares / epochs);
  }
  return out;
}

/** The area under the margin alone: each image's mean of its margins over the epochs, in logits (Pleiss et al. 2020). */
export function areasUnderMargin(margins: readonly ArrayLike<number>[], count: number): Float64Array {
  const areas = new Float64Array(count);
  for (const epoch of margins) for (let n = 0; n < count; n++) areas[n] += epoch[n];
  for (let n = 0; n < count; n++) areas[n] /= margins.length;
  return areas;
}
