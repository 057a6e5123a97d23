/** The most steps of Newton's method, which needs about eight. */
const STEPS = 60;
/** Only temperatures between these are tried: if every answer is right, a lower temperature is always better. */
const [COLDEST, HOTTEST] = [1e-2, 1e2];

/**
 * The temperature T for which the softmax of logits / T fits the labels best (lowest cross-entropy): a single number
 * that corrects a network's confidence and changes no answer (Guo et al. 2017). Fit it on images that neither trained
 * nor test. The loss is convex in 1 / T, so Newton's method finds its minimum. T is between 0.01 and 100.
 *
 * @param logits `[images, classes]`.
 */
export function fittedTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number {
  const {shifted, own} = belowGreatest(logits, labels, classes);
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  let beta = 1;
  for (let step = 0; step < STEPS; step++) {
    const {slope, bend} = slopeAt(beta, shifted, own, classes);
    if (slope > 0) high = beta;
    else low = beta;
    const newton = beta - slope / bend;
    if (Math.abs(newton - beta) <= 1e-12 * beta) break; // asked first: rounding may put so small a step outside
    beta = newton > low && newton < high ? newton : Math.sqrt(low * high); // always contains the minimum
  }
  return 1 / beta;
}

/** The logits minus the greatest of their row, which then becomes 0; and the label's logit. */
function belowGreatest(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number) {
  const [shifted, own] = [new Float64Array(labels.length * classes), new Float64Array(labels.length)];
  for (let n = 0; n < own.length; n++) {
    const start = n * classes;
    let most = -Infinity;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[start + k]);
    for (let k = 0; k < classes; k++) shifted[start + k] = logits[start + k] - most;
    own[n] = shifted[start + labels[n]];
  }
  return {shifted, own};
}

/** The first and second derivative of the mean loss with respect to 1 / T. */
function slopeAt(beta: number, shifted: Float64Array, own: Float64Array, classes: number) {
  let [slope, bend] = [0, 0];
  for (let n = 0, at = 0; n < own.length; n++) {
    let [sum, first, second] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const z = shifted[at++];
      const weight = Math.exp(beta * z);
      sum += weight;
      first += weight * z;
      second += weight * z * z;
    }
    const mean = first / sum;
    slope += mean - own[n];
    bend += second / sum - mean * mean;
  }
  return {slope: slope / own.length, bend: bend / own.length};
}

/** Probabilities as they would be at another temperature: each to the power of 1 / T, divided by their sum. */
export function tempered(probabilities: ArrayLike<number>, classes: number, temperature: number): Float32Array {
  const out = new Float32Array(probabilities.length);
  for (let start = 0; start < out.length; start += classes) {
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += out[i] = probabilities[i] ** (1 / temperature);
    for (let i = start; i < start + classes; i++) out[i] /= sum;
  }
  return out;
}
