/**
 * Buckets of equal width over the range of the values: left edge, right edge and count, one bucket after another. The
 * last bucket includes its right edge. If all values are equal, they fill one bucket of width 1 around them, as in
 * tensorboard/plugins/histogram/summary_v2.py. Values that are not finite are left out; if no value is left, there is
 * no bucket.
 */
export function histogramBuckets(values: ArrayLike<number>, count = 30): Float64Array {
  let [low, high, finite] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    finite++;
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  if (finite === 0) return new Float64Array(0);
  const width = (high - low) / count;
  if (width === 0) return Float64Array.of(low - 0.5, high + 0.5, finite); // equal, or too close to be told apart
  const buckets = new Float64Array(3 * count);
  for (let k = 0; k < count; k++) {
    buckets[3 * k] = low + k * width;
    buckets[3 * k + 1] = k === count - 1 ? high : low + (k + 1) * width;
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) buckets[3 * Math.min(count - 1, Math.floor((values[i] - low) / width)) + 2]++;
  }
  return buckets;
}
