import {jobCount, jobLabels, jobOutput} from "./job";

/** Computes the softmax of four images' logits, z [class][4]. `out` has the same shape and may be z itself. */
export function softmax(z: usize, classes: i32, out: usize): void {
  for (let lane = 0; lane < 4; lane++) {
    const zp = z + (<usize>lane << 2), q = out + (<usize>lane << 2);
    let greatest: f32 = -Infinity;
    for (let k = 0; k < classes; k++) greatest = max<f32>(greatest, load<f32>(zp + (<usize>k << 4)));
    let sum: f32 = 0;
    for (let k = 0; k < classes; k++) {
      const e = Mathf.exp(load<f32>(zp + (<usize>k << 4)) - greatest);
      store<f32>(q + (<usize>k << 4), e);
      sum += e;
    }
    const scale: f32 = 1 / sum;
    for (let k = 0; k < classes; k++) store<f32>(q + (<usize>k << 4), load<f32>(q + (<usize>k << 4)) * scale);
  }
}

/**
 * Computes the softmax cross-entropy of each image in nats, log Σ_k exp z_k − z_label, and the gradient of its mean
 * over the batch with respect to the logits, (softmax − one-hot) · weight / count. The weight of an image is that of
 * its class. Absent images get a gradient of 0.
 *
 * The job's output is f32 [n][6], and the weights do not enter it: the loss; the class of the greatest logit (the first
 * of equals); the probability of this class; the label's logit minus the greatest other logit; the distance between the
 * probabilities and the one-hot label (EL2N, Paul et al. 2021); and the entropy of the probabilities in nats.
 *
 * @param weights The weight of each class, f32 [classes]; 0: all weights are 1.
 */
export function crossEntropy(
  z: usize, classes: i32, dz: usize, weights: usize, group: i32, groups: i32, job: usize,
): void {
  const count = jobCount(job);
  softmax(z, classes, dz);
  for (let lane = 0; lane < 4; lane++) {
    const n = group * 4 + lane;
    const zp = z + (<usize>lane << 2), q = dz + (<usize>lane << 2);
    if (n >= count) {
      for (let k = 0; k < classes; k++) store<f32>(q + (<usize>k << 4), 0);
      continue;
    }
    const label = load<i32>(jobLabels(job) + (<usize>n << 2));
    let greatest: f32 = -Infinity, other: f32 = -Infinity, guess = -1;
    for (let k = 0; k < classes; k++) {
      const v = load<f32>(zp + (<usize>k << 4));
      if (k != label) other = max<f32>(other, v);
      if (v > greatest) {
        greatest = v;
        guess = k;
      }
    }
    let sum: f32 = 0, weighted: f32 = 0;
    for (let k = 0; k < classes; k++) {
      const v = load<f32>(zp + (<usize>k << 4)) - greatest;
      const e = Mathf.exp(v);
      sum += e;
      if (e > 0) weighted += e * v;
    }
    const result = jobOutput(job) + <usize>n * 24;
    const own = load<f32>(zp + (<usize>label << 4));
    store<f32>(result, Mathf.log(sum) + greatest - own);
    store<f32>(result, <f32>guess, 4);
    store<f32>(result, 1 / sum, 8); // the greatest logit's e^0 over the sum
    store<f32>(result, own - other, 12);
    const scale: f32 = (weights ? load<f32>(weights + (<usize>label << 2)) : <f32>1) / <f32>count;
    let others: f32 = 0, squares: f32 = 0; // others: 1 − the label's probability, without rounding that difference
    for (let k = 0; k < classes; k++) {
      const p = load<f32>(q + (<usize>k << 4));
      if (k != label) {
        others += p;
        squares += p * p;
      }
      store<f32>(q + (<usize>k << 4), (p - (k == label ? <f32>1 : <f32>0)) * scale);
    }
    store<f32>(result, Mathf.sqrt(others * others + squares), 16);
    store<f32>(result, Mathf.log(sum) - weighted / sum, 20);
  }
}

/**
 * Writes the gradient of the target's logit with respect to the logits: 1 for the target and 0 for the others. If the
 * target is −1, it is the gradient of the sum of all logits, and all are 1.
 */
export function logitGradient(classes: i32, dz: usize, group: i32, groups: i32, job: usize): void {
  const count = jobCount(job);
  for (let lane = 0; lane < 4; lane++) {
    const n = group * 4 + lane;
    const target = n < count ? load<i32>(jobLabels(job) + (<usize>n << 2)) : -2;
    for (let k = 0; k < classes; k++) {
      store<f32>(dz + (<usize>(k * 4 + lane) << 2), target == k || target == -1 ? 1 : 0);
    }
  }
}
