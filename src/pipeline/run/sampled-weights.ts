/** If an array has more weights, this many of them, taken evenly, stand for all. */
const MOST_WEIGHTS = 1 << 16;

/** The weights of a layer, or an even choice of them. */
export function sampledWeights(values: Float32Array): Float32Array {
  if (values.length <= MOST_WEIGHTS) return values;
  return Float32Array.from({length: MOST_WEIGHTS}, (_, n) => values[Math.floor((n * values.length) / MOST_WEIGHTS)]);
}
