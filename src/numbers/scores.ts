/** The most probable class of each row, `values[n * classes + k]`; the first of equals. */
export function argMaxRows(values: ArrayLike<number>, classes: number): Uint16Array {
  const out = new Uint16Array(values.length / classes);
  for (let n = 0, start = 0; n < out.length; n++, start += classes) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (values[start + k] > values[start + best]) best = k;
    out[n] = best;
  }
  return out;
}

/** Each row's softmax, in double precision, shifted by its largest so that nothing overflows. */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const logSum = logSumExp(logits, start, classes);
    for (let i = start; i < start + classes; i++) out[i] = Math.exp(logits[i] - logSum);
  }
  return out;
}

/**
 * Mean softmax cross-entropy in nats, summed in double precision. It is a mean over all images, not over the means of
 * batches, because a short last batch would count too much.
 */
export function crossEntropy(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let n = 0; n < labels.length; n++)
    sum += logSumExp(logits, n * classes, classes) - logits[n * classes + labels[n]];
  return sum / labels.length;
}

/** The share of rows whose largest value is the label's, in [0, 1]. */
export function accuracy(values: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number {
  let right = 0;
  argMaxRows(values, classes).forEach((k, n) => {
    if (k === labels[n]) right++;
  });
  return right / labels.length;
}

function logSumExp(logits: ArrayLike<number>, start: number, classes: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + classes; i++) most = Math.max(most, logits[i]);
  let sum = 0;
  for (let i = start; i < start + classes; i++) sum += Math.exp(logits[i] - most);
  return most + Math.log(sum);
}
