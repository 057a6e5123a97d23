import type {Arena} from "../threads/arena";
import {runInParts} from "../threads/parts";
import type {Team} from "../threads/team";
import {fairOrder} from "./row-orders";

/** How many rows the recall is measured on, by comparing each with all. */
const SAMPLE = 500;
/** How many of them one task compares (kernels/near-rows.ts). */
const ASKED = 8;

/**
 * Finds the nearest rows of a fair sample of rows by comparing them with all rows.
 *
 * @returns A function that measures lists: the share of their entries that are no farther than the k-th nearest row.
 */
export async function recallOf(
  team: Team,
  arena: Arena,
  rows: number,
  x: number,
  size: number,
  k: number,
  wide: number,
): Promise<(far: number) => number> {
  const places = fairOrder(rows).subarray(0, SAMPLE);
  const mark = arena.mark();
  const asked = arena.allocate(places.length * 4);
  const [distances, ids] = [0, 1].map(() => arena.allocate(places.length * k * 4));
  arena.integers(asked, places.length).set(places);
  const args = [rows, x, size, asked, places.length, k, distances, ids];
  await runInParts(team, {kernel: "searchAll", tasks: Math.ceil(places.length / ASKED), args}, 4);
  const exact = arena.floats(distances, places.length * k);
  const limits = Float32Array.from(places, (_, q) => exact[q * k + k - 1]);
  arena.release(mark);
  return (far) => {
    const lists = arena.floats(far, rows * wide);
    let found = 0;
    places.forEach((i, q) => {
      for (let e = i * wide; e < i * wide + k; e++) if (lists[e] <= limits[q]) found++;
    });
    return found / (places.length * k);
  };
}
