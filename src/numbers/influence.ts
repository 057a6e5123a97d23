/**
 * @file Which training images speak for an answer: TracIn (Pruthi et al. 2020) at the last dense layer, in closed form.
 * The gradient of an image's loss by that layer's weights is its features times (probabilities − label), so the inner
 * product of two images' gradients is the inner product of their features times that of their errors. The bias is left
 * out, as Captum's TracInCPFast does.
 */

/** The numbers that the network computes for some examples, at one state of its training. */
export interface StateOfExamples {
  /** The input of the last layer, `[examples, width]`. */
  readonly features: ArrayLike<number>;
  /** `[examples, classes]`. */
  readonly logits: ArrayLike<number>;
}

/** Probabilities minus the one-hot target, `[examples, classes]`. */
export function errorsOf(logits: ArrayLike<number>, targets: ArrayLike<number>): Float64Array {
  const classes = logits.length / targets.length;
  const errors = new Float64Array(logits.length);
  for (let n = 0; n < targets.length; n++) {
    const start = n * classes;
    let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[start + k]);
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[start + k] - most);
    for (let k = 0; k < classes; k++) {
      errors[start + k] = Math.exp(logits[start + k] - most) / sum - (k === targets[n] ? 1 : 0);
    }
  }
  return errors;
}

/**
 * Adds to `scores[n]` the effect of training example n on one example that is asked about, at one state of the network:
 * rate × gradient · gradient. If it is above 0, a step on the training example lowers the other example's loss: it
 * speaks for the class that is asked about.
 *
 * @param asked One example, and the class that is asked about.
 */
export function addInfluence(
  scores: Float64Array,
  training: StateOfExamples & {readonly labels: ArrayLike<number>},
  asked: StateOfExamples & {readonly target: number},
  {rate, from = 0}: {readonly rate: number; readonly from?: number},
): void {
  const count = training.labels.length;
  const [own, others] = [errorsOf(asked.logits, [asked.target]), errorsOf(training.logits, training.labels)];
  const [width, classes] = [asked.features.length, own.length];
  for (let n = 0; n < count; n++) {
    let [alike, errors] = [0, 0];
    for (let k = 0; k < classes; k++) errors += own[k] * others[n * classes + k];
    if (errors === 0) continue;
    for (let j = 0; j < width; j++) alike += asked.features[j] * training.features[n * width + j];
    scores[from + n] += rate * alike * errors;
  }
}
