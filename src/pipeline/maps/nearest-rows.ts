import {automaticThreads, type Matrix, openNeighbourhood} from "../../tsne/index";

/**
 * For each row, the nearest other rows by cosine distance, the nearest first. The search is exact, with n² · columns
 * multiplications at most.
 *
 * @param most How many neighbours; fewer if there are fewer other rows, and all other rows if there are fewer than
 * three times as many rows.
 * @returns `[rows, k]`.
 */
export async function nearestRows(data: Matrix, most: number): Promise<Uint32Array> {
  const {rows} = data;
  if (rows < 3 * most) {
    const others = Array.from({length: rows}, (_, n) => Array.from({length: rows}, (_, m) => m).filter((m) => m !== n));
    return Uint32Array.from(others.flat());
  }
  const threads = await automaticThreads(rows);
  const near = await openNeighbourhood(data, {perplexity: (most + 1) / 3, metric: "cosine", threads, search: "exact"});
  try {
    return near.nearest(most);
  } finally {
    near.close();
  }
}
