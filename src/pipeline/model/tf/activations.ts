/**
 * @file Functions that turn scores into probabilities: a softmax if one class excludes the others, or a sigmoid for
 * each class.
 */

/** Each row's softmax, in double precision, shifted by its largest so that nothing overflows. */
export function softmax(rows: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(rows.length);
  const odds = new Float64Array(classes);
  for (let start = 0; start < rows.length; start += classes) {
    let most = rows[start];
    for (let k = 1; k < classes; k++) most = Math.max(most, rows[start + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      odds[k] = Math.exp(rows[start + k] - most);
      sum += odds[k];
    }
    for (let k = 0; k < classes; k++) out[start + k] = odds[k] / sum;
  }
  return out;
}

/** 1 / (1 + e⁻ˣ) for each number. */
export function sigmoid(rows: Float32Array): Float32Array {
  return rows.map((v) => 1 / (1 + Math.exp(-v)));
}
