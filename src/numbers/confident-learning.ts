/**
 * @file Confident learning: which given labels are likely wrong, by the probabilities of a classifier that has not seen
 * them (C. Northcutt, L. Jiang & I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021).
 * Thresholds, rounding and pruning are the defaults of cleanlab 2.9.0 (`cleanlab/count.py`, `cleanlab/filter.py`).
 *
 * Throughout, `probabilities[n * classes + k]` is the probability of class k for example n, and `labels[n]` the class
 * that example n is said to be.
 */

type Numbers = ArrayLike<number>;

/** Two numbers that are closer than this count as equal. */
const TINY = 1e-6;
/** The threshold of a class that no example is labelled as; no probability reaches it. */
const NEVER = 2;

/** The probability of the given label: low if it is likely wrong. */
export function selfConfidence(probabilities: Numbers, labels: Numbers, classes: number): Float64Array {
  const out = new Float64Array(labels.length);
  for (let n = 0; n < out.length; n++) out[n] = probabilities[n * classes + labels[n]];
  return out;
}

/** The margin of the given label over the likeliest other class, from 0 (surely wrong) to 1. */
export function normalizedMargin(probabilities: Numbers, labels: Numbers, classes: number): Float64Array {
  return Float64Array.from({length: labels.length}, (_, n) => {
    let other = 0;
    for (let k = 0; k < classes; k++) if (k !== labels[n]) other = Math.max(other, probabilities[n * classes + k]);
    return (probabilities[n * classes + labels[n]] - other + 1) / 2;
  });
}

/** For each class, how sure the classifier is of it, on average over the examples with this label. */
export function classThresholds(probabilities: Numbers, labels: Numbers, classes: number): Float64Array {
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let n = 0; n < labels.length; n++) {
    sums[labels[n]] += probabilities[n * classes + labels[n]];
    counts[labels[n]]++;
  }
  return sums.map((sum, k) => (counts[k] > 0 ? Math.max(sum / counts[k], 2 * TINY) : NEVER));
}

/**
 * Counts the examples that the classifier puts confidently into each class: `joint[given * classes + guessed]`. The
 * guess for an example is the class whose threshold its probability reaches; if several thresholds are reached, it is
 * the likeliest class of all; if none is, the example is not counted. Each class gets at least one example whose label
 * is right.
 */
export function confidentJoint(probabilities: Numbers, labels: Numbers, classes: number): Float64Array {
  const thresholds = classThresholds(probabilities, labels, classes);
  const joint = new Float64Array(classes * classes);
  for (let n = 0; n < labels.length; n++) {
    let [reached, guess] = [0, 0];
    for (let k = 0; k < classes; k++) {
      if (!(probabilities[n * classes + k] >= thresholds[k] - TINY)) continue;
      reached++;
      guess = k;
    }
    if (reached === 0) continue;
    if (reached > 1) guess = likeliest(probabilities, n, classes);
    joint[labels[n] * classes + guess]++;
  }
  for (let k = 0; k < classes; k++) joint[k * classes + k] = Math.max(1, joint[k * classes + k]);
  return joint;
}

/** Scales each row of a joint so that it sums to the number of examples of its label, in whole numbers. */
export function calibratedJoint(joint: Float64Array, labels: Numbers, classes: number): Float64Array {
  if (labels.length === 0) return new Float64Array(classes * classes); // nothing to scale to
  const counts = new Float64Array(classes);
  for (let n = 0; n < labels.length; n++) counts[labels[n]]++;
  const totals = Float64Array.from({length: classes}, (_, row) =>
    joint.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0),
  );
  const scaled = joint.map((count, i) => {
    const row = Math.floor(i / classes);
    return (count / totals[row]) * counts[row];
  });
  const all = scaled.reduce((a, b) => a + b, 0);
  return roundedRows(
    scaled.map((count) => (count / all) * labels.length),
    classes,
  );
}

/**
 * Finds the examples whose label is likely wrong: for each label i and other class j, as many as the calibrated joint
 * says, and those for which j is more probable than i by the largest margin ("prune by noise rate"). An example whose
 * likeliest class is its label is never taken, and a label that only one example has is not doubted.
 *
 * @returns 1 for each such example, else 0.
 */
export function labelIssues(probabilities: Numbers, labels: Numbers, classes: number): Uint8Array {
  const joint = calibratedJoint(confidentJoint(probabilities, labels, classes), labels, classes);
  const issues = new Uint8Array(labels.length);
  const byLabel = Array.from({length: classes}, (): number[] => []);
  for (let n = 0; n < labels.length; n++) byLabel[labels[n]].push(n);
  for (const [given, members] of byLabel.entries()) {
    if (members.length <= 1) continue;
    const wrong = pruneCounts(joint.subarray(given * classes, (given + 1) * classes), given);
    for (let other = 0; other < classes; other++) {
      if (other === given || !(wrong[other] > 0)) continue;
      const behind = Float64Array.from(
        members,
        (n) => probabilities[n * classes + given] - probabilities[n * classes + other],
      );
      for (const i of lowest(behind, wrong[other])) issues[members[i]] = 1;
    }
  }
  for (let n = 0; n < labels.length; n++) if (isLikeliest(probabilities, n, labels[n], classes)) issues[n] = 0;
  return issues;
}

/** The places of the `most` lowest values; of equal values, those that come first. */
function lowest(values: Float64Array, most: number): number[] {
  if (most >= values.length) return [...values.keys()];
  const limit = values.slice().sort()[most - 1];
  const [below, equal]: [number[], number[]] = [[], []];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < limit) below.push(i);
    else if (values[i] === limit) equal.push(i);
  }
  return [...below, ...equal.slice(0, most - below.length)];
}

/** How many examples of a label to doubt for each other class. At least one example of the label is left. */
function pruneCounts(row: Float64Array, given: number): Float64Array {
  const lacking = Math.max(0, 1 - row[given]);
  const others = Math.max(1, row.filter((count) => count !== 0).length - 1);
  return row.map((count, k) => (k === given ? count : Math.trunc(Math.max(0, count - lacking / others))));
}

/**
 * Rounds to whole numbers so that each row keeps its rounded sum: the numbers that are farthest from their rounded
 * values are changed first.
 */
function roundedRows(values: Float64Array, columns: number): Float64Array {
  const out = values.map(halfEven);
  for (let start = 0; start < values.length; start += columns) {
    const row = out.subarray(start, start + columns);
    const wanted = halfEven(values.subarray(start, start + columns).reduce((a, b) => a + b, 0));
    for (;;) {
      const lacking = wanted - row.reduce((a, b) => a + b, 0);
      if (lacking === 0) break;
      const step = lacking > 0 ? 1 : -1;
      const rest = Array.from(row, (rounded, k) => values[start + k] - rounded);
      const order = Array.from(row.keys()).sort((a, b) => step * (rest[b] - rest[a]));
      for (const k of order.slice(0, Math.abs(lacking))) row[k] += step;
    }
  }
  return out;
}

/** Rounds to the nearest whole number; if two are equally near, to the even one. */
function halfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

function likeliest(probabilities: Numbers, n: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if (probabilities[n * classes + k] > probabilities[n * classes + best]) best = k;
  return best;
}

/** Whether no class is more probable than `label`, apart from differences that count as equal. */
function isLikeliest(probabilities: Numbers, n: number, label: number, classes: number): boolean {
  const own = probabilities[n * classes + label] + TINY;
  for (let k = 0; k < classes; k++) {
    const p = probabilities[n * classes + k];
    if (k !== label && (p > own || (p === own && k < label))) return false;
  }
  return true;
}
