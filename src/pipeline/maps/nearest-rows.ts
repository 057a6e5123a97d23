import {automaticThreads, type Matrix, openNeighbourhood} from "../../tsne/index";

/**
 * Of each row the nearest others by cosine distance, nearest first: exactly, by n² · columns multiplications at most.
 *
 * @param most How many; fewer where there are fewer others, and all others of fewer than three times as many rows.
 * @returns `[rows, k]`.
 */
export async function nearestRows(data: Matrix, most: number): Promise<Uint32Array> {
  const {rows} = data;
  if (rows < 3 * most) {
    const others = Array.from({length: rows}, (_, n) => Array.from({length: rows}, (_, m) => m).filter((m) => m !== n));
    return Uint32Array.from(others.flat());
  }
  const threads = await automaticThreads(rows);
  const near = await openNeighbourhood(data, {perplexity: (most + 1) / 3, metric: "cosine", threads});
  try {
    return near.nearest(most);
  } finally {
    near.close();
  }
}
