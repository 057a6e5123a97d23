/** @file What turns scores into probabilities: a softmax where one class excludes the others, a sigmoid a class where not. */

/** Each row's softmax, in double precision, shifted by its largest so that nothing overflows. */
export function softmax(rows: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += classes) {
    const row = rows.subarray(start, start + classes);
    const most = row.reduce((a, b) => Math.max(a, b));
    const odds = Float64Array.from(row, (v) => Math.exp(v - most));
    const sum = odds.reduce((a, b) => a + b);
    out.set(
      odds.map((v) => v / sum),
      start,
    );
  }
  return out;
}

/** 1 / (1 + e⁻ˣ) of each. */
export function sigmoid(rows: Float32Array): Float32Array {
  return rows.map((v) => 1 / (1 + Math.exp(-v)));
}
