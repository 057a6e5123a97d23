/** How many bits one pass of the sort looks at. */
const BITS = 16;

/**
 * The places of `values`, from the smallest value to the largest; equal values keep their order, and NaN comes last. It
 * is a radix sort over the bits of doubles, for tens of thousands of values.
 */
export function ascending(values: ArrayLike<number>): Uint32Array {
  const count = values.length;
  const doubles = Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value + 0)); // −0 is 0
  const words = new Uint32Array(doubles.buffer);
  for (let n = 0; n < count; n++) {
    const [low, high] = [2 * n, 2 * n + 1];
    // turns the bits into unsigned whole numbers that have the order of the doubles
    if (words[high] >>> 31) {
      words[high] = ~words[high];
      words[low] = ~words[low];
    } else words[high] = (words[high] | 0x80000000) >>> 0;
  }
  let [order, next] = [new Uint32Array(count), new Uint32Array(count)];
  for (let n = 0; n < count; n++) order[n] = n;
  const counts = new Uint32Array(2 ** BITS);
  for (let pass = 0; pass < 64 / BITS; pass++) {
    const [word, shift] = [pass >> 1, BITS * (pass & 1)];
    counts.fill(0);
    for (let n = 0; n < count; n++) counts[(words[2 * n + word] >>> shift) & 0xffff]++;
    for (let bucket = 0, start = 0; bucket < counts.length; bucket++) {
      const size = counts[bucket];
      counts[bucket] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) next[counts[(words[2 * order[i] + word] >>> shift) & 0xffff]++] = order[i];
    [order, next] = [next, order];
  }
  return order;
}
