import {incompleteBeta} from "./beta-function";
import {holm, meanAndDeviation, studentQuantile} from "./intervals";

/**
 * "beyond": another seed alone does not explain the difference; "within": it may; "unknown": there are too few seeds to
 * say.
 */
export type NoiseVerdict = "beyond" | "within" | "unknown";

/** The difference of two settings, compared with the difference that another seed alone makes. */
export interface SeedDifference {
  /** The second's mean minus the first's. */
  readonly difference: number;
  readonly interval95: readonly [low: number, high: number];
  /** Two-sided. */
  readonly p: number;
}

/** The spread of a setting is believed if it has at least this many runs. */
export const ENOUGH_SEEDS = 3;

/**
 * The difference of two settings that were run with several seeds each. If both have three or more, it is Welch's test
 * (1947). If only one has, the other's runs are assumed to vary as much as its runs do; with a single run, this is
 * Student's prediction interval for one more seed.
 *
 * @param first A number for each seed. @param second The same of the other setting.
 * @returns Undefined if neither has enough seeds, or if none of them varies.
 */
export function seedDifference(first: readonly number[], second: readonly number[]): SeedDifference | undefined {
  const [a, b] = [first, second].map((values) => ({n: values.length, ...meanAndDeviation(values)}));
  if (a.n === 0 || b.n === 0) return undefined;
  const known = [a, b].filter(({n}) => n >= ENOUGH_SEEDS);
  if (known.length === 0) return undefined;
  const [va, vb] = [a, b].map((own) => (known.includes(own) ? own : known[0]).deviation ** 2 / own.n);
  if (va + vb === 0) return undefined;
  const freedom = known.length === 1 ? known[0].n - 1 : (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const difference = b.mean - a.mean;
  const error = Math.sqrt(va + vb);
  const half = studentQuantile(0.975, freedom) * error;
  const t = difference / error;
  const p = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
  return {difference, interval95: [difference - half, difference + half], p};
}

/**
 * Verdicts on several differences at once, such as one for each class; p is corrected for their number (Holm 1979). If
 * the runs do not vary, a difference of 0 is "within" and any other is "unknown".
 *
 * @param pairs For each difference, the numbers by seed of the first setting and of the second.
 */
export function verdictsOf(pairs: readonly (readonly [first: readonly number[], second: readonly number[]])[]) {
  const found = pairs.map(([first, second]) => seedDifference(first, second));
  const corrected = holm(found.flatMap((one) => (one ? [one.p] : [])));
  let at = 0;
  return found.map((one, n): NoiseVerdict => {
    if (one) return corrected[at++] < 0.05 ? "beyond" : "within";
    const [first, second] = pairs[n];
    const isKnown = Math.max(first.length, second.length) >= ENOUGH_SEEDS;
    return isKnown && new Set([...first, ...second]).size === 1 ? "within" : "unknown";
  });
}
