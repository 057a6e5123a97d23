import {incompleteBeta} from "./beta-function";
import {NORMAL_95} from "./paired-test";

type Interval = readonly [low: number, high: number];

/**
 * The 95 % interval of a share, in [0, 1]: Wilson's score interval (1927), which stays within [0, 1] and is valid for
 * few images, too.
 *
 * @param hits How many of `images` have the property.
 */
export function wilsonInterval(hits: number, images: number): Interval {
  if (images === 0) return [0, 1];
  const [share, z2] = [hits / images, NORMAL_95 ** 2];
  const middle = (share + z2 / (2 * images)) / (1 + z2 / images);
  const half = (NORMAL_95 / (1 + z2 / images)) * Math.sqrt((share * (1 - share)) / images + z2 / (4 * images * images));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Mean and sample standard deviation (divisor n - 1); the deviation of one value is NaN. */
export function meanAndDeviation(values: readonly number[]): {readonly mean: number; readonly deviation: number} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, deviation: Math.sqrt(squares / (values.length - 1))};
}

/**
 * The 95 % interval of the difference of two means, `second` minus `first`: Welch 1947, for unequal variances, with
 * Satterthwaite's degrees of freedom.
 *
 * @returns undefined if either has fewer than two values, or if neither varies, because nothing then shows how much is
 * chance.
 */
export function welchInterval(first: readonly number[], second: readonly number[]): Interval | undefined {
  if (first.length < 2 || second.length < 2) return undefined;
  const [a, b] = [meanAndDeviation(first), meanAndDeviation(second)];
  const [va, vb] = [a.deviation ** 2 / first.length, b.deviation ** 2 / second.length];
  if (va + vb === 0) return undefined;
  const freedom = (va + vb) ** 2 / (va ** 2 / (first.length - 1) + vb ** 2 / (second.length - 1));
  const half = studentQuantile(0.975, freedom) * Math.sqrt(va + vb);
  return [b.mean - a.mean - half, b.mean - a.mean + half];
}

/**
 * The quantile of Student's t distribution, found by halving: 100 halvings leave less than rounding.
 *
 * @param probability Above 0.5 and below 1.
 * @param freedom Degrees of freedom, above 0.
 */
export function studentQuantile(probability: number, freedom: number): number {
  const below = (t: number) => 1 - incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  let [low, high] = [0, 1];
  while (below(high) < probability) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Holm's correction (1979) for several tests that are made at once. It returns p values, in the given order, each of
 * which may be read as if it were the only one.
 */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((i, j) => p[i] - p[j]);
  const adjusted = new Array<number>(p.length);
  let greatest = 0;
  order.forEach((i, rank) => {
    greatest = Math.max(greatest, Math.min(1, p[i] * (p.length - rank)));
    adjusted[i] = greatest;
  });
  return adjusted;
}

/**
 * The exact 95 % interval of a share, if trials were made until a given number of hits was reached (inverse sampling:
 * `trials` is the random number, and not `hits`). It comes from the negative binomial distribution, whose tails are
 * incomplete beta functions.
 *
 * @param hits 1 or more. Without a hit, the share may be anything.
 */
export function inverseInterval(hits: number, trials: number): Interval {
  if (hits === 0) return [0, 1];
  const low = betaQuantile(0.025, hits, trials - hits + 1);
  return [low, hits === trials ? 1 : betaQuantile(0.975, hits, trials - hits)];
}

/** The x at which I_x(a, b) is `p`, found by halving. A double holds no more than 60 halvings. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
