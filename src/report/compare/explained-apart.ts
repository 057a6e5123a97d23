import {rankCorrelation} from "../../numbers/rank-correlation";
import type {RunAt} from "../../pipeline/record/saved-run";
import {sampleExplanations} from "./explanations";

/** How similarly two runs explain one class of a test image. */
export interface ExplainedApart {
  readonly index: number;
  /** The class that both explain. */
  readonly target: number;
  /** Spearman's rank correlation of the segments' weights. */
  readonly alike: number;
  /**
   * How similar the explanations by two halves of a run's own masks are (the lower of the two runs' numbers), which
   * shows LIME's own error; null if it is not known.
   */
  readonly ownError: number | null;
}

/**
 * Compares LIME's explanations of the same test images and classes in both runs, on the same segments; the least
 * similar come first.
 *
 * @param places For each image of the base, its place in the other run.
 * @returns An empty list if either run explained nothing at its epoch.
 */
export async function explainedApart(
  base: RunAt,
  other: RunAt,
  places: ReadonlyMap<number, number>,
): Promise<ExplainedApart[]> {
  const [own, others] = [await sampleExplanations(base), await sampleExplanations(other)];
  const pairs = own.flatMap((one): ExplainedApart[] => {
    const same = others.find(({index, explained}) => index === places.get(one.index) && explained === one.explained);
    if (!same || !areEqual(one.segments, same.segments)) return [];
    const alike = rankCorrelation(one.weights, same.weights);
    if (!Number.isFinite(alike)) return []; // one of them says nothing
    const errors = [one, same].map(({halvesCorrelation}) => halvesCorrelation ?? Number.NaN);
    const least = Math.min(...errors);
    return [{index: one.index, target: one.explained, alike, ownError: Number.isFinite(least) ? least : null}];
  });
  return pairs.sort((a, b) => a.alike - b.alike || a.index - b.index);
}

function areEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One line about them, if there are some. */
export function apartWords(pairs: readonly ExplainedApart[], classNames: readonly string[]): string {
  const sorted = pairs.map(({alike}) => alike).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  const beyond = pairs.filter(({alike, ownError}) => ownError !== null && alike < ownError).length;
  const [{index, target, alike}] = pairs;
  const of = pairs.length === 1 ? "1 explanation" : `${pairs.length} explanations`;
  return `${of} of the same answers by LIME: median rank correlation ${median.toFixed(2)}, ${beyond} differ by more than LIME's own error; least alike test:${index} as ${classNames[target]}, ${alike.toFixed(2)}`;
}
