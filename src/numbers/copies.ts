/** @file Finds which of many pictures are exact or near copies of each other. */

import {bitsApart, type Hash64} from "./perceptual-hash";

/**
 * Groups of places with equal keys. Places are ascending in a group, groups are in the order of their first places, and
 * a place that is alone is left out.
 */
export function equalGroups(keys: ArrayLike<number>): number[][] {
  const groups = new Map<number, number[]>();
  for (let n = 0; n < keys.length; n++) {
    const group = groups.get(keys[n]);
    if (group) group.push(n);
    else groups.set(keys[n], [n]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * All pairs of hashes that differ in at most `most` bits. The 64 bits are cut into `most` + 1 bands: two such hashes
 * are equal in one of them, so that only pictures that share a band are compared.
 *
 * @param most 0 to 10.
 * @returns Pairs of places in rising order; in a pair, the lower place comes first.
 */
export function nearPairs(hashes: readonly Hash64[], most: number): (readonly [number, number])[] {
  const bands = most + 1;
  const found = new Set<number>();
  const count = hashes.length;
  for (let band = 0; band < bands; band++) {
    const [from, to] = [Math.floor((64 * band) / bands), Math.floor((64 * (band + 1)) / bands)];
    const buckets = new Map<number, number[]>();
    hashes.forEach((hash, n) => {
      const key = bitsOf(hash, from, to);
      const bucket = buckets.get(key);
      if (bucket) bucket.push(n);
      else buckets.set(key, [n]);
    });
    for (const bucket of buckets.values()) {
      for (let i = 0; i < bucket.length; i++) {
        for (let j = i + 1; j < bucket.length; j++) {
          if (bitsApart(hashes[bucket[i]], hashes[bucket[j]]) <= most) found.add(bucket[i] * count + bucket[j]);
        }
      }
    }
  }
  return [...found].sort((a, b) => a - b).map((pair) => [Math.floor(pair / count), pair % count] as const);
}

/** Bits `from` to `to` of a hash, as a number below 2 ** (to − from). */
function bitsOf([high, low]: Hash64, from: number, to: number): number {
  let key = 0;
  for (let bit = from; bit < to; bit++) key = 2 * key + ((bit < 32 ? high >>> (31 - bit) : low >>> (63 - bit)) & 1);
  return key;
}

/** Pearson's correlation of two pictures' pixels; NaN if one is the same throughout. */
export function pixelCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i];
    return sum / values.length;
  };
  const [ma, mb] = [mean(a), mean(b)];
  let [both, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - ma) * (b[i] - mb);
    first += (a[i] - ma) ** 2;
    second += (b[i] - mb) ** 2;
  }
  return both / Math.sqrt(first * second);
}
