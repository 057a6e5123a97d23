import type {RunAt} from "../../pipeline/record/saved-run";
import {type Compared, placesOf, type RunComparison} from "./compare-runs";
import type {Explanation} from "./explanations";

/** How many images that only one of two runs gets right a page lists for each of them; it gives the number of the others. */
export const LISTED_APART = 500;

/** An image by its place in a run, the class to explain, and the key that decides which masks are drawn. */
interface Asked {
  readonly index: number;
  readonly explained: number;
  readonly chance: number;
}

/** Explains test images from a run's own weights; returns the reason in words if it cannot. */
type Explain = (at: RunAt, asked: readonly Asked[]) => Promise<readonly Explanation[] | string>;

/** New explanations by LIME of both runs' answers, for images that only one of the runs gets right. */
export interface ExplainedAnew {
  /** The base's explanations of its own answers, and the run's of its own. */
  readonly explained: readonly [base: readonly Explanation[], run: readonly Explanation[]];
  /** How many images are explained, how many differ and are listed on a page, and how many differ. */
  readonly count: number;
  readonly of: number;
  readonly differ: number;
  /** The reasons, in words, why a run has no explanations. */
  readonly trouble: readonly string[];
}

/**
 * Explains the first images that one of two runs alone gets right, for each run its own answer, from the weights that
 * both kept: an image that became right, one that became wrong, and so on.
 *
 * @param most The most images. @param explain Asks a run's network.
 */
export async function explainDiffering(
  {base}: RunComparison,
  {at, fixed, broken, indices, own}: Compared,
  most: number,
  explain: Explain,
): Promise<ExplainedAnew> {
  const pairs = Math.min(LISTED_APART, Math.max(fixed.length, broken.length));
  const inTurn = Array.from({length: pairs}, (_, n) => [fixed[n], broken[n]]).flat();
  const differing = inTurn.filter((image) => image !== undefined);
  const chosen = differing.slice(0, most);
  const counts = {of: differing.length, differ: fixed.length + broken.length};
  if (chosen.length === 0) return {explained: [[], []], count: 0, ...counts, trouble: []};
  const places = placesOf(indices, own);
  const found = [
    await explain(
      base,
      chosen.map(({index, before}): Asked => ({index, explained: before, chance: index})),
    ),
    await explain(
      at,
      chosen.map(({index, after}): Asked => ({index: places.get(index) ?? -1, explained: after, chance: index})),
    ),
  ];
  const [was, is] = found.map((one) => (typeof one === "string" ? [] : one));
  const trouble = found.filter((one) => typeof one === "string");
  return {explained: [was, is], count: trouble.length ? 0 : chosen.length, ...counts, trouble};
}

/** One line that says how many were explained, and how to get more. */
export function explainedWords({count, of, differ, trouble}: ExplainedAnew): string {
  if (trouble.length) return `not explained by both runs: ${trouble.join("; ")}`;
  const more = count < of ? `; --explain ${of} explains all` : "";
  const listed = of < differ ? " and are listed on the page" : "";
  return `both runs' answers explained by LIME: ${count} of ${of} images that differ${listed}${more}`;
}
