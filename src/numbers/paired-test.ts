import {incompleteBeta} from "./beta-function";

/** How the answers of two classifiers to the same images differ. */
export interface PairedTest {
  readonly images: number;
  /** Images that only the second gets right. */
  readonly fixed: number;
  /** Images that only the first gets right. */
  readonly broken: number;
  /**
   * McNemar's exact test (two-sided), in [0, 1]: how often a split at least as uneven as this one occurs if both are
   * equally good, so that each image which only one gets right is a fair coin toss. 1 if there is no such image.
   */
  readonly p: number;
  /** The accuracy of the second minus that of the first, in [-1, 1]. */
  readonly difference: number;
  /**
   * The 95 % interval of that difference: Agresti & Min 2005, which is Wald's interval with half an image added to each
   * of the four counts.
   */
  readonly interval95: readonly [low: number, high: number];
}

/** How many standard deviations on both sides of the mean contain 95 % of a normal distribution. */
export const NORMAL_95 = 1.959963984540054;

/**
 * Compares two classifiers on the same images (McNemar 1947; the exact form sums the binomial's tails).
 *
 * @param fixed Images that only the second gets right.
 * @param broken Images that only the first gets right.
 * @param images All images, including these.
 */
export function pairedTest(fixed: number, broken: number, images: number): PairedTest {
  const discordant = fixed + broken;
  const fewer = Math.min(fixed, broken);
  // P(X ≤ k) of n fair coins is I_½(n - k, k + 1)
  const tail = discordant === 0 ? 1 : incompleteBeta(0.5, discordant - fewer, fewer + 1);
  const [b, c, n] = [fixed + 0.5, broken + 0.5, images + 2];
  const middle = (b - c) / n;
  const half = (NORMAL_95 * Math.sqrt(Math.max(0, b + c - (b - c) ** 2 / n))) / n;
  return {
    ...{images, fixed, broken},
    p: Math.min(1, 2 * tail),
    difference: images === 0 ? 0 : (fixed - broken) / images,
    interval95: [Math.max(-1, middle - half), Math.min(1, middle + half)],
  };
}
