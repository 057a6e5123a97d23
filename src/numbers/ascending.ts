/** Bits that one pass of the sort looks at: 2,048 buckets fit in the nearest cache. */
const BITS = 11;
const BUCKETS = 1 << BITS;

/**
 * The places of `values`, from the smallest value to the largest; equal values keep their order, and NaN comes last. It
 * is a radix sort over the bits of doubles, for tens of thousands of values.
 */
export function ascending(values: ArrayLike<number>): Uint32Array {
  const count = values.length;
  const doubles = new Float64Array(count);
  let order = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    const value = values[n];
    doubles[n] = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value + 0; // −0 is 0
    order[n] = n;
  }
  const words = new Uint32Array(doubles.buffer);
  // so that whole numbers without a sign are in the order of the doubles
  for (let low = 0; low < words.length; low += 2) {
    const high = words[low + 1];
    if (high >>> 31) {
      words[low] = ~words[low];
      words[low + 1] = ~high;
    } else words[low + 1] = high | 0x80000000;
  }
  let next = new Uint32Array(count);
  for (let word = 0; word < 2; word++) {
    for (let shift = 0; shift < 32; shift += BITS) {
      sortBy(words, word, shift, order, next);
      [order, next] = [next, order];
    }
  }
  return order;
}

/** Puts the places in `order` into `next` by some bits of their words, those of equal bits in their order. */
function sortBy(words: Uint32Array, word: number, shift: number, order: Uint32Array, next: Uint32Array): void {
  const counts = new Uint32Array(BUCKETS);
  for (let at = word; at < words.length; at += 2) counts[(words[at] >>> shift) & (BUCKETS - 1)]++;
  for (let bucket = 0, start = 0; bucket < BUCKETS; bucket++) {
    const size = counts[bucket];
    counts[bucket] = start;
    start += size;
  }
  for (let i = 0; i < order.length; i++) {
    const place = order[i];
    next[counts[(words[2 * place + word] >>> shift) & (BUCKETS - 1)]++] = place;
  }
}
