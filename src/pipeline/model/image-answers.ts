import type {ImageAnswers} from "../../nouns/network";

/**
 * The answers that logits give for several labelled images.
 *
 * @param logits `[n * classes + k]`.
 * @param labels One for each image, below `classes`.
 */
export function imageAnswers(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ImageAnswers {
  const count = labels.length;
  const answers = {
    losses: new Float32Array(count),
    predicted: new Uint16Array(count),
    probabilities: new Float32Array(count),
    margins: new Float32Array(count),
    errors: new Float32Array(count),
    entropies: new Float32Array(count),
  };
  for (let n = 0; n < count; n++) {
    const start = n * classes;
    let [best, other] = [0, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < classes; k++) {
      if (logits[start + k] > logits[start + best]) best = k;
      if (k !== labels[n]) other = Math.max(other, logits[start + k]);
    }
    let [sum, weighted, others, squares] = [0, 0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const below = logits[start + k] - logits[start + best];
      const weight = Math.exp(below);
      sum += weight;
      weighted += weight > 0 ? weight * below : 0;
      if (k === labels[n]) continue;
      others += weight;
      squares += weight * weight;
    }
    answers.losses[n] = Math.log(sum) + logits[start + best] - logits[start + labels[n]];
    answers.predicted[n] = best;
    answers.probabilities[n] = 1 / sum;
    answers.margins[n] = logits[start + labels[n]] - other;
    answers.errors[n] = Math.sqrt(others * others + squares) / sum;
    answers.entropies[n] = Math.log(sum) - weighted / sum;
  }
  return answers;
}
