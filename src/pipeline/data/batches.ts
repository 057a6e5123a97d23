import {type RandomSource, shuffled} from "../random";
import type {LabelledImages, Split} from "../types";
import {first} from "./split";

/**
 * Yields the whole split once in batches of `size`, the last one maybe smaller; shuffled if `random` is given.
 *
 * @param from Batches to leave out at the start, in an epoch that was broken off.
 */
export async function* batches(
  split: Split,
  size: number,
  random?: RandomSource,
  from = 0,
): AsyncGenerator<LabelledImages> {
  const order = random ? shuffled(split.count, random) : first(split.count);
  for (let start = from * size; start < split.count; start += size) {
    yield await split.read(order.subarray(start, start + size));
  }
}
