/** How many neighbours cleanlab looks at, and the share of the median distance below which a pair counts. */
export const [NEIGHBOURS, NEAR] = [10, 0.13];
/** The smallest median that is used: it would be 0 if most examples have an exact copy. */
const EPSILON = 1e-6;

export interface NearDuplicates {
  /** Median of the examples' distances to their nearest neighbours. */
  readonly median: number;
  /**
   * The places of two examples that are nearer than `near` medians, and their distance. Pairs are in rising order; in a
   * pair, the lower place comes first.
   */
  readonly pairs: readonly {readonly a: number; readonly b: number; readonly distance: number}[];
  /**
   * For each example 1 − exp(−distance to the nearest / median), in [0, 1]. A low number means a near duplicate, 0 an
   * exact copy.
   */
  readonly scores: Float64Array;
}

/**
 * Finds examples that are nearly the same to a network, by the cosine distance of the last layer's inputs. It does what
 * cleanlab 2.9.0's issue manager "near_duplicate" does.
 *
 * @param features `[examples, width]`.
 * @param neighbours `[examples, k]`: for each example, the nearest others by cosine distance.
 * @param near A pair counts if its distance is below this many medians.
 */
export function nearDuplicates(
  features: ArrayLike<number>,
  neighbours: ArrayLike<number>,
  {examples, near = NEAR}: {readonly examples: number; readonly near?: number},
): NearDuplicates {
  const width = features.length / examples;
  const k = neighbours.length / examples;
  const lengths = Float64Array.from({length: examples}, (_, n) => {
    let sum = 0;
    for (let i = n * width; i < (n + 1) * width; i++) sum += features[i] ** 2;
    return Math.sqrt(sum);
  });
  const distance = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += features[a * width + i] * features[b * width + i];
    return Math.max(0, 1 - sum / (lengths[a] * lengths[b] || 1));
  };
  const distances = Float64Array.from({length: examples * k}, (_, at) => distance(Math.floor(at / k), neighbours[at]));
  const nearest = Float64Array.from({length: examples}, (_, n) => Math.min(...distances.subarray(n * k, (n + 1) * k)));
  const sorted = nearest.slice().sort();
  const middle = examples / 2;
  const median = Math.max(EPSILON, (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2);
  const found = new Map<number, number>();
  distances.forEach((apart, at) => {
    if (!(apart < near * median)) return;
    const [n, other] = [Math.floor(at / k), neighbours[at]];
    found.set(Math.min(n, other) * examples + Math.max(n, other), apart);
  });
  const isEqual = (apart: number) => apart <= 1e-8; // like NumPy's isclose to 0
  return {
    median,
    pairs: [...found]
      .sort(([a], [b]) => a - b)
      .map(([pair, apart]) => ({a: Math.floor(pair / examples), b: pair % examples, distance: apart})),
    scores: nearest.map((apart) => (isEqual(apart) ? 0 : 1 - Math.exp(-apart / median))),
  };
}
