import {jobCount, jobLabels, jobOutput} from "./job";

/** Softmax of four images' logits, in place: z [class][4]. */
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
 * Softmax cross-entropy of each image, log Σ_k exp z_k − z_label in nats, and its gradient with respect to the logits,
 * (softmax − one-hot) · weight / count: the batch's mean, each image weighted by its class. Absent images' gradients are 0. The job's output is f32 [n][6]: the loss,
 * the class of the greatest logit (the first of equals), its probability, the label's logit less the greatest other's, the distance
 * of the probabilities from the one-hot label (EL2N, Paul et al. 2021), and their entropy in nats; no weight is in it.
 *
 * @param weights Of each class, f32 [classes]; 0: all are 1.
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
    store<f32>(result, 1 / sum, 8); // e^(greatest - greatest) over the sum
    store<f32>(result, own - other, 12);
    const scale: f32 = (weights ? load<f32>(weights + (<usize>label << 2)) : <f32>1) / <f32>count;
    let others: f32 = 0, squares: f32 = 0; // 1 less the label's probability, without its rounding
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

/** Gradient of the target's logit, or of the sum of all (−1), with respect to the logits: ones and zeros. */
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
