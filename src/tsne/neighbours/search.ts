import type {Matrix} from "../linear/matrix";
import type {Packed} from "../linear/packing";
import type {Workspace} from "../threads/workspace";
import {type ApproximateNeighbours, findApproximateNeighbours, SEARCH} from "./approximate-neighbours";
import {type FoundNeighbours, findNeighbours} from "./neighbours";
import {findPrunedNeighbours, leadingColumns} from "./pruned-neighbours";

/**
 * Which search finds the neighbours: "exact" compares rows until no other can be nearer, "approximate" misses a few.
 */
export type SearchKind = "exact" | "approximate";

/** With more rows than this, the exact search would take longer than the map. */
const MOST_EXACT = 100_000;
/**
 * If the approximate search misses too many neighbours, and there are at most this many rows, the exact search follows.
 * With more rows, it looks at more neighbours' neighbours instead: this takes less time, but finds fewer.
 */
const MOST_COMPARED = 250_000;
/**
 * An exact search of 100,000 rows takes as long as two or three rounds of the approximate one, so these must soon reach
 * the wanted recall. Rows in clusters need three or four (docs/tsne.md).
 */
const MOST_FURTHER = 2;

/**
 * How many neighbours each row has. With an exact search, it is 3 · perplexity + 1 (van der Maaten 2014, section 4.1;
 * scikit-learn adds the 1). With an approximate search, it is half as many: the rows are then so many that memory
 * counts, and maps of 15 equally weighted neighbours are as good as those of 90 (Böhm, Berens & Kobak 2022).
 */
export function neighbourCount(perplexity: number, rows: number, search: SearchKind): number {
  const count = search === "exact" ? 3 * perplexity + 1 : 1.5 * perplexity + 1;
  return Math.min(rows - 1, Math.floor(count));
}

/** Returns the search that is used if none is asked for. */
export function searchFor(rows: number): SearchKind {
  return rows > MOST_EXACT ? "approximate" : "exact";
}

/**
 * Finds the k nearest other rows of each row. An approximate search that cannot reach the wanted recall becomes an
 * exact one if the rows are few enough; the result then has no recall.
 *
 * @param points The rows that were packed.
 * @param mostCompared How many rows are few enough. @param effort How the approximate search works.
 */
export async function searchNeighbours(
  {team, arena, lastNeighbours}: Pick<Workspace, "team" | "arena" | "lastNeighbours">,
  space: Packed,
  points: Matrix,
  k: number,
  search: SearchKind,
  {mostCompared = MOST_COMPARED, effort = SEARCH} = {},
): Promise<FoundNeighbours & Partial<Pick<ApproximateNeighbours, "recall">>> {
  if (search === "approximate") {
    if (space.rows > mostCompared) return findApproximateNeighbours(team, arena, space, k, effort);
    const mark = arena.mark();
    const found = await findApproximateNeighbours(team, arena, space, k, {
      ...effort,
      ...{mostDoublings: 0, mostFurther: MOST_FURTHER},
    });
    if (found.recall >= effort.wanted) return found;
    arena.release(mark);
    return {...(await findNeighbours(team, arena, space, k)), ...(found.order ? {order: found.order} : {})};
  }
  const leading = leadingColumns(points);
  return leading
    ? findPrunedNeighbours(team, arena, space, leading, k, lastNeighbours)
    : findNeighbours(team, arena, space, k);
}
